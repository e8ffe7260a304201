// src/net/unix_socket.cpp - streams between the programs of one machine, by a path.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/net/unix_socket.hpp>

#include <weft/async/sleep.hpp>

#include "net/accept.hpp"
#include "net/failure.hpp"
#include "net/socket.hpp"
#include "net/source.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>

namespace weft::net {

using detail::io_side;
using detail::io_use;

namespace {

socklen_t address_of(const std::string& path, sockaddr_un& to, const char* what)
{
    to = {};
    to.sun_family = AF_UNIX;
    const bool is_name = !path.empty() && path.front() == '\0';
    if (path.empty()) detail::throw_system(EINVAL, what, "the path is empty");
    if (path.size() >= sizeof to.sun_path) detail::throw_system(ENAMETOOLONG, what, path.c_str());
    std::memcpy(to.sun_path, path.data(), path.size());
    return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (is_name ? 0 : 1));
}

/// As it is shown: a name without a file begins with a '\0'.
const char* in_words(const std::string& path) { return path.front() != '\0' ? path.c_str() : path.c_str() + 1; }

}  // namespace

task<unix_stream> unix_stream::connect(std::string path)
{
    constexpr const char* what = "connect to";
    sockaddr_un address;
    const socklen_t length = address_of(path, address, what);
    detail::descriptor io = detail::make_socket(AF_UNIX, SOCK_STREAM, what);
    for (;;) {
        if (::connect(io.native_handle(), reinterpret_cast<const sockaddr*>(&address), length) == 0) break;
        // There is no event for room in the listener's line.
        constexpr auto pause = std::chrono::milliseconds(1);
        const int error = errno;
        if (error == EAGAIN) {
            co_await sleep_for(pause);
        } else if (error != EINTR) {
            detail::throw_system(error, what, in_words(path));
        }
    }
    co_return unix_stream(std::move(io));
}

std::pair<unix_stream, unix_stream> unix_stream::pair()
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
        detail::throw_system(errno, "make a pair of streams", "socketpair");
    detail::descriptor second;
    try {
        second = detail::descriptor(ends[1], {.blocks = false});
    } catch (...) {
        static_cast<void>(detail::descriptor(ends[0]));
        throw;
    }
    return {unix_stream(detail::descriptor(ends[0], {.blocks = false})), unix_stream(std::move(second))};
}

unix_listener unix_listener::bind(const std::string& path, int backlog)
{
    constexpr const char* what = "listen at";
    sockaddr_un address;
    const socklen_t length = address_of(path, address, what);
    detail::descriptor io = detail::make_socket(AF_UNIX, SOCK_STREAM, what);
    if (::bind(io.native_handle(), reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
        ::listen(io.native_handle(), backlog) != 0)
        detail::throw_system(errno, what, in_words(path));
    return unix_listener(std::move(io));
}

task<unix_stream> unix_listener::accept()
{
    return detail::net_access::accept<unix_stream>(io_use(io_.source(), io_side::reader), false);
}

}  // namespace weft::net
