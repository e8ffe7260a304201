# weft::module: `import weft;` for those who link it. CMake builds modules from 3.28 on, with Ninja, and asks a tool of the compiler's
# what a source imports (Clang: clang-scan-deps). It is not installed: what a compiler makes of a module fits no other compiler.
if(CMAKE_VERSION VERSION_LESS 3.28)
  message(FATAL_ERROR "WEFT_BUILD_MODULE needs CMake 3.28 or newer")
endif()
add_library(weft_module STATIC)
add_library(weft::module ALIAS weft_module)
target_sources(weft_module PUBLIC FILE_SET CXX_MODULES BASE_DIRS "${PROJECT_SOURCE_DIR}/src/module"
                                  FILES "${PROJECT_SOURCE_DIR}/src/module/weft.cppm")
target_link_libraries(weft_module PUBLIC weft)
set_target_properties(weft_module PROPERTIES CXX_SCAN_FOR_MODULES ON CXX_EXTENSIONS OFF UNITY_BUILD OFF)
weft_warnings(weft_module)
