// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net_pools.hpp"

#include <weft/iter/par_iter.hpp>
#include <weft/iter/reduce.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <numeric>
#include <system_error>
#include <utility>
#include <vector>

using net_test::bytes;
using net_test::connected_pair;
using net_test::echo;
using net_test::is_stopped;
using net_test::loopback;
using net_test::to_and_fro;

namespace {

weft::task<> echo_quietly(net::tcp_stream peer)
{
    try {
        co_await echo(std::move(peer));
    } catch (const std::system_error&) {
    }
}

}  // namespace

EACH_POOL("tcp: many connections at once")
{
    const std::size_t count = test::scaled(300);
    const auto run = [&]() -> weft::task<std::size_t> {
        auto listener = net::tcp_listener::bind(loopback());
        std::atomic<std::size_t> right = 0;
        const auto client = [&](std::uint32_t seed) -> weft::task<> {
            net::tcp_stream server = co_await net::tcp_stream::connect(listener.local_endpoint());
            for (std::uint32_t i = 0; i < 5; ++i) {
                if (co_await to_and_fro(server, bytes(1 + (seed * 37 + i * 1009) % 9000, seed + i))) ++right;
            }
        };
        const auto body = [&](weft::async_task_scope& scope) -> weft::task<> {
            for (std::size_t i = 0; i < count; ++i) scope.spawn(client(static_cast<std::uint32_t>(i)));
            for (std::size_t i = 0; i < count; ++i) scope.spawn(echo(co_await listener.accept()));
        };
        co_await weft::async_scope(body);
        co_return right.load();
    };
    CHECK(weft::sync_wait(pool, run()) == 5 * count);
}

EACH_POOL("tcp: loops and joins between two operations")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        auto echoing = pool.spawn(echo(std::move(other)));
        for (std::size_t i = 1; i <= 20; ++i) {
            std::vector<int> numbers(i * 1000);
            std::iota(numbers.begin(), numbers.end(), 1);
            const long sum = weft::par_iter(numbers).map([](int n) { return long{n}; }).sum();
            std::vector<std::byte> sent(sizeof sum);
            std::memcpy(sent.data(), &sum, sizeof sum);
            CHECK_AWAITED(co_await to_and_fro(one, sent));
        }
        one.close();
        co_await std::move(echoing);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: the pool's end stops who waits for a socket")
{
    const auto run = []() -> weft::task<std::pair<net::tcp_stream, net::tcp_stream>> { return connected_pair(); };
    auto [one, other] = weft::sync_wait(pool, run());
    std::array<std::byte, 4> room;
    std::atomic<bool> stopped = false;
    {
        weft::thread_pool inner({.num_threads = 2});
        const auto wait = [&, &from = one]() -> weft::task<> { stopped = co_await is_stopped(from.read_some(room)); };
        auto handle = inner.spawn(wait());
        net_test::until_others_sleep();
    }
    CHECK(stopped);
    const auto later = [&, &from = one, &to = other]() -> weft::task<> {
        co_await to.write_all("a");
        CHECK_AWAITED(co_await from.read_some(room) == 1);
    };
    weft::sync_wait(pool, later());
}

EACH_POOL("tcp: a task that awaits in one pool is woken by the threads of another")
{
    weft::thread_pool second({.num_threads = 1});
    auto [one, other] = weft::sync_wait(pool, connected_pair());
    const auto pong = [&, &s = other]() -> weft::task<> {
        std::array<std::byte, 1> room;
        for (int i = 0; i < 200; ++i) {
            co_await s.read_exact(room);
            co_await s.write_all(room);
        }
    };
    auto there = second.spawn(pong());
    const auto ping = [&, &s = one]() -> weft::task<> {
        std::array<std::byte, 1> room{};
        for (int i = 0; i < 200; ++i) {
            room[0] = static_cast<std::byte>(i);
            co_await s.write_all(room);
            co_await s.read_exact(room);
            CHECK(room[0] == static_cast<std::byte>(i));
        }
    };
    weft::sync_wait(pool, ping());
    there.get();
}

EACH_POOL("tcp: clients that block, on threads of their own")
{
    auto listener = net::tcp_listener::bind(loopback());
    const auto serve = [&]() -> weft::task<> {
        const auto body = [&](weft::async_task_scope& scope) -> weft::task<> {
            for (int i = 0; i < 8; ++i) scope.spawn(echo_quietly(co_await listener.accept()));
        };
        co_await weft::async_scope(body);
    };
    auto serving = pool.spawn(serve());
    std::atomic<int> right = 0;
    test::run_threads(8, [&](std::size_t i) {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(listener.local_endpoint().port());
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bool good = ::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
        for (std::uint32_t round = 0; good && round < 50; ++round) {
            const auto sent = bytes(1 + i * 131 + round, round);
            std::vector<std::byte> got(sent.size());
            good = ::send(fd, sent.data(), sent.size(), 0) == static_cast<ssize_t>(sent.size()) &&
                   ::recv(fd, got.data(), got.size(), MSG_WAITALL) == static_cast<ssize_t>(got.size()) && got == sent;
        }
        ::close(fd);
        if (good) ++right;
    });
    serving.get();
    CHECK(right == 8);
}

EACH_POOL("tcp: tasks that are waited for from many threads")
{
    std::atomic<int> right = 0;
    test::run_threads(12, [&](std::size_t i) {
        const auto run = [&]() -> weft::task<bool> {
            auto [one, other] = co_await connected_pair();
            auto echoing = pool.spawn(echo(std::move(other)));
            const bool good = co_await to_and_fro(one, bytes(1000 + i, static_cast<std::uint32_t>(i)));
            one.close();
            co_await std::move(echoing);
            co_return good;
        };
        for (int k = 0; k < 10; ++k) right += weft::sync_wait(pool, run()) ? 1 : 0;
    });
    CHECK(right == 120);
}
