# What `cmake --install` puts in place of the library: headers, the archives, and the package that
# find_package(troupe) reads. The component journal_sqlite has a file of its own, so that a program
# without it needs no SQLite. Nothing that is installed names Boost or a path of this tree.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/troupe")

set_target_properties(troupe_sim PROPERTIES EXPORT_NAME sim)
install(TARGETS troupe troupe_sim EXPORT troupe_targets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
  INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/include/troupe"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development
  FILES_MATCHING PATTERN "*.hpp")
install(EXPORT troupe_targets NAMESPACE troupe:: FILE troupe-targets.cmake
  DESTINATION "${package_folder}" COMPONENT development)

if(TARGET troupe_journal_sqlite)
  set_target_properties(troupe_journal_sqlite PROPERTIES EXPORT_NAME journal_sqlite)
  install(TARGETS troupe_journal_sqlite EXPORT troupe_journal_sqlite_targets
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
    INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT troupe_journal_sqlite_targets NAMESPACE troupe::
    FILE troupe-journal-sqlite-targets.cmake
    DESTINATION "${package_folder}" COMPONENT development)
endif()

configure_package_config_file(troupe-config.cmake.in
  "${CMAKE_CURRENT_BINARY_DIR}/troupe-config.cmake" INSTALL_DESTINATION "${package_folder}"
  NO_SET_AND_CHECK_MACRO)
# Before 1.0 a new minor version may break its users.
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/troupe-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/troupe-config.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/troupe-config-version.cmake"
  DESTINATION "${package_folder}" COMPONENT development)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT development)
