// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net_pools.hpp"

#include <sys/socket.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using net_test::bytes;
using net_test::connected_pair;
using net_test::echo;
using net_test::error_of;
using net_test::to_and_fro;

EACH_POOL("tcp: what is sent comes back, whatever its size")
{
    const auto run = [&]() -> weft::task<bool> {
        auto [server, peer] = co_await connected_pair();
        auto echoing = pool.spawn(echo(std::move(peer)));
        bool right = true;
        for (const std::size_t size : {1u, 2u, 64u, 999u, 1000u, 1001u, 5000u, 70'000u, 1'000'000u}) {
            right = co_await to_and_fro(server, bytes(size, static_cast<std::uint32_t>(size))) && right;
        }
        server.close();
        co_await std::move(echoing);
        co_return right;
    };
    CHECK(weft::sync_wait(pool, run()));
}

EACH_POOL("tcp: the end is 0, again and again, no room is 0 too")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        std::array<std::byte, 8> room;
        CHECK_AWAITED(co_await one.read_some({}) == 0);
        co_await other.write_all("abc");
        CHECK_AWAITED(co_await one.read_some(std::span(room).first(2)) == 2);
        other.close();
        CHECK_AWAITED(co_await one.read_some(room) == 1);
        CHECK(room[0] == std::byte{'c'});
        for (int i = 0; i < 3; ++i) CHECK_AWAITED(co_await one.read_some(room) == 0);
        CHECK_AWAITED(co_await one.write_some({}) == 0);
        co_await one.write_all(std::string_view());
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: read_exact puts together what comes byte by byte")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        other.set_nodelay(true);
        const auto sent = bytes(300, 7);
        const auto trickle = [&, &to = other]() -> weft::task<> {
            for (const std::byte& b : sent) {
                co_await to.write_all(std::span(&b, 1));
                if (std::to_integer<int>(b) % 8 == 0) co_await weft::async_yield();
            }
        };
        std::vector<std::byte> got(sent.size());
        co_await weft::when_all(trickle(), one.read_exact(got));
        CHECK(got == sent);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: read_exact says how much there was, if the end comes first")
{
    const auto run = [&]() -> weft::task<> {
        for (const std::size_t sent : {0u, 1u, 9u}) {
            auto [one, other] = co_await connected_pair();
            co_await other.write_all(bytes(sent, 1));
            other.close();
            std::array<std::byte, 10> room;
            bool threw = false;
            try {
                co_await one.read_exact(room);
            } catch (const net::end_of_stream& e) {
                threw = true;
                CHECK(e.bytes_read() == sent);
                CHECK(std::string_view(e.what()).find(std::to_string(sent)) != std::string_view::npos);
            }
            CHECK(threw);
            co_await one.read_exact({});
        }
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: many buffers are written in their order")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        std::vector<std::vector<std::byte>> parts;
        for (std::uint32_t i = 0; i < 500; ++i) parts.push_back(bytes(i % 7 == 0 ? 0 : i * i % 3001, i));
        parts.push_back({});
        std::vector<std::span<const std::byte>> buffers(parts.begin(), parts.end());
        std::vector<std::byte> all;
        for (const auto& p : parts) all.insert(all.end(), p.begin(), p.end());
        std::vector<std::byte> got(all.size());
        co_await weft::when_all(one.write_all(std::span<const std::span<const std::byte>>(buffers)),
                                other.read_exact(got));
        CHECK(got == all);
        co_await one.write_all(std::span<const std::span<const std::byte>>());
        const std::span<const std::byte> nothing[3];
        co_await one.write_all(std::span<const std::span<const std::byte>>(nothing));
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: both directions carry much at once")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        const auto there = bytes(test::scaled(40'000'000), 1);
        const auto back = bytes(test::scaled(40'000'000), 2);
        std::vector<std::byte> got_there(there.size());
        std::vector<std::byte> got_back(back.size());
        co_await weft::when_all(one.write_all(there), other.write_all(back), one.read_exact(got_back),
                                other.read_exact(got_there));
        CHECK(got_there == there);
        CHECK(got_back == back);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: after shutdown_send the answer can still be read")
{
    const auto run = [&]() -> weft::task<> {
        auto [client, server] = co_await connected_pair();
        const auto answer = [&, &peer = server]() -> weft::task<> {
            std::array<std::byte, 100> room;
            std::size_t all = 0;
            while (const std::size_t n = co_await peer.read_some(room)) all += n;
            co_await peer.write_all(std::to_string(all));
            peer.close();
        };
        const auto ask = [&, &peer = client]() -> weft::task<> {
            co_await peer.write_all(bytes(12'345, 3));
            peer.shutdown_send();
            std::array<std::byte, 5> room;
            co_await peer.read_exact(room);
            CHECK(std::memcmp(room.data(), "12345", 5) == 0);
            CHECK_AWAITED(co_await peer.read_some(room) == 0);
            CHECK_AWAITED((co_await error_of(peer.write_all("x"))) == std::errc::broken_pipe);
        };
        co_await weft::when_all(answer(), ask());
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: what comes behind urgent data is read")
{
    const auto run = [&]() -> weft::task<> {
        for (int round = 0; round < 20; ++round) {
            auto [one, other] = co_await connected_pair();
            const int fd = other.native_handle();
            CHECK(::send(fd, "abc", 3, 0) == 3);
            CHECK(::send(fd, "x", 1, MSG_OOB) == 1);
            CHECK(::send(fd, "def", 3, 0) == 3);
            if (round % 2 == 0) co_await net_test::for_a_while();
            const std::string got = co_await net_test::text_of(one, 6);
            CHECK(got == "abcdef");
        }
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: a reader and a writer that share a stream, each a task of its own")
{
    const auto run = [&]() -> weft::task<> {
        auto [here, other] = co_await connected_pair();
        const auto shared = std::make_shared<net::tcp_stream>(std::move(here));
        const auto sent = bytes(test::scaled(1'000'000), 1);
        const auto write = [](std::shared_ptr<net::tcp_stream> to, std::vector<std::byte> all) -> weft::task<> {
            co_await to->write_all(all);
            to->shutdown_send();
        };
        const auto read = [](std::shared_ptr<net::tcp_stream> from,
                             std::size_t size) -> weft::task<std::vector<std::byte>> {
            std::vector<std::byte> got(size);
            co_await from->read_exact(got);
            co_return got;
        };
        auto echoing = pool.spawn(echo(std::move(other)));
        auto writing = pool.spawn(write(shared, sent));
        auto reading = pool.spawn(read(shared, sent.size()));
        co_await std::move(writing);
        const auto got = co_await std::move(reading);
        co_await std::move(echoing);
        CHECK(got == sent);
    };
    weft::sync_wait(pool, run());
}
