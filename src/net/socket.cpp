// src/net/socket.cpp - making sockets, binding them, and their options.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net/socket.hpp"

#include "net/address.hpp"
#include "net/failure.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

namespace weft::detail {

descriptor make_socket(int family, int type, const char* what)
{
    const int fd = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) throw_system(errno, what, "socket");
    return descriptor(fd, {.blocks = false, .reads_all = family != AF_UNIX && type == SOCK_STREAM});
}

descriptor make_socket(const net::endpoint& for_address, int type, const char* what)
{
    return make_socket(for_address.is_v6() ? AF_INET6 : AF_INET, type, what);
}

descriptor make_bound_socket(const net::endpoint& at, int type, sharing how, const char* what)
{
    descriptor io = make_socket(at, type, what);
    const int fd = io.native_handle();
    if (how.reuse_address) set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, what);
    if (how.reuse_port) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1, what);
    if (at.is_v6()) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, how.only_v6 ? 1 : 0, what);
    sockaddr_storage address;
    const socklen_t length = net::address_access::to_system(at, address);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), length) != 0) throw_system(errno, what, at);
    return io;
}

bool is_tcp(int fd) noexcept
{
    int family = 0;
    int type = 0;
    socklen_t length = sizeof family;
    if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length) != 0) return false;
    length = sizeof type;
    if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0) return false;
    return (family == AF_INET || family == AF_INET6) && type == SOCK_STREAM;
}

bool is_v6(int fd, const char* what)
{
    int family = 0;
    socklen_t length = sizeof family;
    if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length) != 0) throw_system(errno, what, fd);
    return family == AF_INET6;
}

void set_option(int fd, int level, int option, int value, const char* what)
{
    if (::setsockopt(fd, level, option, &value, sizeof value) != 0) throw_system(errno, what, fd);
}

}  // namespace weft::detail
