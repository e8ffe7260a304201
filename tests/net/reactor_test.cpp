// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net_pools.hpp"

#include <weft/pool/spawn.hpp>
#include <weft/pool/test_pool.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

using net_test::bytes;
using net_test::connected_pair;

namespace {

/// Sends a byte and gets it back, so often.
weft::task<> ping(net::tcp_stream& s, int rounds)
{
    std::array<std::byte, 1> room;
    for (int i = 0; i < rounds; ++i) {
        const std::byte sent{static_cast<unsigned char>(i)};
        co_await s.write_all(std::span(&sent, 1));
        co_await s.read_exact(room);
        CHECK(room[0] == sent);
    }
}

weft::task<> pong(net::tcp_stream& s, int rounds)
{
    std::array<std::byte, 1> room;
    for (int i = 0; i < rounds; ++i) {
        co_await s.read_exact(room);
        co_await s.write_all(room);
    }
}

}  // namespace

TEST_CASE("reactor: an event is served by a thread that sleeps, while another one works until then")
{
    const test::watchdog dog("a long task beside sockets");
    weft::thread_pool pool({.num_threads = 2});
    for (int round = 0; round < 20; ++round) {
        auto [one, other] = weft::sync_wait(pool, connected_pair());
        std::atomic<bool> begun = false;
        std::atomic<bool> served = false;
        const auto serve = [&, &s = one]() -> weft::task<> {
            std::array<std::byte, 1> room;
            co_await s.read_exact(room);
            begun = true;
            // This thread may have been the one that slept in the system; now it does something else for long.
            while (!served) std::this_thread::yield();
        };
        const auto second = [&, &s = one]() -> weft::task<> {
            co_await s.write_all("b");
            served = true;
        };
        auto serving = pool.spawn(serve());
        const auto send = [&, &s = other]() -> weft::task<> {
            co_await s.write_all("a");
            std::array<std::byte, 1> room;
            co_await s.read_exact(room);
        };
        auto sending = pool.spawn(send());
        while (round % 2 == 0 && !begun) std::this_thread::yield();
        auto last = pool.spawn(second());
        serving.get();
        sending.get();
        last.get();
    }
}

EACH_POOL("reactor: threads that work all the time look at sockets in between")
{
    auto [one, other] = weft::sync_wait(pool, connected_pair());
    std::atomic<bool> over = false;
    const auto busy = [&]() -> weft::task<> {
        while (!over) co_await weft::async_yield();
    };
    std::vector<weft::join_handle<void>> all;
    for (int i = 0; i < 8; ++i) all.push_back(pool.spawn(busy()));
    const auto both = [&, &a = one, &b = other]() -> weft::task<> {
        co_await weft::when_all(ping(a, 50), pong(b, 50));
        over = true;
    };
    weft::sync_wait(pool, both());
    for (auto& h : all) h.get();
}

EACH_POOL("reactor: spawned functions that keep coming do not keep sockets waiting")
{
    auto [one, other] = weft::sync_wait(pool, connected_pair());
    std::atomic<bool> over = false;
    std::atomic<int> running = 0;
    struct again {
        std::atomic<bool>& over;
        std::atomic<int>& running;
        void operator()() const
        {
            if (!over)
                weft::spawn(again{over, running});
            else
                running.fetch_sub(1);
        }
    };
    running = 3;
    pool.install([&] {
        for (int i = 0; i < 3; ++i) weft::spawn(again{over, running});
    });
    const auto both = [&, &a = one, &b = other]() -> weft::task<> {
        co_await weft::when_all(ping(a, 20), pong(b, 20));
    };
    weft::sync_wait(pool, both());
    over = true;
    while (running != 0) std::this_thread::yield();
}

TEST_CASE("reactor: pools come and go, the sockets stay")
{
    const test::watchdog dog("sockets that outlive pools");
    auto [one, other] = weft::sync_wait(connected_pair());
    for (int round = 0; round < 30; ++round) {
        weft::thread_pool pool(
            {.num_threads = 1 + static_cast<std::size_t>(round % 3), .driver_thread = round % 4 == 3});
        const auto both = [&, &a = one, &b = other]() -> weft::task<> {
            co_await weft::when_all(ping(a, 5), pong(b, 5));
        };
        weft::sync_wait(pool, both());
        if (round % 5 == 0) net_test::until_others_sleep();
    }
}

TEST_CASE("reactor: in a test_pool, by seed")
{
    const test::watchdog dog("sockets in a test_pool", std::chrono::seconds(120));
    for (std::uint64_t seed = 0; seed < test::scaled(100); ++seed) {
        weft::test_pool pool(seed);
        const auto run = [&]() -> weft::task<> {
            auto [one, other] = co_await connected_pair();
            co_await weft::when_all(ping(one, 5), pong(other, 5));
        };
        weft::sync_wait(pool, run());
    }
}

EACH_POOL("reactor: the threads of a frugal pool and of one that spins serve sockets, too")
{
    for (const auto idle : {weft::idle_policy::frugal, weft::idle_policy::spin}) {
        weft::thread_pool other_pool({.num_threads = 2, .idle = idle});
        const auto run = [&]() -> weft::task<> {
            auto [one, other] = co_await connected_pair();
            co_await weft::when_all(ping(one, 50), pong(other, 50));
        };
        weft::sync_wait(other_pool, run());
    }
}

EACH_POOL("reactor: callers from outside use the pool while its threads sleep in the system")
{
    auto [one, other] = weft::sync_wait(pool, connected_pair());
    std::array<std::byte, 1> room;
    auto waiting = pool.spawn(one.read_exact(room));  // so that somebody looks after it
    net_test::until_others_sleep();
    for (int i = 0; i < 200; ++i) {
        CHECK(pool.install([&] {
            const auto [a, b] = weft::join([&] { return i; }, [&] { return i + 1; });
            return a + b;
        }) == 2 * i + 1);
        if (i % 50 == 0) net_test::until_others_sleep();
    }
    const auto end = [&, &s = other]() -> weft::task<> { co_await s.write_all("a"); };
    weft::sync_wait(pool, end());
    waiting.get();
}
