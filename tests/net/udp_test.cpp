// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net_pools.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>

using namespace std::chrono_literals;
using net_test::bytes;
using net_test::error_of;
using net_test::is_stopped;
using net_test::loopback;

EACH_POOL("udp: messages arrive whole, with who has sent them")
{
    const auto run = [&]() -> weft::task<> {
        auto one = net::udp_socket::bind(loopback());
        auto other = net::udp_socket::bind(loopback());
        std::vector<std::byte> room(70'000);
        for (const std::size_t size : {0u, 1u, 1000u, 60'000u}) {
            const auto sent = bytes(size, 1);
            const auto got = co_await weft::when_all(other.recv_from(room), one.send_to(sent, other.local_endpoint()));
            CHECK(got.size == size);
            CHECK_FALSE(got.truncated);
            CHECK(got.from == one.local_endpoint());
            CHECK(std::equal(sent.begin(), sent.end(), room.begin()));
        }
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("udp: to and fro, many times")
{
    const auto run = [&]() -> weft::task<> {
        auto one = net::udp_socket::bind(loopback());
        auto other = net::udp_socket::bind(loopback());
        const int rounds = static_cast<int>(test::scaled(500));
        const auto pong = [&]() -> weft::task<> {
            std::array<std::byte, 16> room;
            for (int i = 0; i < rounds; ++i) {
                const auto m = co_await other.recv_from(room);
                co_await other.send_to(std::span(room).first(m.size), m.from);
            }
        };
        const auto ping = [&]() -> weft::task<> {
            std::array<std::byte, 16> room;
            for (int i = 0; i < rounds; ++i) {
                const auto sent = bytes(static_cast<std::size_t>(i % 16), static_cast<std::uint32_t>(i));
                co_await one.send_to(sent, other.local_endpoint());
                const auto m = co_await one.recv_from(room);
                CHECK(m.size == sent.size());
                CHECK(std::equal(sent.begin(), sent.end(), room.begin()));
            }
        };
        co_await weft::when_all(ping(), pong());
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("udp: a message that does not fit is cut, and says so, one that is too large is refused")
{
    const auto run = [&]() -> weft::task<> {
        auto one = net::udp_socket::bind(loopback());
        auto other = net::udp_socket::bind(loopback());
        co_await one.send_to(bytes(100, 1), other.local_endpoint());
        std::array<std::byte, 10> room;
        const auto got = co_await other.recv_from(room);
        CHECK(got.size == 10);
        CHECK(got.truncated);
        CHECK_AWAITED((co_await error_of(one.send_to(bytes(100'000, 1), other.local_endpoint()))) ==
                      std::errc::message_size);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("udp: who receives is woken by close, by stop, by a time-out")
{
    const auto run = [&]() -> weft::task<> {
        auto socket = net::udp_socket::bind(loopback());
        std::array<std::byte, 10> room;
        CHECK_AWAITED(!(co_await weft::with_timeout(socket.recv_from(room), 1ms)).has_value());
        auto waiting = pool.spawn(is_stopped(socket.recv_from(room)));
        co_await net_test::for_a_while();
        waiting.request_stop();
        CHECK_AWAITED(co_await std::move(waiting));
        const auto close = [&]() -> weft::task<> {
            co_await net_test::for_a_while();
            socket.close();
        };
        const auto error = co_await weft::when_all(error_of(socket.recv_from(room)), close());
        CHECK(error == std::errc::operation_canceled);
        CHECK_AWAITED((co_await error_of(socket.send_to(room, loopback()))) == std::errc::bad_file_descriptor);
        CHECK_THROWS_AS(socket.local_endpoint(), std::system_error);
    };
    weft::sync_wait(pool, run());
}

namespace {

/// What the system has for an option.
int option_of(const net::udp_socket& s, int level, int name)
{
    int value = -1;
    socklen_t length = sizeof value;
    REQUIRE(::getsockopt(s.native_handle(), level, name, &value, &length) == 0);
    return value;
}

/// Whether `f()` fails with this error.
template <class F>
bool fails_with(std::errc error, F&& f)
{
    try {
        f();
    } catch (const std::system_error& e) {
        return e.code() == error;
    }
    return false;
}

}  // namespace

TEST_CASE("udp: options reach the system")
{
    auto v4 = net::udp_socket::bind(loopback());
    v4.set_broadcast(true);
    CHECK(option_of(v4, SOL_SOCKET, SO_BROADCAST) == 1);
    v4.set_broadcast(false);
    CHECK(option_of(v4, SOL_SOCKET, SO_BROADCAST) == 0);
    v4.set_ttl(3);
    CHECK(option_of(v4, IPPROTO_IP, IP_TTL) == 3);
    v4.set_multicast_ttl(0);
    CHECK(option_of(v4, IPPROTO_IP, IP_MULTICAST_TTL) == 0);
    v4.set_multicast_loop(false);
    CHECK(option_of(v4, IPPROTO_IP, IP_MULTICAST_LOOP) == 0);
    for (const int hops : {-1, 0, 256}) CHECK(fails_with(std::errc::invalid_argument, [&] { v4.set_ttl(hops); }));
    for (const int hops : {-1, 256})
        CHECK(fails_with(std::errc::invalid_argument, [&] { v4.set_multicast_ttl(hops); }));
    CHECK(fails_with(std::errc::invalid_argument, [&] { v4.set_multicast_ttl(256); }));
    v4.close();
    CHECK(fails_with(std::errc::bad_file_descriptor, [&] { v4.set_ttl(3); }));
    CHECK(fails_with(std::errc::bad_file_descriptor, [&] { v4.set_broadcast(true); }));
    CHECK(fails_with(std::errc::bad_file_descriptor, [&] { v4.join(net::endpoint("239.7.7.7", 0)); }));
    CHECK(fails_with(std::errc::bad_file_descriptor, [&] { v4.set_multicast_interface(loopback()); }));
}

TEST_CASE("udp: options of IPv6, where the machine has it")
{
    net::udp_socket v6;
    try {
        v6 = net::udp_socket::bind(net::endpoint("::1", 0), {.only_v6 = true});
    } catch (const std::system_error&) {
        return;  // it does not
    }
    CHECK(option_of(v6, IPPROTO_IPV6, IPV6_V6ONLY) == 1);
    CHECK(option_of(net::udp_socket::bind(net::endpoint("::", 0)), IPPROTO_IPV6, IPV6_V6ONLY) == 0);
    v6.set_ttl(3);
    for (const int hops : {-1, 0, 256}) CHECK(fails_with(std::errc::invalid_argument, [&] { v6.set_ttl(hops); }));
    CHECK(fails_with(std::errc::invalid_argument, [&] { v6.join({"ff02::1234", 0}, {"::1", 0}); }));
    int hops_of_v4 = 0;  // it sends IPv4 messages as well
    socklen_t size = sizeof hops_of_v4;
    CHECK(::getsockopt(v6.native_handle(), IPPROTO_IP, IP_TTL, &hops_of_v4, &size) == 0);
    CHECK(hops_of_v4 == 3);
    CHECK(option_of(v6, IPPROTO_IPV6, IPV6_UNICAST_HOPS) == 3);
    v6.set_multicast_ttl(2);
    CHECK(option_of(v6, IPPROTO_IPV6, IPV6_MULTICAST_HOPS) == 2);
    v6.set_multicast_loop(false);
    CHECK(option_of(v6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP) == 0);
}

TEST_CASE("udp: an address that is taken is refused, unless both share it")
{
    const auto first = net::udp_socket::bind(loopback());
    CHECK(fails_with(std::errc::address_in_use,
                     [&] { static_cast<void>(net::udp_socket::bind(first.local_endpoint())); }));
    for (const net::udp_options& options : {net::udp_options{.reuse_address = true}, {.reuse_port = true}}) {
        const auto one = net::udp_socket::bind(loopback(), options);
        const auto other = net::udp_socket::bind(one.local_endpoint(), options);
        CHECK(one.local_endpoint() == other.local_endpoint());
    }
}

EACH_POOL("udp: to send to all is refused until it is allowed")
{
    const auto run = [&]() -> weft::task<> {
        auto socket = net::udp_socket::bind(net::endpoint("0.0.0.0", 0));
        const net::endpoint all("127.255.255.255", socket.local_endpoint().port());
        const auto sent = bytes(3, 1);
        CHECK_AWAITED((co_await error_of(socket.send_to(sent, all))) == std::errc::permission_denied);
        socket.set_broadcast(true);
        co_await socket.send_to(sent, all);
        std::array<std::byte, 10> room;
        const auto got = co_await socket.recv_from(room);
        CHECK(got.size == 3);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("udp: members of a group get what is sent to it, until they leave")
{
    const auto run = [&]() -> weft::task<> {
        // Of this process alone: another one may run the same test.
        const std::string address =
            "239.7." + std::to_string(::getpid() / 250 % 250) + "." + std::to_string(::getpid() % 250);
        auto one = net::udp_socket::bind(net::endpoint("0.0.0.0", 0), {.reuse_address = true});
        auto other = net::udp_socket::bind(one.local_endpoint(), {.reuse_address = true});
        auto sender = net::udp_socket::bind(loopback());
        const net::endpoint group(address, one.local_endpoint().port());
        sender.set_multicast_interface(loopback());
        sender.set_multicast_ttl(0);
        one.join(group, loopback());
        other.join(group, loopback());
        CHECK(fails_with(std::errc::address_in_use, [&] { one.join(group, loopback()); }));
        std::array<std::byte, 10> room;
        co_await sender.send_to(bytes(3, 1), group);
        for (net::udp_socket* const member : {&one, &other}) {
            const auto got = co_await member->recv_from(room);
            CHECK(got.size == 3);
            CHECK(got.from == sender.local_endpoint());
        }
        other.leave(group, loopback());
        CHECK(fails_with(std::errc::address_not_available, [&] { other.leave(group, loopback()); }));
        co_await sender.send_to(bytes(4, 1), group);
        const auto got = co_await one.recv_from(room);
        CHECK(got.size == 4);
        CHECK(fails_with(std::errc::invalid_argument, [&] { one.join(net::endpoint("10.0.0.1", 0)); }));
        CHECK(fails_with(std::errc::invalid_argument, [&] { one.join(group, net::endpoint("::1", 0)); }));
        CHECK(fails_with(std::errc::no_such_device, [&] { one.join(group, net::endpoint("203.0.113.1", 0)); }));
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("udp: groups of IPv6, where the machine has them")
{
    const auto run = [&]() -> weft::task<> {
        const net::endpoint group("ff11::7:7%lo", 0);  // of this machine alone
        net::udp_socket member;
        try {
            member = net::udp_socket::bind(net::endpoint("::", 0));
            member.join(group);
        } catch (const std::system_error&) {
            co_return;
        }
        CHECK(fails_with(std::errc::address_in_use, [&] { member.join(group); }));
        auto sender = net::udp_socket::bind(net::endpoint("::1", 0));
        sender.set_multicast_interface(group);
        const auto sent = bytes(3, 1);
        const net::endpoint to = group.with_port(member.local_endpoint().port());
        const std::error_code error = co_await error_of(sender.send_to(sent, to));
        if (error) {  // many a system has no route to groups on its loopback
            CHECK(error == std::errc::network_unreachable);
        } else {
            std::array<std::byte, 10> room;
            const auto got = co_await member.recv_from(room);
            CHECK(got.size == 3);
        }
        member.leave(group);
        CHECK(fails_with(std::errc::address_not_available, [&] { member.leave(group); }));
    };
    weft::sync_wait(pool, run());
}
