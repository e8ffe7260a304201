// weft/net/unix_socket.hpp - streams between the programs of one machine, by a path.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/task.hpp>
#include <weft/net/byte_stream.hpp>
#include <weft/net/detail/descriptor.hpp>

#include <string>
#include <utility>

namespace weft::net {

/// A connection by way of a path. Reading, writing and their errors: byte_stream.
class unix_stream : public byte_stream {
public:
    unix_stream() noexcept = default;

    /// Connects to whoever listens at `path`; one that begins with '\0' is a name without a file. Throws std::system_error,
    /// also for a path that is too long; weft::stopped.
    [[nodiscard]] static task<unix_stream> connect(std::string path);
    /// Two ends of one connection. Throws std::system_error, std::bad_alloc.
    [[nodiscard]] static std::pair<unix_stream, unix_stream> pair();
    /// Takes over a connected socket; closes it if that fails. Throws std::system_error, std::bad_alloc.
    [[nodiscard]] static unix_stream from_native(int fd) { return unix_stream(detail::descriptor(fd)); }

private:
    friend struct detail::net_access;
    explicit unix_stream(detail::descriptor io) noexcept : byte_stream(std::move(io)) {}
};

/// Accepts connections at a path. The file stays when the listener has gone; remove it before the next one binds.
///
/// Thread safety: one accept() at a time; close(): any thread.
class unix_listener {
public:
    unix_listener() noexcept = default;

    /// Throws std::system_error: std::errc::address_in_use if there is a file already.
    [[nodiscard]] static unix_listener bind(const std::string& path, int backlog = 1024);

    /// As tcp_listener::accept.
    [[nodiscard]] task<unix_stream> accept();

    void close() noexcept { io_.close(); }
    [[nodiscard]] int native_handle() const noexcept { return io_.native_handle(); }

private:
    explicit unix_listener(detail::descriptor io) noexcept : io_(std::move(io)) {}

    detail::descriptor io_;
};

}  // namespace weft::net
