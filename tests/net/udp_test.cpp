// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net_pools.hpp"

#include <array>
#include <chrono>

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
