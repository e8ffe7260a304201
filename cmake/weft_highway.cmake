# Highway, if it is found, is seen by src/simd alone.
set(weft_highway_found FALSE)
if(WEFT_WITH_HIGHWAY)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(WEFT_HIGHWAY QUIET libhwy>=1.0.3)
    set(weft_highway_found ${WEFT_HIGHWAY_FOUND})
  endif()
endif()

if(weft_highway_found)
  message(STATUS "weft: SIMD kernels by Highway ${WEFT_HIGHWAY_VERSION}")
  weft_other_options(weft_highway_options -Wno-error ${WEFT_HIGHWAY_CFLAGS_OTHER})
  weft_search_folders(folders ${WEFT_HIGHWAY_INCLUDE_DIRS})
  foreach(folder IN LISTS folders)
    list(APPEND weft_highway_options "-isystem${folder}")
  endforeach()
  set(weft_simd_sources src/simd/target.cpp src/simd/kernels_float.cpp src/simd/kernels_signed.cpp
                        src/simd/kernels_unsigned.cpp src/simd/kernels_text.cpp src/simd/sort_4.cpp src/simd/sort_8.cpp)
  # Products and sums must not be fused: the bits would depend on the compiler. Warnings in Highway's own headers are not
  # ours.
  set_source_files_properties(${weft_simd_sources} TARGET_DIRECTORY weft PROPERTIES
                              COMPILE_OPTIONS "-ffp-contract=off;${weft_highway_options}")
  set(weft_highway_libraries ${WEFT_HIGHWAY_LIBRARIES})
  set(weft_highway_flags ${WEFT_HIGHWAY_LDFLAGS})
else()
  message(STATUS "weft: no Highway: the kernels of weft::simd are plain loops")
  set(weft_simd_sources src/simd/no_highway.cpp)
  set_source_files_properties(${weft_simd_sources} TARGET_DIRECTORY weft PROPERTIES COMPILE_OPTIONS -ffp-contract=off)
endif()
target_sources(weft PRIVATE ${weft_simd_sources} src/simd/stream_copy.cpp src/simd/text.cpp)

# Its vectorised sort is a library of its own.
target_sources(weft PRIVATE src/simd/sort.cpp)
if(weft_highway_found)
  find_library(WEFT_HIGHWAY_CONTRIB hwy_contrib HINTS ${WEFT_HIGHWAY_LIBRARY_DIRS})
  mark_as_advanced(WEFT_HIGHWAY_CONTRIB)
  if(WEFT_HIGHWAY_CONTRIB)
    set_source_files_properties(src/simd/sort.cpp TARGET_DIRECTORY weft PROPERTIES COMPILE_DEFINITIONS WEFT_HIGHWAY_SORT
                                COMPILE_OPTIONS "${weft_highway_options}")
    # It stands before the library that it needs itself.
    list(PREPEND weft_highway_libraries hwy_contrib)
    list(PREPEND weft_highway_flags -lhwy_contrib)
  endif()
  weft_private_library(highway libhwy>=1.0.3 "${WEFT_HIGHWAY_LIBRARY_DIRS}" "${weft_highway_flags}" ${weft_highway_libraries})
endif()
