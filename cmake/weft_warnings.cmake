# weft_warnings(<target>): the warnings that weft's own code must not cause.
function(weft_warnings target)
  if(MSVC)
    target_compile_options(${target} PRIVATE /W4 $<$<BOOL:${WEFT_WARNINGS_AS_ERRORS}>:/WX>)
  else()
    # Clang counts every `[x = x]` as shadowing, and complains about captures that another compiler needs.
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wnon-virtual-dtor
                                             $<$<CXX_COMPILER_ID:GNU>:-Wshadow>
                                             # GCC 12 sees overflows in std::string that are not there.
                                             $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
                                             $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                                             # GCC 14 loses sight of the flag that says whether a value is there.
                                             $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,13>>:-Wno-maybe-uninitialized>
                                             $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wno-unused-lambda-capture>
                                             # Clang 19 sees that the stable sort of GCC 12's library uses what C++17 deprecates.
                                             $<$<CXX_COMPILER_ID:Clang>:-Wno-error=deprecated-declarations>
                                             $<$<BOOL:${WEFT_WARNINGS_AS_ERRORS}>:-Werror>)
  endif()
endfunction()
