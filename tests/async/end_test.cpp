// tests/async/end_test.cpp - pools that end while coroutines of theirs wait, begin, or are elsewhere.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async_event.hpp>
#include <weft/async/async_latch.hpp>
#include <weft/async/async_mutex.hpp>
#include <weft/async/async_semaphore.hpp>
#include <weft/async/schedule.hpp>
#include <weft/async/sleep.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/task.hpp>
#include <weft/async/when_all.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../pool/watchdog.hpp"
#include "test.hpp"

#include <atomic>
#include <chrono>
#include <thread>

using namespace std::chrono_literals;

TEST_CASE("end of a pool: waits for a task of its own that ends on a thread of another pool")
{
    const test::watchdog limit("end of a pool: a task that ends elsewhere");
    for (std::size_t round = 0; round < test::scaled(20); ++round) {
        std::atomic<int> ended{0};
        weft::thread_pool other{{.num_threads = 1}};
        {
            weft::thread_pool pool{{.num_threads = 2}};
            const auto leaves = [](weft::thread_pool& to, std::atomic<int>& count) -> weft::task<void> {
                co_await to.schedule();
                std::this_thread::sleep_for(5ms);  // until the destructor waits
                ++count;
            };
            static_cast<void>(pool.spawn(leaves(other, ended)));
        }
        REQUIRE(ended.load() == 1);
    }
}

TEST_CASE("end of a pool: stops a task that begins when it is ending already, the first of all")
{
    const test::watchdog limit("end of a pool: a task that begins at the end");
    for (std::size_t round = 0; round < test::scaled(20); ++round) {
        std::atomic<int> begun{0};
        {
            weft::thread_pool pool{{.num_threads = 2}};
            pool.spawn([&begun] {
                std::this_thread::sleep_for(5ms);
                const auto sleeps = [](std::atomic<int>& count) -> weft::task<void> {
                    ++count;
                    co_await weft::sleep_for(1h);
                };
                static_cast<void>(weft::spawn(sleeps(begun)));
            });
        }
        REQUIRE(begun.load() == 1);
    }
}

TEST_CASE("end of a pool: waits for a task that a task has begun, and that nothing stops")
{
    const test::watchdog limit("end of a pool: a task that nothing stops");
    for (std::size_t round = 0; round < test::scaled(20); ++round) {
        std::atomic<int> ended{0};
        {
            weft::thread_pool pool{{.num_threads = 2}};
            pool.spawn([&ended] {
                const auto sleeps = [](std::atomic<int>& count) -> weft::task<void> {
                    co_await weft::detached_from_stop([](std::atomic<int>& c) -> weft::task<void> {
                        co_await weft::sleep_for(3ms);
                        ++c;
                    }(count));
                };
                static_cast<void>(weft::spawn(sleeps(ended)));
            });
        }
        REQUIRE(ended.load() == 1);
    }
}

TEST_CASE("end of a test_pool: waits for a task of its own that is on a thread of another pool")
{
    const test::watchdog limit("end of a test_pool: a task that is elsewhere");
    for (std::uint64_t seed = 0; seed < test::scaled(40); ++seed) {
        std::atomic<int> ended{0};
        weft::thread_pool other{{.num_threads = 1}};
        {
            weft::test_pool pool(seed);
            const auto leaves = [](weft::thread_pool& to, std::atomic<int>& count) -> weft::task<> {
                co_await to.schedule();
                std::this_thread::sleep_for(2ms);  // until the destructor waits
                ++count;
            };
            static_cast<void>(pool.spawn(leaves(other, ended)));
            if (seed % 2 == 0) pool.run_until_idle();
        }
        REQUIRE(ended.load() == 1);
    }
}

TEST_CASE("end of a test_pool: waits for a task that comes back from another pool, and goes on here")
{
    const test::watchdog limit("end of a test_pool: a task that comes back");
    for (std::uint64_t seed = 0; seed < test::scaled(40); ++seed) {
        std::atomic<int> ended{0};
        weft::thread_pool other{{.num_threads = 1}};
        {
            weft::test_pool pool(seed);
            const auto leaves = [](weft::thread_pool& to, weft::test_pool& home,
                                   std::atomic<int>& count) -> weft::task<> {
                co_await to.schedule();
                std::this_thread::sleep_for(2ms);
                co_await home.schedule();
                co_await weft::detached_from_stop([]() -> weft::task<> { co_await weft::sleep_for(1h); }());
                ++count;
            };
            static_cast<void>(pool.spawn(leaves(other, pool, ended)));
        }
        REQUIRE(ended.load() == 1);
    }
}

