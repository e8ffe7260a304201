// src/net/byte_stream.cpp - reading and writing connections.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/net/byte_stream.hpp>

#include "net/failure.hpp"
#include "net/source.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace weft::net {

using detail::io_side;
using detail::io_use;

namespace {

constexpr const char* reading = "read from a stream";
constexpr const char* writing = "write to a stream";

// The coroutines below move the use into a variable of theirs: it is over when they have ended, and not only when their frame
// is destroyed.

/// Reads until there are at least `least` bytes, or the end.
task<std::size_t> read(io_use given, std::span<std::byte> into, std::size_t least)
{
    io_use use(std::move(given));
    use.check(reading);
    std::size_t got = 0;
    while (got < least) {
        if (use.may_try(reading)) {
            const std::span<std::byte> rest = into.subspan(got);
            const ssize_t n = ::recv(use.fd(), rest.data(), rest.size(), 0);
            if (n == 0) break;
            if (n > 0) {
                got += static_cast<std::size_t>(n);
                // What comes now is an event.
                if (static_cast<std::size_t>(n) < rest.size() && use.reads_all_there_is()) use.note_drained();
                continue;
            }
            if (use.is_interrupted(reading)) continue;
        }
        co_await use.wait();
    }
    co_return got;
}

task<void> read_all(io_use use, std::span<std::byte> into)
{
    const std::size_t got = co_await read(std::move(use), into, into.size());
    if (got < into.size()) throw end_of_stream(got);
}

/// Writes until `least` bytes have gone.
task<std::size_t> write(io_use given, std::span<const std::byte> from, std::size_t least)
{
    io_use use(std::move(given));
    use.check(writing);
    std::size_t gone = 0;
    while (gone < least) {
        if (use.may_try(writing)) {
            const std::span<const std::byte> rest = from.subspan(gone);
            const ssize_t n = ::send(use.fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
            if (n >= 0) {
                gone += static_cast<std::size_t>(n);
                if (static_cast<std::size_t>(n) < rest.size()) use.note_drained();  // no room is left
                continue;
            }
            if (use.is_interrupted(writing)) continue;
        }
        co_await use.wait();
    }
    co_return gone;
}

task<void> write_to_the_end(io_use use, std::span<const std::byte> from)
{
    static_cast<void>(co_await write(std::move(use), from, from.size()));
}

/// Buffers in the system's form, from a position on.
class gather {
public:
    explicit gather(std::span<const std::span<const std::byte>> buffers) noexcept : buffers_(buffers) { skip(0); }

    [[nodiscard]] bool is_empty() const noexcept { return buffers_.empty(); }

    /// As many as go in one call; gives how many bytes.
    std::size_t fill(msghdr& message) noexcept
    {
        std::size_t bytes = 0;
        std::size_t count = 0;
        for (; count < std::min(buffers_.size(), std::size(parts_)); ++count) {
            const std::span<const std::byte> part = buffers_[count].subspan(count == 0 ? begun_ : 0);
            parts_[count] = {const_cast<std::byte*>(part.data()), part.size()};
            bytes += part.size();
        }
        message = {};
        message.msg_iov = parts_;
        message.msg_iovlen = count;
        return bytes;
    }

    /// So many have gone.
    void skip(std::size_t bytes) noexcept
    {
        begun_ += bytes;
        while (!buffers_.empty() && begun_ >= buffers_.front().size()) {
            begun_ -= buffers_.front().size();
            buffers_ = buffers_.subspan(1);
        }
    }

private:
    std::span<const std::span<const std::byte>> buffers_;
    std::size_t begun_ = 0;  ///< of the first
    iovec parts_[16];
};

task<void> write_gathered(io_use given, std::span<const std::span<const std::byte>> buffers)
{
    io_use use(std::move(given));
    use.check(writing);
    gather rest(buffers);
    while (!rest.is_empty()) {
        if (use.may_try(writing)) {
            msghdr message;
            const std::size_t bytes = rest.fill(message);
            const ssize_t n = ::sendmsg(use.fd(), &message, MSG_NOSIGNAL);
            if (n >= 0) {
                rest.skip(static_cast<std::size_t>(n));
                if (static_cast<std::size_t>(n) < bytes) use.note_drained();
                continue;
            }
            if (use.is_interrupted(writing)) continue;
        }
        co_await use.wait();
    }
}

}  // namespace

task<std::size_t> byte_stream::read_some(std::span<std::byte> into)
{
    return read(io_use(io_.source(), io_side::reader), into, into.empty() ? 0 : 1);
}

task<void> byte_stream::read_exact(std::span<std::byte> into)
{
    return read_all(io_use(io_.source(), io_side::reader), into);
}

task<std::size_t> byte_stream::write_some(std::span<const std::byte> from)
{
    return write(io_use(io_.source(), io_side::writer), from, from.empty() ? 0 : 1);
}

task<void> byte_stream::write_all(std::span<const std::byte> from)
{
    return write_to_the_end(io_use(io_.source(), io_side::writer), from);
}

task<void> byte_stream::write_all(std::string_view text)
{
    return write_all(std::as_bytes(std::span<const char>(text.data(), text.size())));
}

task<void> byte_stream::write_all(std::span<const std::span<const std::byte>> buffers)
{
    return write_gathered(io_use(io_.source(), io_side::writer), buffers);
}

void byte_stream::shutdown_send()
{
    constexpr const char* what = "end a stream's direction";
    const detail::io_hold open(io_.source(), what);
    if (::shutdown(open.fd(), SHUT_WR) != 0) detail::throw_system(errno, what, open.fd());
}

}  // namespace weft::net
