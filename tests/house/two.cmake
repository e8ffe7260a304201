# Builds and runs the project in two/ with weft as a library of KIND, shared or static. Without SIMD kernels, which have nothing
# to do with it and take long to compile.
file(REMOVE_RECURSE "${WORK}")
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
endfunction()
if(KIND STREQUAL "shared")
  set(shared ON)
else()
  set(shared OFF)
endif()
run("${CMAKE_COMMAND}" -S "${SOURCE}/tests/house/two" -B "${WORK}" -G Ninja "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" "-DCMAKE_CXX_FLAGS=${FLAGS}" "-DWEFT_SOURCE=${SOURCE}" -DCMAKE_BUILD_TYPE=Release
    -DBUILD_SHARED_LIBS=${shared} -DWEFT_WITH_HIGHWAY=OFF
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0)  # as one source: that is quicker, and is to work, too
run("${CMAKE_COMMAND}" --build "${WORK}")
run("${WORK}/two")
