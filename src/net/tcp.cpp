// src/net/tcp.cpp - TCP: who listens, and the streams.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/net/tcp.hpp>

#include <weft/net/resolve.hpp>

#include "net/accept.hpp"
#include "net/address.hpp"
#include "net/failure.hpp"
#include "net/socket.hpp"
#include "net/source.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <system_error>
#include <vector>

namespace weft::net {

using detail::io_side;
using detail::io_use;

task<tcp_stream> tcp_stream::connect(endpoint to)
{
    detail::descriptor io = detail::make_socket(to, SOCK_STREAM, "connect");
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

task<tcp_stream> tcp_stream::connect(std::string host, std::uint16_t port)
{
    const std::vector<endpoint> all = co_await resolve(host, std::to_string(port));
    std::exception_ptr failure;
    for (const endpoint& at : all) {
        try {
            co_return co_await connect(at);
        } catch (const std::system_error&) {
            failure = std::current_exception();
        }
    }
    if (failure == nullptr) detail::throw_system(EADDRNOTAVAIL, "connect to", host.c_str());
    std::rethrow_exception(failure);
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
    detail::descriptor io = detail::make_bound_socket(
        at, SOCK_STREAM,
        {.reuse_address = options.reuse_address, .reuse_port = options.reuse_port, .only_v6 = options.only_v6}, what);
    if (::listen(io.native_handle(), options.backlog) != 0) detail::throw_system(errno, what, at);
    return tcp_listener(std::move(io));
}

endpoint tcp_listener::local_endpoint() const { return detail::own_endpoint(io_.source()); }

task<tcp_stream> tcp_listener::accept()
{
    return detail::net_access::accept<tcp_stream>(io_use(io_.source(), io_side::reader), true);
}

}  // namespace weft::net
