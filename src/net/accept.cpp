// src/net/accept.cpp - accepting connections, of whatever kind; and waiting until one is made.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net/accept.hpp"

#include <weft/async/schedule.hpp>
#include <weft/async/sleep.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace weft::detail {
namespace {

constexpr const char* accepting = "accept a connection";

/// What has become of one connection is no fault of the listener's: accept(2).
[[nodiscard]] bool is_of_the_connection(int error) noexcept
{
    switch (error) {
        case ECONNABORTED:
        case EPROTO:
        case ENOPROTOOPT:
        case EHOSTDOWN:
        case ENONET:
        case EHOSTUNREACH:
        case ENETUNREACH:
        case ENETDOWN:
        case EPERM:  // a rule of the firewall
            return true;
        default:
            return false;
    }
}

[[nodiscard]] bool is_of_the_process(int error) noexcept
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

weft::task<int> accept_one(io_use given)
{
    io_use use(std::move(given));  // over when this has ended, not only when the frame is destroyed
    constexpr auto pause = std::chrono::milliseconds(10);
    use.check(accepting);
    for (;;) {
        bool is_short_of_descriptors = false;
        bool is_of_a_connection = false;
        if (use.may_try(accepting)) {
            const int fd = ::accept4(use.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd >= 0) co_return fd;
            is_short_of_descriptors = is_of_the_process(errno);
            is_of_a_connection = is_of_the_connection(errno);
            if (!is_short_of_descriptors && !is_of_a_connection && use.is_interrupted(accepting)) continue;
        }
        if (is_short_of_descriptors) {
            co_await sleep_for(pause);
        } else if (is_of_a_connection) {
            co_await async_yield();  // there may be many
        } else {
            co_await use.wait();
        }
    }
}

weft::task<int> connected(io_use given)
{
    io_use use(std::move(given));
    constexpr const char* connecting = "connect";
    use.check(connecting);
    for (;;) {
        static_cast<void>(use.may_try(connecting));  // so that it is known what has been seen
        // Connected, if there is another side; else it has failed, or is about to be.
        int error = 0;
        socklen_t length = sizeof error;
        if (::getsockopt(use.fd(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) co_return errno;
        if (error != 0) co_return error;
        sockaddr_storage there{};
        length = sizeof there;
        if (::getpeername(use.fd(), reinterpret_cast<sockaddr*>(&there), &length) == 0) co_return 0;
        co_await use.wait();
    }
}

}  // namespace weft::detail
