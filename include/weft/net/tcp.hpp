// weft/net/tcp.hpp - TCP: who listens, and the streams.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/task.hpp>
#include <weft/net/byte_stream.hpp>
#include <weft/net/detail/descriptor.hpp>
#include <weft/net/endpoint.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace weft::net {

/// A TCP connection. Reading, writing and their errors: byte_stream.
///
/// Example: examples/net/echo.cpp
class tcp_stream : public byte_stream {
public:
    /// Not connected: every operation says so by std::errc::bad_file_descriptor.
    tcp_stream() noexcept = default;

    /// Connects to `to`. Throws std::system_error with the system's code (std::errc::connection_refused, timed_out,
    /// network_unreachable, ..) and the address; weft::stopped.
    [[nodiscard]] static task<tcp_stream> connect(endpoint to);
    /// Connects to the first of a host's addresses that takes the connection: `connect("example.org", 80)`. It asks as
    /// weft::net::resolve does, and tries the addresses one after the other, each for as long as the system does, which may be
    /// minutes: weft::with_timeout limits it all but the resolver's time. Throws as resolve, and the error of the last address.
    [[nodiscard]] static task<tcp_stream> connect(std::string host, std::uint16_t port);
    /// Takes over a connected socket; closes it if that fails. Throws std::system_error, std::bad_alloc.
    [[nodiscard]] static tcp_stream from_native(int fd);

    /// Whether small pieces are sent at once (true), or are held back until what was sent before has arrived (false; the
    /// system's usual). Throws std::system_error.
    void set_nodelay(bool on);
    [[nodiscard]] endpoint local_endpoint() const;
    [[nodiscard]] endpoint peer_endpoint() const;

private:
    friend struct detail::net_access;
    explicit tcp_stream(detail::descriptor io) noexcept : byte_stream(std::move(io)) {}
};

/// How a listener is set up.
struct listen_options {
    int backlog = 1024;         ///< connections that wait to be accepted; the system may allow less
    bool reuse_address = true;  ///< also if connections of an earlier listener are still about to end
    bool reuse_port = false;    ///< several listeners on one port, among which the system deals the connections
    bool only_v6 = false;       ///< of an IPv6 address: takes no IPv4 connections
};

/// Accepts TCP connections.
///
/// Thread safety: one accept() at a time; close(): any thread.
/// Example:       examples/net/echo.cpp
class tcp_listener {
public:
    tcp_listener() noexcept = default;

    /// Listens at `at`; port 0: one that is free, which local_endpoint() tells. Throws std::system_error
    /// (std::errc::address_in_use, permission_denied, ..) with the address in words.
    [[nodiscard]] static tcp_listener bind(const endpoint& at, const listen_options& options = {});

    [[nodiscard]] endpoint local_endpoint() const;

    /// To be awaited: the next connection. One that has gone before it was accepted is passed over. While the process has
    /// no descriptor left it waits, and tries again some time later: what knocks meanwhile waits, too. Throws as byte_stream.
    [[nodiscard]] task<tcp_stream> accept();

    /// Whoever waits in accept() gets std::errc::operation_canceled.
    void close() noexcept { io_.close(); }
    [[nodiscard]] int native_handle() const noexcept { return io_.native_handle(); }

private:
    explicit tcp_listener(detail::descriptor io) noexcept : io_(std::move(io)) {}

    detail::descriptor io_;
};

}  // namespace weft::net
