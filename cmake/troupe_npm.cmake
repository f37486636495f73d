# troupe_npm_packages(STAMP FOLDER)
# The npm packages of FOLDER exactly as its package-lock.json says; STAMP is set to a file to depend
# on. An unchanged lockfile costs nothing, also in a second build tree: node_modules remembers which
# lockfile it was made from.
function(troupe_npm_packages stamp folder)
  find_program(TROUPE_NPM npm)
  if(NOT TROUPE_NPM)
    message(FATAL_ERROR
      "npm is missing: it builds the web app and runs its tests. Install it (Debian package npm), "
      "or do without the web app: -DTROUPE_WEB=OFF")
  endif()
  file(RELATIVE_PATH name "${PROJECT_SOURCE_DIR}" "${folder}")
  string(MAKE_C_IDENTIFIER "${name}" name)
  set(file "${CMAKE_BINARY_DIR}/npm/${name}.stamp")
  add_custom_command(OUTPUT "${file}"
    COMMAND "${CMAKE_COMMAND}" "-DNPM=${TROUPE_NPM}" "-DFOLDER=${folder}"
            "-DLOCK=${PROJECT_SOURCE_DIR}/build/npm_${name}.lock"
            -P "${PROJECT_SOURCE_DIR}/cmake/npm_ci.cmake"
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${CMAKE_BINARY_DIR}/npm"
    COMMAND "${CMAKE_COMMAND}" -E touch "${file}"
    DEPENDS "${folder}/package.json" "${folder}/package-lock.json" "${folder}/.npmrc"
            "${PROJECT_SOURCE_DIR}/cmake/npm_ci.cmake"
    COMMENT "Installing the npm packages of ${folder}"
    VERBATIM)
  set(${stamp} "${file}" PARENT_SCOPE)
endfunction()
