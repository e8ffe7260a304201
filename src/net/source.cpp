// src/net/source.cpp - one descriptor: taken over, watched, used, closed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net/source.hpp"

#include <weft/net/detail/descriptor.hpp>

#include "net/failure.hpp"
#include "net/reactor.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>

namespace weft::detail {

// --- the descriptor --------------------------------------------------------------------------------------------------

io_source* io_source::make(int fd, descriptor::kind of)
{
    io_source* s = nullptr;
    try {
        const int flags = of.blocks ? ::fcntl(fd, F_GETFL) : O_NONBLOCK;
        if (flags < 0 || ((flags & O_NONBLOCK) == 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0))
            throw_system(errno, "take over a descriptor", fd);
        s = reactor::here().make_source();
    } catch (...) {
        if (fd >= 0) ::close(fd);
        throw;
    }
    s->fd_ = fd;
    s->reads_all_ = of.reads_all;
    return s;
}

use_word::admission io_source::begin_use(io_side which) noexcept
{
    return uses_.begin(part_of(which), [this] { end(); });
}

void io_source::end_use(std::uint32_t part) noexcept
{
    if (uses_.end(part, [this] { end(); })) reactor::take_back(*this);
}

void io_source::close(bool disown) noexcept
{
    if (uses_.close(disown)) {
        for (readiness& side : sides_) side.add(readiness::closed);
    }
    end_use(use_word::closer);
}

void io_source::end() noexcept
{
    reactor* const where = where_.load(order::relaxed);
    if (where != nullptr) where->forget(*this);
    ::close(fd_);
}

// --- being watched ---------------------------------------------------------------------------------------------------

bool io_source::is_watched(io_side which) const noexcept
{
    return where_.load(order::acquire) == reactor::there() &&
           (wants_.load(order::relaxed) & part_of(which)) != 0;  // O1
}

void io_source::watch(io_side which)
{
    reactor& here = reactor::here();
    watching_.lock();
    // In the child of a fork, it is the parent's reactor that knows it.
    const bool is_new = where_.load(order::relaxed) != &here;
    const std::uint32_t wants = (is_new ? 0 : wants_.load(order::relaxed)) | part_of(which);
    const int error = here.watch(*this, wants, is_new);
    if (error == 0) {
        wants_.store(wants, order::relaxed);
        where_.store(&here, order::release);  // O1
    }
    watching_.unlock();
    if (error != 0) throw_system(error, "wait for a descriptor", fd_);
}

void io_source::wake(std::uint32_t events) noexcept
{
    constexpr std::uint32_t failed = EPOLLHUP | EPOLLERR;
    const auto tell = [&](io_side which, std::uint32_t is_ready, std::uint32_t insists) {
        const std::uintptr_t marks = ((events & (is_ready | insists)) != 0 ? readiness::ready : 0) |
                                     ((events & insists) != 0 ? readiness::insists : 0);
        if (marks != 0) side(which).add(marks);
    };
    tell(io_side::reader, EPOLLIN, EPOLLPRI | EPOLLRDHUP | failed);  // a read stops short of what is urgent
    tell(io_side::writer, EPOLLOUT, failed);
}

// --- an operation ----------------------------------------------------------------------------------------------------

void io_use::check(const char* what) const
{
    if (source_ != nullptr) return;
    if (admitted_ == use_word::admission::busy) throw_system(EBUSY, what, "another task does so already");
    throw_system(EBADF, what, "it is closed");
}

bool io_use::may_try(const char* what)
{
    readiness& side = source_->side(which_);
    if (side.is_closed()) throw_system(ECANCELED, what, "it has been closed meanwhile");
    return side.may_try(seen_);
}

bool io_use::is_interrupted(const char* what) const
{
    const int error = errno;
    if (error == EINTR) return true;
    if (error == EAGAIN || error == EWOULDBLOCK) return false;
    throw_system(error, what, fd());
}

io_hold::io_hold(io_source* source, const char* what) : source_(source)
{
    if (source == nullptr || !source->hold()) throw_system(EBADF, what, "it is closed");
}

// --- who owns one ----------------------------------------------------------------------------------------------------

descriptor::descriptor(int fd, kind of) : source_(io_source::make(fd, of)) {}

void descriptor::close() noexcept
{
    if (source_ != nullptr) source_->close(false);
}

int descriptor::native_handle() const noexcept
{
    return source_ != nullptr && !source_->is_closed() ? source_->fd() : -1;
}

void descriptor::release() noexcept
{
    if (source_ != nullptr) source_->close(true);
    source_ = nullptr;
}

}  // namespace weft::detail
