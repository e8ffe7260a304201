// src/base/throw.cpp - exceptions of the standard library, thrown out of line.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/detail/throw.hpp>

#include <stdexcept>

namespace weft::detail {

void throw_invalid_argument(const char* what) { throw std::invalid_argument(what); }

void throw_length_error(const char* what) { throw std::length_error(what); }
void throw_out_of_range(const char* what) { throw std::out_of_range(what); }

}  // namespace weft::detail
