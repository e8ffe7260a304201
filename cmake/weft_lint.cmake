# Targets `format-check` (clang-format) and `tidy` (clang-tidy), and `lint` for both.
