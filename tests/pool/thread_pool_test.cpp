// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#endif

TEST_CASE("thread_pool: starts and ends, for 1 to many threads, also unused")
{
    for (std::size_t threads : {1u, 2u, 3u, 16u}) {
        const weft::thread_pool pool{{.num_threads = threads}};
        CHECK(pool.num_threads() == threads);
    }
    const weft::thread_pool automatic;
    CHECK(automatic.num_threads() >= 1);
}

TEST_CASE("thread_pool: too many threads are refused")
{
    CHECK_THROWS_AS(weft::thread_pool({.num_threads = 5000}), std::invalid_argument);
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

TEST_CASE("thread_pool: hooks run once on every thread")
{
    std::mutex lock;
    std::multiset<std::size_t> started;
    std::multiset<std::size_t> exited;
    std::set<std::thread::id> ids;
    {
        weft::thread_pool pool{{.num_threads = 4,
                                .on_thread_start =
                                    [&](std::size_t i) {
                                        const std::lock_guard hold(lock);
                                        started.insert(i);
                                        ids.insert(std::this_thread::get_id());
                                    },
                                .on_thread_exit =
                                    [&](std::size_t i) {
                                        const std::lock_guard hold(lock);
                                        exited.insert(i);
                                    }}};
        CHECK(started == std::multiset<std::size_t>{0, 1, 2, 3});
    }
    CHECK(exited == std::multiset<std::size_t>{0, 1, 2, 3});
    CHECK(ids.size() == 4);
}

TEST_CASE("thread_pool: an exception of on_thread_start leaves the constructor, and the other threads end")
{
    for (std::size_t bad = 0; bad < 4; ++bad) {
        std::atomic<int> running{0};
        CHECK_THROWS_AS(weft::thread_pool({.num_threads = 4,
                                           .on_thread_start =
                                               [&](std::size_t i) {
                                                   if (i == bad) throw std::runtime_error("start");
                                                   running.fetch_add(1);
                                               },
                                           .on_thread_exit = [&] { running.fetch_sub(1); }}),
                        std::runtime_error);
        CHECK(running.load() == 0);
    }
}

TEST_CASE("thread_pool: an exception of on_thread_exit goes to on_unhandled")
{
    std::atomic<int> reported{0};
    {
        weft::thread_pool pool{{.num_threads = 2,
                                .on_thread_exit = [] { throw std::runtime_error("exit"); },
                                .on_unhandled = [&](std::exception_ptr e) { reported.fetch_add(e != nullptr); }}};
    }
    CHECK(reported.load() == 2);
}

#if defined(__linux__)
TEST_CASE("thread_pool: threads have names")
{
    const auto name_of_this_thread = [] {
        char name[32] = {};
        pthread_getname_np(pthread_self(), name, sizeof name);
        return std::string(name);
    };
    weft::thread_pool plain{{.num_threads = 2}};
    CHECK(plain.broadcast(name_of_this_thread) == std::vector<std::string>{"weft-0", "weft-1"});
    weft::thread_pool named{{.num_threads = 2, .thread_name = [](std::size_t i) { return "io" + std::to_string(i); }}};
    CHECK(named.broadcast(name_of_this_thread) == std::vector<std::string>{"io0", "io1"});
}

TEST_CASE("thread_pool: stack_size is honoured")
{
    weft::thread_pool pool{{.num_threads = 1, .stack_size = 16u << 20}};
    const auto sizes = pool.broadcast([] {
        pthread_attr_t attributes;
        pthread_getattr_np(pthread_self(), &attributes);
        std::size_t size = 0;
        pthread_attr_getstacksize(&attributes, &size);
        pthread_attr_destroy(&attributes);
        return size;
    });
    CHECK(sizes.at(0) >= 16u << 20);
}
#endif

TEST_CASE("thread_pool: broadcast runs once on every thread and returns results by index")
{
    weft::thread_pool pool{{.num_threads = 5}};
    for (int round = 0; round < 20; ++round) {
        CHECK(pool.broadcast([](std::size_t i) { return i; }) == std::vector<std::size_t>{0, 1, 2, 3, 4});
        const auto ids = pool.broadcast([] { return std::this_thread::get_id(); });
        CHECK(std::set<std::thread::id>(ids.begin(), ids.end()).size() == 5);
    }
    std::atomic<int> count{0};
    pool.broadcast([&] { count.fetch_add(1); });
    CHECK(count.load() == 5);
}

TEST_CASE("thread_pool: broadcast from inside, nested, and from many at once")
{
    weft::thread_pool pool{{.num_threads = 3}};
    CHECK(pool.install([] { return weft::broadcast([](std::size_t i) { return i; }); }).size() == 3);
    std::atomic<int> count{0};
    pool.broadcast([&] { weft::broadcast([&] { count.fetch_add(1); }); });
    CHECK(count.load() == 9);
    count = 0;
    test::run_threads(4, [&](std::size_t) {
        for (int i = 0; i < 20; ++i) {
            pool.install([&] { weft::broadcast([&] { count.fetch_add(1); }); });
        }
    });
    CHECK(count.load() == 4 * 20 * 3);
}

TEST_CASE("thread_pool: an exception in a broadcast leaves after all parts have run; the lowest index wins")
{
    weft::thread_pool pool{{.num_threads = 4}};
    std::atomic<int> ran{0};
    try {
        pool.broadcast([&](std::size_t i) {
            ran.fetch_add(1);
            if (i >= 2) throw static_cast<int>(i);
        });
        FAIL("no exception");
    } catch (int which) {
        CHECK(which == 2);
    }
    CHECK(ran.load() == 4);
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

TEST_CASE("thread_pool: a broadcast runs in full although the pool stops and the other threads have ended")
{
    std::atomic<int> ended{0};
    std::atomic<int> parts{0};
    {
        weft::thread_pool pool{{.num_threads = 3, .on_thread_exit = [&](std::size_t) { ended.fetch_add(1); }}};
        pool.spawn([&] {
            while (ended.load() < 2) std::this_thread::yield();
            weft::broadcast([&] { parts.fetch_add(1); });
            weft::scope([&](weft::task_scope& s) { s.spawn_broadcast([&] { parts.fetch_add(1); }); });
        });
    }
    CHECK(parts.load() == 6);
}

TEST_CASE("thread_pool: what on_thread_exit spawns, forks and broadcasts runs before the pool is gone")
{
    for (std::size_t threads : {1u, 3u}) {
        std::atomic<std::size_t> ran{0};
        {
            weft::thread_pool pool{{.num_threads = threads, .on_thread_exit = [&](std::size_t) {
                                        weft::spawn([&] {
                                            ran.fetch_add(1);
                                            weft::spawn([&] { ran.fetch_add(1); });
                                        });
                                        weft::join([&] { ran.fetch_add(1); }, [&] { ran.fetch_add(1); });
                                        weft::scope([&](weft::task_scope& s) { s.spawn([&] { ran.fetch_add(1); }); });
                                        weft::broadcast([&] { ran.fetch_add(1); });
                                    }}};
        }
        CHECK(ran.load() == threads * (5 + threads));
    }
}

TEST_CASE("thread_pool: as many pools as one likes, one after the other and at once")
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

TEST_CASE("thread_pool: idle policies all do the work")
{
    for (auto policy : {weft::idle_policy::spin, weft::idle_policy::balanced, weft::idle_policy::frugal}) {
        weft::thread_pool pool{{.num_threads = 3, .idle = policy}};
        std::atomic<int> ran{0};
        for (int round = 0; round < 10; ++round) {
            pool.scope([&](weft::task_scope& s) {
                for (int i = 0; i < 20; ++i) s.spawn([&] { ran.fetch_add(1); });
            });
        }
        CHECK(ran.load() == 200);
    }
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

TEST_CASE("thread_pool: a work after a rest wakes sleepers, again and again")
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
