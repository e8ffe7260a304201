# Configures weft with pkg-config files that name the system's own folders of headers in every possible way, as those of some
# distributions do, and compiles the files that include what was found.
file(REMOVE_RECURSE "${WORK}")
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
endfunction()

find_program(PKG_CONFIG pkg-config REQUIRED)
set(objects "")
foreach(package_and_file IN ITEMS "libhwy simd/kernels_text" "hwloc topology/topology_hwloc")
  separate_arguments(package_and_file)
  list(GET package_and_file 0 package)
  list(GET package_and_file 1 file)
  execute_process(COMMAND "${PKG_CONFIG}" --modversion ${package} RESULT_VARIABLE result OUTPUT_VARIABLE version
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(result EQUAL 0)
    execute_process(COMMAND "${PKG_CONFIG}" --cflags ${package} OUTPUT_VARIABLE cflags OUTPUT_STRIP_TRAILING_WHITESPACE)
    execute_process(COMMAND "${PKG_CONFIG}" --libs ${package} OUTPUT_VARIABLE libs OUTPUT_STRIP_TRAILING_WHITESPACE)
    file(WRITE "${WORK}/pkgconfig/${package}.pc"
         "Name: ${package}\nDescription: as found, and the system's folders\nVersion: ${version}\nLibs: ${libs}\n"
         "Cflags: -I/usr/include -isystem /usr/include -isystem/usr/include -I/usr/lib/../include ${cflags}\n")
    list(APPEND objects "CMakeFiles/weft.dir/src/${file}.cpp.o")
  endif()
endforeach()
if(NOT objects)
  message(STATUS "neither hwloc nor Highway is here")
  return()
endif()

# With these, pkg-config omits no folder.
set(ENV{PKG_CONFIG_ALLOW_SYSTEM_CFLAGS} 1)
set(ENV{PKG_CONFIG_PATH} "${WORK}/pkgconfig")
run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${WORK}/build" -G Ninja "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" -DCMAKE_BUILD_TYPE=Debug -DWEFT_BUILD_TESTS=OFF -DWEFT_BUILD_BENCH=OFF
    -DWEFT_BUILD_EXAMPLES=OFF)
file(READ "${WORK}/build/compile_commands.json" commands)
if(commands MATCHES "(-I|-isystem) ?/usr/(lib/../)?include[ \"]")
  message(FATAL_ERROR "the compiler is told to look into the system's folders: ${CMAKE_MATCH_0}")
endif()
run("${CMAKE_COMMAND}" --build "${WORK}/build" --target ${objects})
