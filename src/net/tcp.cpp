// src/net/tcp.cpp - TCP: who listens, and the streams.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/net/tcp.hpp>

#include "net/accept.hpp"
#include "net/address.hpp"
#include "net/failure.hpp"
#include "net/source.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>

namespace weft::net {

using detail::io_side;
using detail::io_use;

task<tcp_stream> tcp_stream::connect(endpoint to)
{
    detail::descriptor io = detail::make_socket(to.is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM, "connect");
    sockaddr_storage address;
    const socklen_t length = address_access::to_system(to, address);
    int error = 0;
    // A call that a signal interrupts goes on in the background, as others do.
    if (::connect(io.native_handle(), reinterpret_cast<const sockaddr*>(&address), length) != 0) error = errno;
    if (error == EINPROGRESS || error == EINTR)
        error = co_await detail::connected(io_use(io.source(), io_side::writer));
    if (error != 0) detail::throw_system(error, "connect to", to);
    co_return tcp_stream(std::move(io));
}

void tcp_stream::set_nodelay(bool on)
{
    constexpr const char* what = "set how a stream sends small pieces";
    detail::set_option(detail::io_hold(io_.source(), what).fd(), IPPROTO_TCP, TCP_NODELAY, on ? 1 : 0, what);
}

tcp_stream tcp_stream::from_native(int fd)
{
    return tcp_stream(detail::descriptor(fd, {.reads_all = detail::is_tcp(fd)}));
}

endpoint tcp_stream::local_endpoint() const { return detail::own_endpoint(io_.source()); }

endpoint tcp_stream::peer_endpoint() const { return detail::peer_endpoint(io_.source()); }

tcp_listener tcp_listener::bind(const endpoint& at, const listen_options& options)
{
    constexpr const char* what = "listen at";
    detail::descriptor io = detail::make_socket(at.is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM, what);
    const int fd = io.native_handle();
    if (options.reuse_address) detail::set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, what);
    if (options.reuse_port) detail::set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1, what);
    if (at.is_v6()) detail::set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, options.only_v6 ? 1 : 0, what);
    sockaddr_storage address;
    const socklen_t length = address_access::to_system(at, address);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), length) != 0 || ::listen(fd, options.backlog) != 0)
        detail::throw_system(errno, what, at);
    return tcp_listener(std::move(io));
}

endpoint tcp_listener::local_endpoint() const { return detail::own_endpoint(io_.source()); }

task<tcp_stream> tcp_listener::accept()
{
    return detail::net_access::accept<tcp_stream>(io_use(io_.source(), io_side::reader), true);
}

}  // namespace weft::net
