# cmake -DNPM=npm -DFOLDER=folder -DLOCK=file -P npm_ci.cmake
# Runs `npm ci` in FOLDER unless node_modules was made from the same lockfile already. LOCK keeps
# two builds from doing it at once.
cmake_minimum_required(VERSION 3.25)

set(seconds_max 600)

file(LOCK "${LOCK}" GUARD PROCESS TIMEOUT ${seconds_max})
file(SHA256 "${FOLDER}/package-lock.json" wanted)
set(made_from "${FOLDER}/node_modules/.made-from")
set(present "")
if(EXISTS "${made_from}")
  file(READ "${made_from}" present)
endif()
if(present STREQUAL wanted)
  return()
endif()

execute_process(COMMAND "${NPM}" ci --no-progress WORKING_DIRECTORY "${FOLDER}"
                RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said
                TIMEOUT ${seconds_max})
if(NOT status EQUAL 0)
  message(FATAL_ERROR "npm ci failed in ${FOLDER} (${status}):\n${said}")
endif()
file(WRITE "${made_from}" "${wanted}")