TEST_CASE("end of a pool: tasks that are queued and have not begun run to their ends, and leave nothing behind")
{
    const test::watchdog limit("end of a pool: queued tasks");
    const long before = test::counted::alive();
    std::atomic<int> begun{0};
    std::atomic<int> ended{0};
    {
        weft::thread_pool pool{{.num_threads = 1}};
        std::atomic<bool> go{false};
        pool.spawn([&go] {
            while (!go) std::this_thread::yield();
        });
        const auto runs = [&](test::counted argument, int i) -> weft::task<test::counted> {
            const test::counted local(i);
            ++begun;
            if (i % 3 == 0) co_await weft::async_yield();
            if (i % 3 == 1) co_await weft::sleep_for(1h);
            ++ended;
            co_return argument;
        };
        for (int i = 0; i < 300; ++i) static_cast<void>(pool.spawn(runs(test::counted(i), i)));
        go = true;
    }
    CHECK(begun == 300);
    CHECK(ended == 200);
    CHECK(test::counted::alive() == before);
}

TEST_CASE("end of a pool: tasks that wait for locks, events, permits, handles and each other are stopped")
{
    const test::watchdog limit("end of a pool: tasks that wait");
    const long before = test::counted::alive();
    for (std::size_t round = 0; round < test::scaled(20); ++round) {
        weft::async_event event;
        weft::async_mutex lock;
        weft::async_semaphore none(0);
        weft::async_latch latch(1);
        const auto held = lock.try_lock();
        std::atomic<int> stopped{0};
        const auto waits = [&](test::counted, int kind) -> weft::task<> {
            try {
                if (kind == 0) co_await event.wait();
                if (kind == 1) static_cast<void>(co_await lock.lock());
                if (kind == 2) co_await none.acquire();
                if (kind == 3) co_await latch.wait();
                if (kind == 4) {
                    const auto inner = [](weft::async_event& e) -> weft::task<> { co_await e.wait(); };
                    auto h = weft::spawn(inner(event));
                    co_await h;
                }
            } catch (const weft::stopped&) {
                ++stopped;
                throw;
            }
        };
        const auto group = [&](int kind) -> weft::task<> {
            co_await weft::when_all(waits(test::counted(1), kind), waits(test::counted(2), (kind + 1) % 5));
        };
        {
            weft::thread_pool pool{{.num_threads = 2}};
            for (int i = 0; i < 50; ++i) static_cast<void>(pool.spawn(group(i % 5)));
            if (round % 2 == 0) std::this_thread::sleep_for(1ms);
        }
        REQUIRE(stopped == 100);
        stopped = 0;
        {
            weft::test_pool pool(round);
            for (int i = 0; i < 50; ++i) static_cast<void>(pool.spawn(group(i % 5)));
            if (round % 2 == 0) pool.run_until_idle();
        }
        REQUIRE(stopped == 100);
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("end of a pool: ten thousand sleepers, which nobody waits for, end at once")
{
    const test::watchdog limit("end of a pool: ten thousand sleepers", std::chrono::seconds(60));
    std::atomic<int> ended{0};
    const int n = static_cast<int>(test::scaled(10'000));
    {
        weft::thread_pool pool{{.num_threads = 2}};
        const auto sleeps = [&](int i) -> weft::task<> {
            struct counts {
                std::atomic<int>& at;
                ~counts() { ++at; }
            };
            const counts c{ended};
            co_await weft::sleep_for(i % 2 == 0 ? 1h : std::chrono::hours::max());
        };
        for (int i = 0; i < n; ++i) static_cast<void>(pool.spawn(sleeps(i)));
    }
    CHECK(ended == n);
}

TEST_CASE("end of a pool: what a task spawns while the pool ends is stopped, too, and waited for")
{
    const test::watchdog limit("end of a pool: tasks of tasks");
    for (std::size_t round = 0; round < test::scaled(20); ++round) {
        std::atomic<int> ended{0};
        const auto last = [](std::atomic<int>& count) -> weft::task<> {
            try {
                co_await weft::sleep_for(1h);
            } catch (const weft::stopped&) {
                ++count;
            }
        };
        const auto first = [&](std::atomic<int>& count) -> weft::task<> {
            bool is_over = false;
            try {
                co_await weft::sleep_for(1h);
            } catch (const weft::stopped&) {
                is_over = true;
            }
            for (int i = 0; is_over && i < 3; ++i) static_cast<void>(weft::spawn(last(count)));
        };
        {
            weft::thread_pool pool{{.num_threads = 2}};
            for (int i = 0; i < 5; ++i) static_cast<void>(pool.spawn(first(ended)));
            if (round % 2 == 0) std::this_thread::sleep_for(1ms);
        }
        REQUIRE(ended == 15);
    }
}
