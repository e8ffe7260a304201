# weft_add_simulated(<sources> <headers>): weft::simulated, all of weft that runs on the pool, compiled against a simulated machine.
# A program that is to run in weft::model::simulate links it instead of weft::weft. It is built only for those who link it, from the
# folders src/ and include/ of this tree, or from where they have been installed: so it needs no more of what is installed with it.
function(weft_add_simulated src include)
  set(layers "")
  foreach(layer IN ITEMS model simulated base channel pool async algorithm)
    list(APPEND layers "${src}/${layer}/*.cpp")
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${layers})
  # src/simulated stands in for what asks the system, or keeps something beyond the end of a simulation.
  list(FILTER sources EXCLUDE REGEX "/pool/(environment|placement|short_lived|stay_loaded|thread_pool)\\.cpp$")
  add_library(weft_simulated STATIC EXCLUDE_FROM_ALL ${sources}
              "${src}/topology/topology.cpp" "${src}/simd/no_highway.cpp" "${src}/simd/sort.cpp" "${src}/simd/stream_copy.cpp"
              "${src}/simd/text.cpp")
  add_library(weft::simulated ALIAS weft_simulated)
  target_compile_features(weft_simulated PUBLIC cxx_std_20)
  target_include_directories(weft_simulated PUBLIC "${include}/weft/model/simulated" "${include}" PRIVATE "${src}")
  target_compile_options(weft_simulated PUBLIC ${weft_library_flag})
  target_link_options(weft_simulated PUBLIC ${weft_library_flag})
  target_link_libraries(weft_simulated PUBLIC Threads::Threads)
  # Some files redefine names for others.
  set_target_properties(weft_simulated PROPERTIES CXX_EXTENSIONS OFF UNITY_BUILD OFF)
  if(COMMAND weft_warnings)
    weft_warnings(weft_simulated)
  else()
    # In a project of weft's users, what it asks of its own code.
    set_target_properties(weft_simulated PROPERTIES CXX_CLANG_TIDY "" COMPILE_WARNING_AS_ERROR OFF)
    target_compile_options(weft_simulated PRIVATE "$<IF:$<BOOL:${MSVC}>,/w,-w>")
  endif()
endfunction()
