// src/net/readable.cpp - waiting for any descriptor.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/net/readable.hpp>

#include "net/failure.hpp"
#include "net/source.hpp"

#include <fcntl.h>
#include <poll.h>

#include <cerrno>
#include <system_error>

namespace weft::net {

using detail::io_side;
using detail::io_source;
using detail::io_use;

namespace {

constexpr const char* waiting = "wait for a descriptor";

[[nodiscard]] bool is_ready(int fd, io_side which)
{
    pollfd one{fd, static_cast<short>(which == io_side::reader ? POLLIN : POLLOUT), 0};
    if (::poll(&one, 1, 0) < 0) {
        if (errno != EINTR) detail::throw_system(errno, waiting, fd);
        return false;
    }
    if ((one.revents & POLLNVAL) != 0) detail::throw_system(EBADF, waiting, fd);
    return one.revents != 0;
}

/// A second descriptor of the same file: the first one may be watched already, and may be closed meanwhile.
class second_descriptor {
public:
    explicit second_descriptor(int fd)
    {
        const int own = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (own < 0) detail::throw_system(errno, waiting, fd);
        source_ = io_source::make(own, {.blocks = false});
    }
    second_descriptor(const second_descriptor&) = delete;
    second_descriptor& operator=(const second_descriptor&) = delete;
    ~second_descriptor() { source_->close(true); }
    [[nodiscard]] io_source* source() const noexcept { return source_; }

private:
    io_source* source_ = nullptr;
};

task<void> wait_for(int fd, io_side which)
{
    if (is_ready(fd, which)) co_return;
    const second_descriptor own(fd);
    io_use use(own.source(), which);
    for (;;) {
        static_cast<void>(use.may_try(waiting));  // so that it is known what has been seen
        if (is_ready(use.fd(), which)) co_return;
        co_await use.wait();
    }
}

}  // namespace

task<void> readable(int fd) { return wait_for(fd, io_side::reader); }

task<void> writable(int fd) { return wait_for(fd, io_side::writer); }

}  // namespace weft::net
