// weft/base/detail/throw.hpp - exceptions thrown out of line, so that the headers need not know their types.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

namespace weft::detail {

[[noreturn]] void throw_invalid_argument(const char* what);
[[noreturn]] void throw_length_error(const char* what);
[[noreturn]] void throw_out_of_range(const char* what);

}  // namespace weft::detail
