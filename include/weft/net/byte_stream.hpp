// weft/net/byte_stream.hpp - a connection that carries bytes both ways.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/task.hpp>
#include <weft/net/detail/descriptor.hpp>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace weft::net {

/// The other side has ended what it sends before as much had come as was asked for.
class end_of_stream : public std::runtime_error {
public:
    explicit end_of_stream(std::size_t bytes_read);
    /// What had come.
    [[nodiscard]] std::size_t bytes_read() const noexcept { return bytes_read_; }

private:
    std::size_t bytes_read_;
};

/// What tcp_stream and unix_stream have in common. Not made by itself.
///
/// Every operation is to be awaited. It tries first, and waits only if the system says so; meanwhile its thread does other
/// things.
///
/// Requires:      one reader and one writer at a time, which may be different tasks on different threads. A second one gets
///                std::errc::device_or_resource_busy; to call an operation takes the place, and its end gives it back. The buffers live until the operation has ended. The stream may be
///                moved or closed meanwhile, but is destroyed only when nothing is under way.
/// Throws:        std::system_error with the system's code, and in words with whom; std::errc::operation_canceled if the
///                stream is closed meanwhile, std::errc::bad_file_descriptor if it has been before; weft::stopped if the task
///                is asked to stop while it waits: what was read or written before is lost to the caller then; read_some and
///                write_some have done nothing in that case. Nothing raises SIGPIPE.
/// Thread safety: close() and the descriptor's number: any thread. All else: as said.
/// Cost:          a frame from the thread's lists, and the system calls: one for data that are there, or go out at once.
/// Example:       examples/net/echo.cpp
class byte_stream {
public:
    byte_stream(byte_stream&&) noexcept = default;
    byte_stream& operator=(byte_stream&&) noexcept = default;

    /// Reads what is there, at least one byte, and at most as many as `into` has room for. 0: the other side has ended its
    /// direction, or `into` has no room.
    [[nodiscard]] task<std::size_t> read_some(std::span<std::byte> into);
    /// Fills `into`. Throws end_of_stream if the end comes earlier, also if it comes at once.
    [[nodiscard]] task<void> read_exact(std::span<std::byte> into);

    /// Writes at least one byte of `from`, unless that is empty; gives how many.
    [[nodiscard]] task<std::size_t> write_some(std::span<const std::byte> from);
    /// Writes all of it.
    [[nodiscard]] task<void> write_all(std::span<const std::byte> from);
    [[nodiscard]] task<void> write_all(std::string_view text);
    /// Writes one buffer after the other, many in one system call. Both the buffers and the list of them live until the end.
    [[nodiscard]] task<void> write_all(std::span<const std::span<const std::byte>> buffers);

    /// Ends the direction in which this side sends; it can go on reading. Throws std::system_error.
    void shutdown_send();
    /// Closes the descriptor, as soon as no operation uses it. Whoever waits in one gets std::errc::operation_canceled. A
    /// second call does nothing.
    void close() noexcept { io_.close(); }

    /// The system's descriptor, which stays the stream's; -1 if it has been closed.
    [[nodiscard]] int native_handle() const noexcept { return io_.native_handle(); }

protected:
    byte_stream() noexcept = default;
    explicit byte_stream(detail::descriptor io) noexcept : io_(std::move(io)) {}
    ~byte_stream() = default;

    detail::descriptor io_;
};

}  // namespace weft::net
