// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/spawn.hpp>

#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

TEST_CASE("spawn: a detached task runs, from outside and from inside")
{
    test::latch done(3);
    weft::spawn([&] {
        weft::spawn([&] { done.count_down(); });
        done.count_down();
    });
    weft::scope([&](weft::task_scope&) { weft::spawn([&] { done.count_down(); }); });
    done.wait();
    SUCCEED();
}

TEST_CASE("spawn: a task runs although its one-thread pool's only place was borrowed when it was spawned")
{
    weft::thread_pool pool{{.num_threads = 1}};
    test::latch done(1);
    pool.install([&] { weft::spawn([&] { done.count_down(); }); });
    done.wait();
    SUCCEED();
}

TEST_CASE("spawn: an exception goes to on_unhandled, once for each task")
{
    std::atomic<int> reported{0};
    {
        weft::thread_pool pool{{.num_threads = 2, .on_unhandled = [&](std::exception_ptr e) {
                                    try {
                                        std::rethrow_exception(e);
                                    } catch (const std::runtime_error&) {
                                        reported.fetch_add(1);
                                    }
                                }}};
        for (int i = 0; i < 20; ++i) pool.spawn([] { throw std::runtime_error("lost"); });
    }
    CHECK(reported.load() == 20);
}

TEST_CASE("spawn: closures are destroyed exactly once")
{
    const long before = test::counted::alive();
    {
        weft::thread_pool pool{{.num_threads = 3}};
        for (int i = 0; i < 200; ++i) pool.spawn([c = test::counted(i)] { static_cast<void>(c); });
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("spawn: one worker's tasks run newest first, those from outside oldest first")
{
    std::vector<int> order;
    {
        weft::thread_pool pool{{.num_threads = 1}};
        pool.spawn([&] {
            for (int i = 0; i < 5; ++i) weft::spawn([&, i] { order.push_back(i); });
        });
    }
    CHECK(order == std::vector<int>{4, 3, 2, 1, 0});
    order.clear();
    {
        weft::thread_pool pool{{.num_threads = 1}};
        pool.install([&] {  // the only place is taken: everything waits
            std::jthread outside([&] {
                for (int i = 0; i < 5; ++i) pool.spawn([&, i] { order.push_back(i); });
            });
        });
    }
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("yield: says what it did")
{
    CHECK(weft::yield_now() == weft::yield_result::not_in_pool);
    CHECK(weft::yield_local() == weft::yield_result::not_in_pool);
    weft::thread_pool pool{{.num_threads = 1}};
    pool.install([] {
        bool ran = false;
        const auto idle = weft::yield_local();
        weft::spawn([&] { ran = true; });
        const auto first = weft::yield_local();
        const bool after_first = ran;
        weft::spawn([&] { ran = false; });
        const auto second = weft::yield_now();
        CHECK(idle == weft::yield_result::idle);
        CHECK(first == weft::yield_result::executed);
        CHECK(after_first);
        CHECK(second == weft::yield_result::executed);
        CHECK_FALSE(ran);
        CHECK(weft::yield_now() == weft::yield_result::idle);
    });
}

TEST_CASE("yield: a part of a broadcast counts")
{
    weft::thread_pool pool{{.num_threads = 1}};
    pool.scope([](weft::task_scope& s) {
        bool ran = false;
        s.spawn_broadcast([&] { ran = true; });
        const auto first = weft::yield_now();
        CHECK(first == weft::yield_result::executed);
        CHECK(ran);
        CHECK(weft::yield_now() == weft::yield_result::idle);
    });
}

TEST_CASE("poll: gives away forked work during a long computation that forks nothing")
{
    weft::thread_pool pool{{.num_threads = 2}};
    for (int round = 0; round < 20; ++round) {
        std::atomic<int> ran{0};
        pool.install([&] {
            weft::join(
                [&] {
                    weft::join(
                        [&] {
                            while (ran.load() < 2) weft::poll();
                        },
                        [&] { ran.fetch_add(1); });
                },
                [&] { ran.fetch_add(1); });
        });
        REQUIRE(ran.load() == 2);
    }
    weft::poll();  // outside a pool it does nothing
}

TEST_CASE("blocking: other tasks go on although every worker blocks")
{
    weft::thread_pool pool{{.num_threads = 2}};
    for (int round = 0; round < 5; ++round) {
        test::latch ready(6);
        pool.scope([&](weft::task_scope& s) {
            for (int i = 0; i < 6; ++i) {
                s.spawn([&] {
                    const int r = weft::blocking([&] {
                        ready.arrive_and_wait();  // needs six threads at once
                        return 5;
                    });
                    if (r != 5) std::terminate();
                });
            }
        });
    }
    int x = 0;
    weft::blocking([&]() -> int& { return x; }) = 4;
    CHECK(x == 4);
    CHECK_THROWS_AS(pool.install([] { weft::blocking([]() -> int { throw std::runtime_error("b"); }); }),
                    std::runtime_error);
}

#if defined(__linux__)

TEST_CASE("blocking: a thread steps in when there is work, one however many calls are inside each other")
{
    const auto threads = [] {
        const std::filesystem::directory_iterator all("/proc/self/task");
        return std::distance(begin(all), end(all));
    };
    const auto threads_after_a_task = [&] {
        std::atomic<bool> ran{false};
        weft::spawn([&] { ran.store(true); });
        while (!ran.load()) std::this_thread::yield();
        return threads();
    };
    weft::thread_pool pool{{.num_threads = 1}};
    const auto before = threads();
    const auto [without_work, outer, inner] = pool.install([&] {
        return weft::blocking([&] {
            const auto none = threads();
            const auto one = threads_after_a_task();
            return std::tuple(none, one, weft::blocking([&] { return weft::blocking(threads_after_a_task); }));
        });
    });
    CHECK(without_work == before);
    CHECK(outer == before + 1);
    CHECK(inner == before + 1);
}

#endif

TEST_CASE("current_num_threads: of this pool, else of the global one")
{
    CHECK(weft::current_num_threads() >= 1);
    weft::thread_pool pool{{.num_threads = 7}};
    CHECK(pool.install([] { return weft::current_num_threads(); }) == 7);
}
