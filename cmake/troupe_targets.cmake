# What every target of the tree shares: language, warnings, sanitizers, hardening, the linker and
# the compiler cache where present; and the two functions the folders' CMakeLists.txt are made of.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(TROUPE_CCACHE ccache)
if(TROUPE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${TROUPE_CCACHE}")
endif()
find_program(TROUPE_MOLD NAMES ld.mold mold)
if(TROUPE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_package(Threads REQUIRED)

add_library(troupe_build_flags INTERFACE)
target_compile_options(troupe_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wconversion -Wno-sign-conversion -Wimplicit-fallthrough
  -fstack-protector-strong)
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_definitions(troupe_build_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
target_compile_definitions(troupe_build_flags INTERFACE _GLIBCXX_ASSERTIONS)
if(TROUPE_SANITIZE)
  add_compile_options(-fsanitize=${TROUPE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TROUPE_SANITIZE})
  if(TROUPE_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()
else()
  add_link_options(-pie -Wl,-z,relro,-z,now)
endif()

# troupe_add_library(NAME SOURCES… [PUBLIC targets…] [PRIVATE targets…])
# One per folder of the server. Headers are included by their path below server/
# ("core/limits.hpp"), so an include line shows which folder it reaches into.
function(troupe_add_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/server"
                                              "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE troupe_build_flags ${arg_PRIVATE})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE "${PROJECT_SOURCE_DIR}/server"
                                                 "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} INTERFACE ${arg_PUBLIC})
  endif()
endfunction()

# troupe_add_tests(NAME SOURCES x.test.cpp… LINK targets… [LABEL label])
# One test program per folder; every TEST in it is a ctest test of its own.
function(troupe_add_tests name)
  if(NOT TROUPE_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "LABEL" "SOURCES;LINK" ${ARGN})
  find_package(GTest REQUIRED)
  include(GoogleTest)
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE troupe_build_flags ${arg_LINK} GTest::gtest_main)
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  gtest_discover_tests(${name}
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${arg_LABEL}" TIMEOUT 120)
endfunction()

# troupe_add_fuzzer(NAME SOURCE file LINK targets… CORPUS folder)
# A libFuzzer target. The test run replays its corpus; `./dev fuzz` explores.
function(troupe_add_fuzzer name)
  if(NOT TROUPE_FUZZ)
    return()
  endif()
  cmake_parse_arguments(arg "" "SOURCE;CORPUS" "LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCE})
  target_link_libraries(${name} PRIVATE troupe_build_flags ${arg_LINK})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzz")
  add_test(NAME "${name} replays its corpus without a finding"
           COMMAND ${name} -runs=0 "${arg_CORPUS}")
  set_tests_properties("${name} replays its corpus without a finding"
                       PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
