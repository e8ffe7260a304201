# Compiles each of FILES by itself with COMPILER, and FLAGS if there are any, warnings as errors.
set(failed "")
foreach(file IN LISTS FILES)
  execute_process(COMMAND "${COMPILER}" -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
                          ${FLAGS} "-I${INCLUDE}" "${file}" RESULT_VARIABLE result ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    string(APPEND failed "${file}:\n${output}\n")
  endif()
endforeach()
if(failed)
  message(FATAL_ERROR "${failed}")
endif()
