# weft::simulated: all of weft that runs on the pool, compiled against a simulated machine. A program that is to run in
# weft::model::simulate links it instead of weft::weft. It is built only for those who link it.
if(NOT WEFT_HAS_SOURCE_LOCATION)
  return()
endif()

file(GLOB simulated_sources CONFIGURE_DEPENDS
     "${PROJECT_SOURCE_DIR}/src/model/*.cpp" "${PROJECT_SOURCE_DIR}/src/simulated/*.cpp" "${PROJECT_SOURCE_DIR}/src/base/*.cpp"
     "${PROJECT_SOURCE_DIR}/src/channel/*.cpp" "${PROJECT_SOURCE_DIR}/src/pool/*.cpp" "${PROJECT_SOURCE_DIR}/src/async/*.cpp"
     "${PROJECT_SOURCE_DIR}/src/algorithm/*.cpp")
# src/simulated stands in for what asks the system, or keeps something beyond the end of a simulation.
list(FILTER simulated_sources EXCLUDE REGEX "/pool/(environment|placement|short_lived|stay_loaded|thread_pool)\\.cpp$")
add_library(weft_simulated STATIC EXCLUDE_FROM_ALL ${simulated_sources}
            "${PROJECT_SOURCE_DIR}/src/topology/topology.cpp" "${PROJECT_SOURCE_DIR}/src/simd/no_highway.cpp"
            "${PROJECT_SOURCE_DIR}/src/simd/sort.cpp" "${PROJECT_SOURCE_DIR}/src/simd/stream_copy.cpp"
            "${PROJECT_SOURCE_DIR}/src/simd/text.cpp")
add_library(weft::simulated ALIAS weft_simulated)
target_compile_features(weft_simulated PUBLIC cxx_std_20)
target_include_directories(weft_simulated PUBLIC "${PROJECT_SOURCE_DIR}/include/weft/model/simulated" "${PROJECT_SOURCE_DIR}/include"
                                          PRIVATE "${PROJECT_SOURCE_DIR}/src")
target_compile_options(weft_simulated PUBLIC ${weft_library_flag})
target_link_options(weft_simulated PUBLIC ${weft_library_flag})
target_link_libraries(weft_simulated PUBLIC Threads::Threads)
set_target_properties(weft_simulated PROPERTIES CXX_EXTENSIONS OFF)
weft_warnings(weft_simulated)
