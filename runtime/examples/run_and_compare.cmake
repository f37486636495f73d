# Runs PROGRAM; fails unless it succeeds and prints what EXPECTED says. Milliseconds and the numbers
# of actors differ from run to run: they count as equal.
execute_process(COMMAND "${PROGRAM}" RESULT_VARIABLE status OUTPUT_VARIABLE printed
                ERROR_VARIABLE complaints TIMEOUT 100)
file(READ "${EXPECTED}" expected)
foreach(text IN ITEMS printed expected)
  string(REGEX REPLACE "[0-9.]+ ms" "N ms" ${text} "${${text}}")
  string(REGEX REPLACE "#[0-9]+" "#N" ${text} "${${text}}")
endforeach()
if(NOT status EQUAL 0 OR NOT complaints STREQUAL "" OR NOT printed STREQUAL expected)
  message(FATAL_ERROR "exit ${status}, printed:\n${printed}\nexpected:\n${expected}\n${complaints}")
endif()
