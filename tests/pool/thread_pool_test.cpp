// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <barrier>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#endif

TEST_CASE("thread_pool: starts and ends, for 1 to many threads, even unused")
{
    for (std::size_t threads : {1u, 2u, 3u, 16u}) {
        const weft::thread_pool pool{{.num_threads = threads}};
        CHECK(pool.num_threads() == threads);
    }
    const weft::thread_pool automatic;
    CHECK(automatic.num_threads() >= 1);
}

TEST_CASE("thread_pool: install runs on the calling thread, as a member of the pool")
{
    weft::thread_pool pool{{.num_threads = 3}};
    const auto me = std::this_thread::get_id();
    for (int i = 0; i < 100; ++i) {
        const auto index = pool.install([&]() -> std::optional<std::size_t> {
            if (std::this_thread::get_id() != me) return std::nullopt;
            return weft::current_thread_index();
        });
        REQUIRE(index.has_value());
        REQUIRE(*index < 3);
        REQUIRE(pool.install([] { return weft::current_num_threads(); }) == 3);
    }
    CHECK_FALSE(weft::current_thread_index().has_value());
}

TEST_CASE("thread_pool: install passes values, references and exceptions through")
{
    weft::thread_pool pool{{.num_threads = 2}};
    int x = 1;
    pool.install([&]() -> int& { return x; }) = 7;
    CHECK(x == 7);
    CHECK(pool.install([] { return std::string("s"); }) == "s");
    CHECK_THROWS_AS(pool.install([]() -> int { throw std::runtime_error("x"); }), std::runtime_error);
    CHECK(pool.install([] { return 2; }) == 2);
}

TEST_CASE("thread_pool: install nests, in one pool and across pools")
{
    weft::thread_pool a{{.num_threads = 1}};
    weft::thread_pool b{{.num_threads = 2}};
    const auto sizes = a.install([&] {
        const auto first = weft::current_num_threads();
        const auto inner = b.install([&] {
            const auto in_b = weft::current_num_threads();
            const auto back_in_a = a.install([&] { return a.install([] { return weft::current_num_threads(); }); });
            return std::pair(in_b, back_in_a);
        });
        return std::vector<std::size_t>{first, inner.first, inner.second, weft::current_num_threads()};
    });
    CHECK(sizes == std::vector<std::size_t>{1, 2, 1, 1});
}

TEST_CASE("thread_pool: two pools that install into each other from many threads do not deadlock")
{
    weft::thread_pool a{{.num_threads = 1}};
    weft::thread_pool b{{.num_threads = 1}};
    std::atomic<int> right{0};
    const auto ping = [&](weft::thread_pool& first, weft::thread_pool& second) {
        first.install([&] {
            second.install([&] {
                auto [x, y] = weft::join([&] { return first.install([] { return 1; }); }, [] { return 2; });
                right.fetch_add(x + y);
            });
        });
    };
    test::run_threads(6, [&](std::size_t i) {
        for (int k = 0; k < 50; ++k) i % 2 == 0 ? ping(a, b) : ping(b, a);
    });
    CHECK(right.load() == 6 * 50 * 3);
}

TEST_CASE("thread_pool: the destructor runs what is queued")
{
    for (std::size_t threads : {1u, 4u}) {
        std::atomic<int> ran{0};
        {
            weft::thread_pool pool{{.num_threads = threads}};
            for (int i = 0; i < 500; ++i) {
                pool.spawn([&] {
                    ran.fetch_add(1);
                    weft::spawn([&] { ran.fetch_add(1); });
                });
            }
        }
        CHECK(ran.load() == 1000);
    }
}

TEST_CASE("thread_pool: as many pools as you like, one after another and at once")
{
    for (int i = 0; i < 50; ++i) {
        weft::thread_pool pool{{.num_threads = 2}};
        REQUIRE(pool.join([] { return 1; }, [] {}) == 1);
    }
    test::run_threads(4, [](std::size_t) {
        for (int i = 0; i < 10; ++i) {
            weft::thread_pool pool{{.num_threads = 2}};
            pool.spawn([] {});
        }
    });
}

TEST_CASE("thread_pool: 8 times more threads than cores")
{
    weft::thread_pool pool{{.num_threads = 8 * std::max(1u, std::thread::hardware_concurrency())}};
    std::atomic<int> ran{0};
    for (int round = 0; round < 5; ++round) {
        pool.scope([&](weft::task_scope& s) {
            for (int i = 0; i < 200; ++i)
                s.spawn([&] { weft::join([&] { ran.fetch_add(1); }, [&] { ran.fetch_add(1); }); });
        });
    }
    CHECK(ran.load() == 2000);
}

TEST_CASE("thread_pool: work after a rest wakes sleepers, again and again")
{
    weft::thread_pool pool{{.num_threads = 3}};
    for (int round = 0; round < 30; ++round) {
        // Two functions that need two threads, after the pool may have gone to sleep.
        std::atomic<int> here{0};
        const auto meet = [&] {
            here.fetch_add(1);
            while (here.load() < 2) std::this_thread::yield();
        };
        pool.join(meet, meet);
        std::this_thread::sleep_for(std::chrono::microseconds(round * 20));
    }
}
