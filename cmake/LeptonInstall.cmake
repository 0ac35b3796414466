# cmake --install: the libraries, their headers and find_package(Lepton), which gives lepton::<module> and lepton::lepton (all of them).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

function(lepton_install)
  get_property(modules GLOBAL PROPERTY LEPTON_MODULES)
  add_library(lepton_everything INTERFACE)
  add_library(lepton::lepton ALIAS lepton_everything)
  set_target_properties(lepton_everything PROPERTIES EXPORT_NAME lepton)
  target_link_libraries(lepton_everything INTERFACE ${modules})

  set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Lepton)
  install(TARGETS ${modules} lepton_everything EXPORT LeptonTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT LeptonTargets NAMESPACE lepton:: DESTINATION ${package_folder})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/lepton DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp"
          PATTERN internal EXCLUDE)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/LeptonConfig.cmake.in ${CMAKE_BINARY_DIR}/LeptonConfig.cmake
                                INSTALL_DESTINATION ${package_folder})
  write_basic_package_version_file(${CMAKE_BINARY_DIR}/LeptonConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_BINARY_DIR}/LeptonConfig.cmake ${CMAKE_BINARY_DIR}/LeptonConfigVersion.cmake
                ${PROJECT_SOURCE_DIR}/cmake/LeptonDependencies.cmake DESTINATION ${package_folder})
  if(TARGET lepton-hdf5)
    install(TARGETS lepton-hdf5 RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/lepton)
  endif()
  if(TARGET lepton)
    install(TARGETS lepton RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endfunction()
