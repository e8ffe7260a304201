// tests/pool/fairness_test.cpp - a spawned task runs in the end, whatever else is going on.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// These tests give a task seconds for what should take microseconds, and fail if it has still not run.
#include <weft/pool/thread_pool.hpp>

#include "pool/patience.hpp"
#include "test.hpp"

#include <vector>

using namespace std::chrono_literals;

namespace {

using clock_type = std::chrono::steady_clock;

/// A task for each thread of a pool that spawns itself again and again, until it is stopped. The tasks refer to this:
/// it must be declared before the pool, whose destructor waits for them.
class successors {
public:
    void start(weft::thread_pool& pool)
    {
        for (std::size_t i = 0; i < pool.num_threads(); ++i) pool.spawn([this] { again(); });
        while (turns_.load() < 100 * pool.num_threads()) std::this_thread::yield();
    }
    void stop() { stop_ = true; }

private:
    void again()
    {
        turns_.fetch_add(1);
        if (!stop_.load()) weft::spawn([this] { again(); });
    }
    std::atomic<bool> stop_{false};
    std::atomic<std::size_t> turns_{0};
};

/// Whether `flag` is set within seconds.
bool comes(const std::atomic<bool>& flag)
{
    const auto end = clock_type::now() + 5s;
    while (!flag.load() && clock_type::now() < end) std::this_thread::sleep_for(1ms);
    return flag.load();
}

}  // namespace

TEST_CASE("fairness: a task spawned from outside runs although others spawn themselves again for ever")
{
    const test::test_watchdog limit;
    for (const std::size_t threads : {1u, 2u, 4u}) {
        successors others;
        std::atomic<bool> ran{false};
        weft::thread_pool pool{{.num_threads = threads}};
        others.start(pool);
        pool.spawn([&] { ran = true; });
        CHECK(comes(ran));
        others.stop();
    }
}

TEST_CASE("fairness: a task that a caller spawns, and waits for, runs although others spawn themselves again for ever")
{
    const test::test_watchdog limit;
    for (const std::size_t threads : {1u, 2u, 4u}) {
        successors others;
        std::atomic<bool> ran{false};
        weft::thread_pool pool{{.num_threads = threads}};
        others.start(pool);
        const bool came = pool.install([&] {
            weft::spawn([&] { ran = true; });
            return comes(ran);
        });
        CHECK(came);
        others.stop();
    }
}

TEST_CASE(
    "fairness: a task of a caller's scope runs before the body ends although others spawn themselves again for ever")
{
    const test::test_watchdog limit;
    for (const std::size_t threads : {1u, 2u, 4u}) {
        successors others;
        std::atomic<bool> ran{false};
        weft::thread_pool pool{{.num_threads = threads}};
        others.start(pool);
        bool came = false;
        pool.scope([&](weft::task_scope& s) {
            s.spawn([&] { ran = true; });
            came = comes(ran);
        });
        CHECK(came);
        others.stop();
    }
}

TEST_CASE("fairness: tasks from outside run soon although callers keep calling in, and leave a seat only to come back")
{
    const test::test_watchdog limit;
    constexpr int tasks = 20;
    for (const std::size_t number_of_callers : {2u, 4u}) {
        std::atomic<int> ran{0};
        std::atomic<bool> stop{false};
        weft::thread_pool pool{{.num_threads = 2}};
        std::vector<std::jthread> callers;
        for (std::size_t i = 0; i < number_of_callers; ++i) {
            callers.emplace_back([&] {
                // They sleep, so that the processors are free for the pool's threads, and only seats are scarce.
                while (!stop.load()) pool.install([] { std::this_thread::sleep_for(200us); });
            });
        }
        // Each task has time for a thousand calls of every caller, although few should overtake it.
        const auto end = clock_type::now() + 5s;
        for (int i = 0; i < tasks && clock_type::now() < end; ++i) {
            pool.spawn([&] { ran.fetch_add(1); });
            while (ran.load() <= i && clock_type::now() < end) std::this_thread::sleep_for(50us);
        }
        CHECK(ran.load() == tasks);
        stop = true;
    }
}
