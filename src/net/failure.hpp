// src/net/failure.hpp - errors of the system, with what was tried, and where.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/net/endpoint.hpp>

namespace weft::detail {

/// Throws std::system_error: "weft: cannot WHAT: WHY".
[[noreturn]] void throw_system(int error, const char* what, const char* why);
/// The same with the other side of a socket, or the path or number of another descriptor, in words.
[[noreturn]] void throw_system(int error, const char* what, int fd);
[[noreturn]] void throw_system(int error, const char* what, const net::endpoint& where);

}  // namespace weft::detail
