# What weft needs of the compiler is said in one line, by each of FILES: COMPILER is told to read C++17, and to do without
# exceptions. An error that is not that line fails.
set(failed "")
function(expect flag text)
  execute_process(COMMAND "${COMPILER}" ${flag} -fsyntax-only "-I${INCLUDE}" "${file}"
                  RESULT_VARIABLE result ERROR_VARIABLE output)
  string(REGEX MATCHALL "[^\n]*error:[^\n]*" errors "${output}")
  if(result EQUAL 0 OR NOT errors MATCHES "^[^;]*${text}[^;]*$")
    set(failed "${failed}${file} with ${flag}:\n${output}\n" PARENT_SCOPE)
  endif()
endfunction()
foreach(file IN LISTS FILES)
  expect(-std=c++17 "weft needs C[+][+]20")
  expect("-std=c++20;-fno-exceptions" "weft needs exceptions")
endforeach()
if(failed)
  message(FATAL_ERROR "${failed}")
endif()
