# weft_warnings(<target>): the warnings that weft's own code is held to.
function(weft_warnings target)
  if(MSVC)
    target_compile_options(${target} PRIVATE /W4 $<$<BOOL:${WEFT_WARNINGS_AS_ERRORS}>:/WX>)
  else()
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                                             $<$<BOOL:${WEFT_WARNINGS_AS_ERRORS}>:-Werror>)
  endif()
endfunction()
