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

/// How a socket for messages is set up.
struct udp_options {
    bool reuse_address = false;  ///< several sockets at one address: all of them get what is sent to a group or to all
    bool reuse_port = false;     ///< several sockets at one address, among which the system deals single messages
    bool only_v6 = false;        ///< of an IPv6 address: takes no IPv4 messages
};

/// Sends and receives messages, each whole or not at all; to one receiver, to all of a network (set_broadcast), or to those who
/// have joined a group.
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
    [[nodiscard]] static udp_socket bind(const endpoint& at, const udp_options& options = {});

    [[nodiscard]] endpoint local_endpoint() const;

    /// Whether messages may be sent to a network's broadcast address. This and what follows: throws std::system_error.
    void set_broadcast(bool on);
    /// How many routers a message may pass, 1 to 255; the system's usual is 64.
    void set_ttl(int hops);

    /// Receives what is sent to the port of this socket and the address of `group`, 224.0.0.0 to 239.255.255.255 or ff00::/8,
    /// whose own port does not count. By which interface: for IPv4, the one that has the address of `interface`, or the one of
    /// the system's choice; for IPv6, the group's ("ff02::1234%eth0"), or the one of the system's choice. A socket that is
    /// bound to an address of one interface gets nothing that is sent to groups: bind it to 0.0.0.0, ::, or the group.
    void join(const endpoint& group, const endpoint& interface = {});
    /// No more, by that interface. To close the socket does that, too.
    void leave(const endpoint& group, const endpoint& interface = {});
    /// By which interface messages to groups are sent: the one with this IPv4 address, or of this IPv6 address with a scope.
    void set_multicast_interface(const endpoint& interface);
    /// How many routers a message to a group may pass, 0 to 255; the system's usual is 1, 0 stays on this machine.
    void set_multicast_ttl(int hops);
    /// Whether the members on this machine get what is sent to a group; the system's usual is that they do.
    void set_multicast_loop(bool on);

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
