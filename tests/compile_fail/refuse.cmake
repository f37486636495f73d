# Compiles SOURCE, and fails unless the compiler does, saying all of EXPECTED (regular expressions,
# separated by @) in at most 15 lines.
execute_process(
  COMMAND ${COMPILER} -std=c++23 -fsyntax-only -fno-caret-diagnostics -I${INCLUDE} ${SOURCE}
  RESULT_VARIABLE status ERROR_VARIABLE errors OUTPUT_QUIET)
if(status EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles, and must not")
endif()
string(REPLACE "@" ";" EXPECTED "${EXPECTED}")
foreach(each IN LISTS EXPECTED)
  if(NOT errors MATCHES "${each}")
    message(FATAL_ERROR "the errors do not say \"${each}\":\n${errors}")
  endif()
endforeach()
string(REGEX MATCHALL "\n" lines "${errors}")
list(LENGTH lines count)
if(count GREATER 15)
  message(FATAL_ERROR "${count} lines of errors, at most 15:\n${errors}")
endif()
