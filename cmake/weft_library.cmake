# The library. Every source file of a layer's folder belongs to it; only the files that need an optional dependency
# are chosen here.
include(weft_warnings)
find_package(Threads REQUIRED)

file(GLOB weft_sources CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}"
     "src/seam/*.cpp" "src/base/*.cpp" "src/sync/*.cpp" "src/queue/*.cpp" "src/topology/*.cpp" "src/channel/*.cpp"
     "src/pool/*.cpp" "src/iter/*.cpp" "src/algorithm/*.cpp" "src/async/*.cpp" "src/latency/*.cpp" "src/observe/*.cpp"
     "src/c/*.cpp" "src/model/*.cpp")
if(WEFT_SYSTEM STREQUAL "Linux")
  file(GLOB net_sources CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}" "src/net/*.cpp")
  list(APPEND weft_sources ${net_sources})
else()
  message(STATUS "weft: no weft::net, whose sockets are those of Linux")
endif()

# The checker finds the line of an operation by std::source_location, which Clang has from version 16 on.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_FLAGS "${CMAKE_CXX20_STANDARD_COMPILE_OPTION}")
check_cxx_source_compiles("
  #include <source_location>
  int main() { return std::source_location::current().line() == 0; }" WEFT_HAS_SOURCE_LOCATION)
# Coroutines are stopped by std::stop_token, which libc++ before 20 has as an experiment.
set(weft_stop_token "#include <stop_token>
  int main() { return std::stop_source().get_token().stop_requested() ? 1 : 0; }")
check_cxx_source_compiles("${weft_stop_token}" WEFT_HAS_STOP_TOKEN)
set(weft_library_flag "")
if(NOT WEFT_HAS_STOP_TOKEN)
  string(APPEND CMAKE_REQUIRED_FLAGS " -fexperimental-library")
  check_cxx_source_compiles("${weft_stop_token}" WEFT_HAS_EXPERIMENTAL_STOP_TOKEN)
  if(WEFT_HAS_EXPERIMENTAL_STOP_TOKEN)
    set(weft_library_flag -fexperimental-library)
  endif()
endif()
unset(CMAKE_REQUIRED_FLAGS)
if(NOT WEFT_HAS_SOURCE_LOCATION)
  message(STATUS "weft: no weft::model, which needs a compiler with std::source_location")
  list(FILTER weft_sources EXCLUDE REGEX "^src/model/")
endif()

add_library(weft ${weft_sources})
add_library(weft::weft ALIAS weft)
target_compile_features(weft PUBLIC cxx_std_20)
target_include_directories(weft PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:include>"
                                PRIVATE "${PROJECT_SOURCE_DIR}/src")
target_compile_options(weft PUBLIC ${weft_library_flag})
target_link_options(weft PUBLIC ${weft_library_flag})
target_link_libraries(weft PUBLIC Threads::Threads)
if(WEFT_SYSTEM STREQUAL "generic")
  # What is left without Linux's own calls is what a system gets that weft does not know.
  target_compile_options(weft PUBLIC -U__linux__ -U__linux -U__gnu_linux__)
endif()
if(WIN32)
  # Waiting on an address, and whether the process is about to end.
  target_link_libraries(weft PRIVATE synchronization ntdll)
  set_property(GLOBAL APPEND PROPERTY WEFT_PRIVATE_LINK_FLAGS -lsynchronization -lntdll)
endif()
set_target_properties(weft PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
                                      POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)
if(BUILD_SHARED_LIBS)
  # All is exported, whatever the outer project sets; and what is compiled into users is one with the library's: see
  # seam/shared.hpp. Objects are the same as those of a static library.
  target_compile_definitions(weft PUBLIC WEFT_SHARED)
  set_target_properties(weft PROPERTIES CXX_VISIBILITY_PRESET default VISIBILITY_INLINES_HIDDEN OFF DEFINE_SYMBOL "")
endif()
weft_warnings(weft)

include(weft_found)
include(weft_hwloc)
include(weft_highway)
include(weft_probes)
