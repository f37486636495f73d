# Installs the library of BUILD below SCRATCH, looks at what was installed, and has a project of its
# own (consumer/) find it, compile with it and run. SANITIZE is what BUILD was built with.
cmake_minimum_required(VERSION 3.25)

set(prefix "${SCRATCH}/prefix")
set(consumer_build "${SCRATCH}/consumer")
file(REMOVE_RECURSE "${prefix}" "${consumer_build}")
unset(ENV{DESTDIR})

# must(SENTENCE COMMAND…): the command succeeds; `output` is what it said.
function(must sentence)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${sentence}: failed with ${status}\n${said}")
  endif()
  set(output "${said}" PARENT_SCOPE)
endfunction()

# A tree without the server installs everything it has: that must be the library and nothing else.
set(component "")
if(WITH_SERVER)
  set(component --component development)
endif()
must("installing" ${CMAKE_COMMAND} --install "${BUILD}" --prefix "${prefix}" ${component})

# What is there: every public header and nothing but the files named here.
file(GLOB_RECURSE headers RELATIVE "${HEADERS}" "${HEADERS}/*.hpp")
list(TRANSFORM headers PREPEND "include/")
file(GLOB_RECURSE installed RELATIVE "${prefix}" "${prefix}/*")
# One for each build type:
list(FILTER installed EXCLUDE REGEX "/troupe-(.*-)?targets-[a-z]+\\.cmake$")
string(REGEX MATCH "[^;]*(/[^;/]*)?/libtroupe\\.a" archive "${installed}")
cmake_path(GET archive PARENT_PATH lib)
set(wanted ${headers}
  "${lib}/libtroupe.a"
  "${lib}/libtroupe_sim.a"
  "${lib}/cmake/troupe/troupe-config.cmake"
  "${lib}/cmake/troupe/troupe-config-version.cmake"
  "${lib}/cmake/troupe/troupe-targets.cmake"
  "share/doc/troupe/LICENSE")
if(WITH_JOURNAL)
  list(APPEND wanted "${lib}/libtroupe_journal_sqlite.a"
                     "${lib}/cmake/troupe/troupe-journal-sqlite-targets.cmake")
endif()
list(SORT wanted)
list(SORT installed)
if(NOT installed STREQUAL wanted)
  message(FATAL_ERROR "installed:\n  ${installed}\nwanted:\n  ${wanted}")
endif()

# The package speaks of no path of this machine but its own prefix, and of no vendor.
file(GLOB_RECURSE package_files "${prefix}/${lib}/cmake/*.cmake")
foreach(each IN LISTS package_files)
  file(READ "${each}" text)
  if(text MATCHES "Boost|${BUILD}|${HEADERS}")
    message(FATAL_ERROR "${each} says ${CMAKE_MATCH_0}")
  endif()
endforeach()

# All public headers together reach only each other and the standard library.
set(all_headers "")
foreach(each IN LISTS headers)
  string(REPLACE "include/" "" each "${each}")
  string(APPEND all_headers "#include <${each}>\n")
endforeach()
file(WRITE "${SCRATCH}/all_headers.cpp" "${all_headers}")
must("reading the headers" ${COMPILER} -std=c++23 -M "-I${prefix}/include"
     "${SCRATCH}/all_headers.cpp")
string(REGEX MATCHALL "/[^ \n]+\\.[^ \n]+|/[^ \n]*/c\\+\\+/[^ \n]+" reached "${output}")
list(REMOVE_ITEM reached "${SCRATCH}/all_headers.cpp")
list(LENGTH reached count)
if(count LESS 50)
  message(FATAL_ERROR "only ${count} headers were found in:\n${output}")
endif()
list(FILTER reached EXCLUDE REGEX "^${prefix}/include/troupe/")
list(FILTER reached EXCLUDE REGEX "/c\\+\\+/|/clang/[0-9]+/include/")
list(FILTER reached EXCLUDE REGEX
  "^/usr/include/((${ARCHITECTURE}|bits|sys|gnu|linux|asm|asm-generic)/.*|[a-z0-9_-]+\\.h)$")
if(reached)
  message(FATAL_ERROR "the public headers include what is not the standard library's: ${reached}")
endif()

# Another project.
set(flags "")
if(SANITIZE)
  set(flags "-fsanitize=${SANITIZE} -fno-sanitize-recover=all")
endif()
set(configure ${CMAKE_COMMAND} -G "${GENERATOR}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer"
  "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${flags}"
  "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" "-DWITH_JOURNAL=${WITH_JOURNAL}")
must("configuring the consumer" ${configure} -B "${consumer_build}" "-DWANTED=${VERSION}")
must("building the consumer" ${CMAKE_COMMAND} --build "${consumer_build}")
must("running the program" "${consumer_build}/greet")
if(NOT output STREQUAL "hello, world\n")
  message(FATAL_ERROR "the program said: ${output}")
endif()
must("running the simulated program" "${consumer_build}/greet_simulated")

if(WITH_JOURNAL)
  must("running the program with a journal" "${consumer_build}/greet_durably" "${SCRATCH}/journal")
endif()

# A version that breaks its users is not found.
execute_process(COMMAND ${configure} -B "${consumer_build}/too_new" -DWANTED=99.0
                RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(status EQUAL 0 OR NOT said MATCHES "considered but not accepted")
  message(FATAL_ERROR "version 99.0 was not refused:\n${said}")
endif()
