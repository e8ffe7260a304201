# cpack: a Debian package and an archive of what is installed.
set(CPACK_GENERATOR "DEB;TGZ")
set(CPACK_PACKAGE_NAME weft)
set(CPACK_PACKAGE_VENDOR weft)
if(NOT CPACK_PACKAGE_CONTACT)  # whoever publishes a package sets it
  set(CPACK_PACKAGE_CONTACT "the maintainers of weft <weft@localhost>")
endif()
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_FILE_NAME "weft-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE-MIT")
set(CPACK_STRIP_FILES OFF)  # a static library keeps its symbols
set(CPACK_DEBIAN_PACKAGE_NAME libweft-dev)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "A work-stealing pool of threads, parallel iterators and algorithms,
coroutines on the same threads, channels, queues and locks: headers, and
the library.")
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/weft_pack_debian.cmake")
# Headers and library are in one package, so it needs those of what it was built with.
get_property(pack_names GLOBAL PROPERTY WEFT_PRIVATE_NAMES)
set(pack_debian_hwloc libhwloc-dev)
set(pack_debian_highway libhwy-dev)
set(pack_depends libstdc++6)
foreach(name IN LISTS pack_names)
  string(APPEND pack_depends ", ${pack_debian_${name}}")
endforeach()
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${pack_depends}")
include(CPack)
