# Compiles greedy.cpp, with the names that the headers have now, and warnings as errors.
file(MAKE_DIRECTORY "${WORK}")
execute_process(COMMAND "${PYTHON}" "${SOURCE}/tests/house/greedy_names.py" "${SOURCE}" "${WORK}/greedy_names.hpp"
                RESULT_VARIABLE result ERROR_VARIABLE output)
if(result EQUAL 0)
  execute_process(COMMAND "${COMPILER}" -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
                          "-I${SOURCE}/include" "-I${WORK}" "${SOURCE}/tests/house/greedy.cpp"
                  RESULT_VARIABLE result ERROR_VARIABLE output)
endif()
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${output}")
endif()
