// src/observe/output.hpp - where traces and reports go, and what is written when the program exits.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weft::detail {

/// Throws std::system_error.
void write_file(const std::string& path, std::string_view text);

/// When the program exits, the trace that is being made is written, and the report that the environment has asked for.
void at_exit();

}  // namespace weft::detail
