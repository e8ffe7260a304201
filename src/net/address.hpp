// src/net/address.hpp - endpoints as the system has them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/net/endpoint.hpp>

#include <sys/socket.h>

namespace weft {

namespace net {

struct address_access {
    [[nodiscard]] static endpoint from_system(const sockaddr_storage& there) noexcept;
    /// Gives the length.
    [[nodiscard]] static socklen_t to_system(const endpoint& from, sockaddr_storage& to) noexcept;
};

}  // namespace net

namespace detail {

class io_source;

/// Of a socket's own side, or of the other one. Throws std::system_error.
[[nodiscard]] net::endpoint own_endpoint(io_source* socket);
[[nodiscard]] net::endpoint peer_endpoint(io_source* socket);

}  // namespace detail

}  // namespace weft
