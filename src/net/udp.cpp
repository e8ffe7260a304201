// src/net/udp.cpp - UDP: single messages, which may be lost.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/net/udp.hpp>

#include "net/accept.hpp"
#include "net/address.hpp"
#include "net/failure.hpp"
#include "net/source.hpp"

#include <algorithm>
#include <cerrno>

namespace weft::net {

using detail::io_side;
using detail::io_use;

namespace {

constexpr const char* receiving = "receive a message";

task<void> send(io_use given, std::span<const std::byte> bytes, endpoint to)
{
    io_use use(std::move(given));  // over when this has ended, not only when the frame is destroyed
    use.check("send a message");
    sockaddr_storage address;
    const socklen_t length = address_access::to_system(to, address);
    for (;;) {
        if (use.may_try("send a message")) {
            const ssize_t n = ::sendto(use.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
                                       reinterpret_cast<const sockaddr*>(&address), length);
            if (n >= 0) co_return;
            if (errno == EINTR) continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) detail::throw_system(errno, "send a message to", to);
        }
        co_await use.wait();
    }
}

task<udp_socket::message> receive(io_use given, std::span<std::byte> into)
{
    io_use use(std::move(given));
    use.check(receiving);
    for (;;) {
        if (use.may_try(receiving)) {
            sockaddr_storage from{};
            socklen_t length = sizeof from;
            const ssize_t n =
                ::recvfrom(use.fd(), into.data(), into.size(), MSG_TRUNC, reinterpret_cast<sockaddr*>(&from), &length);
            if (n >= 0) {
                const auto size = static_cast<std::size_t>(n);
                co_return udp_socket::message{std::min(size, into.size()), address_access::from_system(from),
                                              size > into.size()};
            }
            // An earlier message did not arrive: nothing that a receiver could mend.
            if (errno == ECONNREFUSED || use.is_interrupted(receiving)) continue;
        }
        co_await use.wait();
    }
}

}  // namespace

udp_socket udp_socket::bind(const endpoint& at)
{
    constexpr const char* what = "bind to";
    detail::descriptor io = detail::make_socket(at.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM, what);
    sockaddr_storage address;
    const socklen_t length = address_access::to_system(at, address);
    if (::bind(io.native_handle(), reinterpret_cast<const sockaddr*>(&address), length) != 0)
        detail::throw_system(errno, what, at);
    return udp_socket(std::move(io));
}

endpoint udp_socket::local_endpoint() const { return detail::own_endpoint(io_.source()); }

task<void> udp_socket::send_to(std::span<const std::byte> bytes, endpoint to)
{
    return send(io_use(io_.source(), io_side::writer), bytes, to);
}

task<udp_socket::message> udp_socket::recv_from(std::span<std::byte> into)
{
    return receive(io_use(io_.source(), io_side::reader), into);
}

}  // namespace weft::net
