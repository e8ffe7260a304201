# cmake --install: headers, library, a CMake package and a pkg-config file.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS weft EXPORT weft-targets)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/weft" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT weft-targets NAMESPACE weft:: DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/weft")

# What a static weft needs, its users must find.
get_property(weft_components GLOBAL PROPERTY WEFT_PRIVATE_NAMES)
set(weft_source_dir "${CMAKE_INSTALL_DATADIR}/weft/src")
if(WEFT_HAS_SOURCE_LOCATION)
  list(APPEND weft_components model simulated)
  # weft::simulated is compiled where it is linked. Some of its sources include others, and headers of all layers.
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/src/" DESTINATION "${weft_source_dir}"
          FILES_MATCHING PATTERN "*.hpp" PATTERN "*.cpp" PATTERN "gdb" EXCLUDE PATTERN "net" EXCLUDE PATTERN "c" EXCLUDE)
  install(FILES "${CMAKE_CURRENT_LIST_DIR}/weft_simulated.cmake" DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/weft")
endif()
set(weft_private_libraries "")
if(NOT BUILD_SHARED_LIBS)
  get_property(weft_private_libraries GLOBAL PROPERTY WEFT_PRIVATE_LIBRARIES)
endif()
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/weft-config.cmake.in" "${PROJECT_BINARY_DIR}/weft-config.cmake"
                              INSTALL_DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/weft"
                              PATH_VARS CMAKE_INSTALL_INCLUDEDIR weft_source_dir)
configure_file("${CMAKE_CURRENT_LIST_DIR}/weft-config-version.cmake.in" "${PROJECT_BINARY_DIR}/weft-config-version.cmake" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/weft-config.cmake" "${PROJECT_BINARY_DIR}/weft-config-version.cmake"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/weft")

# The private libraries that a static weft must be linked with. They are listed under Libs, not Libs.private: what is
# installed is static or shared, and its users should not have to know which (pkg-config needs --static for the latter).
set(weft_pc_libs "")
set(weft_pc_cflags "")
if(BUILD_SHARED_LIBS)
  set(weft_pc_cflags " -DWEFT_SHARED")
endif()
if(weft_library_flag)
  string(APPEND weft_pc_cflags " ${weft_library_flag}")
endif()
if(NOT BUILD_SHARED_LIBS)
  get_property(private_libs GLOBAL PROPERTY WEFT_PRIVATE_LINK_FLAGS)
  foreach(flag IN LISTS private_libs)
    string(APPEND weft_pc_libs " ${flag}")
  endforeach()
endif()
# The path from the .pc file to the prefix, since an installed tree may be moved.
file(RELATIVE_PATH weft_pc_to_prefix "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/weft.pc.in" "${PROJECT_BINARY_DIR}/weft.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/weft.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
# For gdb, which loads it by itself with a shared weft below its own prefix; else by `source`.
install(FILES "${PROJECT_SOURCE_DIR}/src/gdb/weft-gdb.py" DESTINATION "${CMAKE_INSTALL_DATADIR}/weft")
if(BUILD_SHARED_LIBS)
  install(FILES "${PROJECT_SOURCE_DIR}/src/gdb/weft-gdb.py"
          DESTINATION "${CMAKE_INSTALL_DATADIR}/gdb/auto-load${CMAKE_INSTALL_FULL_LIBDIR}" RENAME "$<TARGET_FILE_NAME:weft>-gdb.py")
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE-MIT" "${PROJECT_SOURCE_DIR}/LICENSE-APACHE"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}")
