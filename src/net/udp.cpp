// src/net/udp.cpp - UDP: single messages, which may be lost.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/net/udp.hpp>

#include "net/address.hpp"
#include "net/failure.hpp"
#include "net/socket.hpp"
#include "net/source.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace weft::net {

using detail::io_side;
using detail::io_use;

namespace {

constexpr const char* receiving = "receive a message";

// --- options ---------------------------------------------------------------------------------------------------------

/// An address in the system's form.
class system_address {
public:
    explicit system_address(const endpoint& e) noexcept { static_cast<void>(address_access::to_system(e, all_)); }
    [[nodiscard]] const sockaddr_in& v4() const noexcept { return reinterpret_cast<const sockaddr_in&>(all_); }
    [[nodiscard]] const sockaddr_in6& v6() const noexcept { return reinterpret_cast<const sockaddr_in6&>(all_); }

private:
    sockaddr_storage all_;
};

/// What the same option is called for each family.
struct option_names {
    int v4;
    int v6;
};

void set_by_family(detail::io_source* socket, option_names names, int value, const char* what)
{
    const detail::io_hold open(socket, what);
    if (!detail::is_v6(open.fd(), what)) return detail::set_option(open.fd(), IPPROTO_IP, names.v4, value, what);
    detail::set_option(open.fd(), IPPROTO_IPV6, names.v6, value, what);
    // The socket may send IPv4 messages, too. One that does not may refuse this.
    static_cast<void>(::setsockopt(open.fd(), IPPROTO_IP, names.v4, &value, sizeof value));
}

void require_hops(int hops, int least, const char* what)
{
    if (hops < least || hops > 255)
        detail::throw_system(EINVAL, what, "the number of routers is 255 at most, and not negative");
}

template <class Value>
void set(const detail::io_hold& open, int level, int name, const Value& value, const char* what, const endpoint& where)
{
    if (::setsockopt(open.fd(), level, name, &value, sizeof value) != 0) detail::throw_system(errno, what, where);
}

void change_membership(detail::io_source* socket, option_names names, const endpoint& group, const endpoint& interface,
                       const char* what)
{
    const detail::io_hold open(socket, what);
    const system_address of_group(group);
    if (group.is_v6()) {
        if (interface != endpoint{}) detail::throw_system(EINVAL, what, interface);  // the group's scope says it
        const ipv6_mreq wanted{of_group.v6().sin6_addr, of_group.v6().sin6_scope_id};
        set(open, IPPROTO_IPV6, names.v6, wanted, what, group);
    } else {
        if (interface.is_v6()) detail::throw_system(EINVAL, what, interface);
        const ip_mreq wanted{of_group.v4().sin_addr, system_address(interface).v4().sin_addr};
        set(open, IPPROTO_IP, names.v4, wanted, what, group);
    }
}

// --- messages --------------------------------------------------------------------------------------------------------

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

udp_socket udp_socket::bind(const endpoint& at, const udp_options& options)
{
    return udp_socket(detail::make_bound_socket(
        at, SOCK_DGRAM,
        {.reuse_address = options.reuse_address, .reuse_port = options.reuse_port, .only_v6 = options.only_v6},
        "bind to"));
}

endpoint udp_socket::local_endpoint() const { return detail::own_endpoint(io_.source()); }

void udp_socket::set_broadcast(bool on)
{
    constexpr const char* what = "set whether a socket may send to all";
    detail::set_option(detail::io_hold(io_.source(), what).fd(), SOL_SOCKET, SO_BROADCAST, on ? 1 : 0, what);
}

void udp_socket::set_ttl(int hops)
{
    constexpr const char* what = "set a time to live";
    require_hops(hops, 1, what);
    set_by_family(io_.source(), {IP_TTL, IPV6_UNICAST_HOPS}, hops, what);
}

void udp_socket::set_multicast_ttl(int hops)
{
    constexpr const char* what = "set a group's time to live";
    require_hops(hops, 0, what);
    set_by_family(io_.source(), {IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS}, hops, what);
}

void udp_socket::set_multicast_loop(bool on)
{
    set_by_family(io_.source(), {IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP}, on ? 1 : 0,
                  "set whether a machine hears itself");
}

void udp_socket::set_multicast_interface(const endpoint& interface)
{
    constexpr const char* what = "send to groups by way of";
    const detail::io_hold open(io_.source(), what);
    const system_address from(interface);
    if (interface.is_v6()) {
        const auto index = static_cast<int>(from.v6().sin6_scope_id);
        set(open, IPPROTO_IPV6, IPV6_MULTICAST_IF, index, what, interface);
    } else {
        set(open, IPPROTO_IP, IP_MULTICAST_IF, from.v4().sin_addr, what, interface);
    }
}

void udp_socket::join(const endpoint& group, const endpoint& interface)
{
    change_membership(io_.source(), {IP_ADD_MEMBERSHIP, IPV6_JOIN_GROUP}, group, interface, "join the group");
}

void udp_socket::leave(const endpoint& group, const endpoint& interface)
{
    change_membership(io_.source(), {IP_DROP_MEMBERSHIP, IPV6_LEAVE_GROUP}, group, interface, "leave the group");
}

task<void> udp_socket::send_to(std::span<const std::byte> bytes, endpoint to)
{
    return send(io_use(io_.source(), io_side::writer), bytes, to);
}

task<udp_socket::message> udp_socket::recv_from(std::span<std::byte> into)
{
    return receive(io_use(io_.source(), io_side::reader), into);
}

}  // namespace weft::net
