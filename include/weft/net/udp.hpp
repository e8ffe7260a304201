// weft/net/udp.hpp - UDP: single messages, which may be lost.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/task.hpp>
#include <weft/net/detail/descriptor.hpp>
#include <weft/net/endpoint.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace weft::net {

/// Sends and receives messages, each whole or not at all.
///
/// Thread safety: one recv_from and one send_to at a time; close(): any thread.
/// Throws:        as byte_stream.
class udp_socket {
public:
    /// What has come.
    struct message {
        std::size_t size = 0;  ///< bytes of it that are in the buffer
        endpoint from;
        bool truncated = false;  ///< the buffer was too small: the rest is lost
    };

    udp_socket() noexcept = default;

    /// Port 0: one that is free. Throws std::system_error with the address in words.
    [[nodiscard]] static udp_socket bind(const endpoint& at);

    [[nodiscard]] endpoint local_endpoint() const;

    /// To be awaited: sends `bytes`, which may be empty. It has left then, not arrived.
    [[nodiscard]] task<void> send_to(std::span<const std::byte> bytes, endpoint to);
    /// To be awaited: the next message.
    [[nodiscard]] task<message> recv_from(std::span<std::byte> into);

    void close() noexcept { io_.close(); }
    [[nodiscard]] int native_handle() const noexcept { return io_.native_handle(); }

private:
    explicit udp_socket(detail::descriptor io) noexcept : io_(std::move(io)) {}

    detail::descriptor io_;
};

}  // namespace weft::net
