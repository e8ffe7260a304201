// src/net/socket.hpp - making sockets, binding them, and their options.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/net/detail/descriptor.hpp>
#include <weft/net/endpoint.hpp>

namespace weft::detail {

/// A socket that does not block. Throws std::system_error.
[[nodiscard]] descriptor make_socket(int family, int type, const char* what);
/// The same, of the family of an address.
[[nodiscard]] descriptor make_socket(const net::endpoint& for_address, int type, const char* what);

/// What is decided before a socket is bound.
struct sharing {
    bool reuse_address = false;
    bool reuse_port = false;
    bool only_v6 = false;
};
/// A socket that has the address `at`. Throws std::system_error with the address in words.
[[nodiscard]] descriptor make_bound_socket(const net::endpoint& at, int type, sharing how, const char* what);

/// Whether a descriptor is a stream of TCP, of which a read gives all that there is, up to what is urgent.
[[nodiscard]] bool is_tcp(int fd) noexcept;
/// Whether a socket is one of IPv6. Throws std::system_error.
[[nodiscard]] bool is_v6(int fd, const char* what);

/// Sets an option of the level SOL_SOCKET, or another. Throws std::system_error.
void set_option(int fd, int level, int option, int value, const char* what);

}  // namespace weft::detail
