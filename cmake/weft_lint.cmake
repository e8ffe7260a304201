# Targets: `format` formats all sources, `format-check` looks whether they are; `lint` does that and runs clang-tidy over the library.
find_program(WEFT_CLANG_FORMAT NAMES clang-format-19 clang-format-20 clang-format-21 clang-format-22)
find_program(WEFT_RUN_CLANG_TIDY NAMES run-clang-tidy-19 run-clang-tidy-20 run-clang-tidy-21 run-clang-tidy-22)

set(weft_sources_of "git -C '${PROJECT_SOURCE_DIR}' ls-files '*.hpp' '*.cpp' | sed 's,^,${PROJECT_SOURCE_DIR}/,'")
if(WEFT_CLANG_FORMAT)
  add_custom_target(format COMMAND sh -c "${weft_sources_of} | xargs '${WEFT_CLANG_FORMAT}' -i" VERBATIM)
  add_custom_target(format-check COMMAND sh -c "${weft_sources_of} | xargs '${WEFT_CLANG_FORMAT}' --dry-run -Werror" VERBATIM)
endif()
if(WEFT_CLANG_FORMAT AND WEFT_RUN_CLANG_TIDY)
  add_custom_target(tidy COMMAND ${WEFT_RUN_CLANG_TIDY} -quiet -p "${PROJECT_BINARY_DIR}" "${PROJECT_SOURCE_DIR}/src/.*" VERBATIM)
  add_custom_target(lint DEPENDS format-check tidy)
else()
  add_custom_target(lint COMMAND ${CMAKE_COMMAND} -E echo "lint needs clang-format and clang-tidy 19 or newer: cmake/setup.sh lint"
                         COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
endif()
