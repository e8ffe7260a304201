// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/broadcast.hpp>
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

TEST_CASE("broadcast: runs once on every thread and returns results by index")
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

TEST_CASE("broadcast: from inside, nested, and from many at once")
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

TEST_CASE("broadcast: an exception leaves after all parts have run, and the lowest index wins")
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

TEST_CASE("broadcast: one of the last task runs in full, on all threads, although the pool stops")
{
    std::atomic<int> ended{0};
    std::atomic<int> ended_early{0};
    std::atomic<int> parts{0};
    {
        weft::thread_pool pool{{.num_threads = 3, .on_thread_exit = [&](std::size_t) { ended.fetch_add(1); }}};
        pool.spawn([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the destructor has begun, most likely
            test::latch all(3);
            weft::broadcast([&] {
                all.arrive_and_wait();
                parts.fetch_add(1);
            });
            weft::scope([&](weft::task_scope& s) { s.spawn_broadcast([&] { parts.fetch_add(1); }); });
            ended_early = ended.load();
        });
    }
    CHECK(parts.load() == 6);
    CHECK(ended_early.load() == 0);
    CHECK(ended.load() == 3);
}

TEST_CASE("broadcast: one of on_thread_exit runs in full although other threads have ended")
{
    std::atomic<int> ended{0};
    std::atomic<int> parts{0};
    {
        weft::thread_pool pool{{.num_threads = 3, .on_thread_exit = [&](std::size_t) {
                                    if (ended.fetch_add(1) < 2) return;
                                    std::this_thread::sleep_for(std::chrono::milliseconds(20));
                                    weft::broadcast([&] { parts.fetch_add(1); });
                                }}};
    }
    CHECK(parts.load() == 3);
}

TEST_CASE("broadcast: what on_thread_exit spawns, forks and broadcasts runs before the pool is gone")
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
