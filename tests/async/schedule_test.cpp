// tests/async/schedule_test.cpp - tasks that go on, on another thread, and use there what belongs to threads.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/schedule.hpp>

#include <weft/async/async_mutex.hpp>
#include <weft/async/async_scope.hpp>
#include <weft/async/sleep.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/async/when_all.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/per_worker.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../pool/watchdog.hpp"
#include "test.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

thread_local int visits = 0;

/// The thread that calls. Clang takes what tells it for a constant of the function, also across a co_await.
[[gnu::noinline]] std::thread::id this_thread()
{
    __asm__ volatile("" ::: "memory");
    return std::this_thread::get_id();
}

/// Two pools of one thread each: a task that goes from one to the other is on another thread for certain.
struct two_threads {
    weft::thread_pool a{{.num_threads = 1}};
    weft::thread_pool b{{.num_threads = 1}};
};

}  // namespace

TEST_CASE("schedule: after it has gone on, on another thread, a task uses join and scope")
{
    two_threads t;
    const auto run = [](two_threads& pools) -> weft::task<int> {
        int sum = 0;
        std::set<std::thread::id> seen;
        for (int i = 0; i < 200; ++i) {
            co_await pools.a.schedule();
            seen.insert(this_thread());
            auto [x, y] = weft::join([i] { return i; }, [] { return 1; });
            sum += x + y;
            co_await pools.b.schedule();
            seen.insert(this_thread());
            weft::join([&] { ++sum; }, [] {});
            int tasks = 0;
            weft::scope([&](weft::task_scope& s) {
                for (int n = 0; n < 3; ++n) s.spawn([&tasks] { ++tasks; });
            });
            sum += tasks;
        }
        co_return seen.size() >= 2 ? sum : -1;
    };
    CHECK(weft::sync_wait(t.a, run(t)) == 199 * 100 + 200 * 5);
}

TEST_CASE("schedule: after it has gone on, on another thread, a task runs loops and per_worker values")
{
    two_threads t;
    const auto run = [](two_threads& pools) -> weft::task<long> {
        std::vector<long> numbers(1000);
        std::iota(numbers.begin(), numbers.end(), 0L);
        long sum = 0;
        for (int i = 0; i < 50; ++i) {
            weft::thread_pool& here = i % 2 == 0 ? pools.a : pools.b;
            co_await here.schedule();
            sum += weft::par_iter(numbers).map([](long n) { return n + 1; }).sum();
            weft::per_worker<long> parts;
            weft::par_iter(numbers).for_each([&](long n) { parts.local() += n; });
            for (const long part : parts) sum -= part;
        }
        co_return sum;
    };
    CHECK(weft::sync_wait(t.a, run(t)) == 50 * 1000);
}

TEST_CASE("schedule: a thread_local that a task names is that of the thread where it is")
{
    two_threads t;
    t.a.install([] { visits = 1000; });
    const auto set = [](int n) -> weft::task<> {
        visits = n;
        co_return;
    };
    const auto get = []() -> weft::task<int> { co_return visits; };
    const auto run = [&](two_threads& pools) -> weft::task<bool> {
        co_await pools.a.schedule();
        visits = 0;
        co_await pools.b.schedule();
        visits = 0;
        for (int i = 0; i < 100; ++i) {
            co_await pools.a.schedule();
            visits += 1;
            co_await pools.b.schedule();
            visits += 2;
        }
        co_await pools.a.schedule();
        const bool on_a = visits == 100 && co_await get() == 100;
        co_await set(7);
        co_await pools.b.schedule();
        const bool on_b = visits == 200 && co_await get() == 200;
        co_await pools.a.schedule();
        co_return on_a&& on_b&& visits == 7;
    };
    CHECK(weft::sync_wait(run(t)));
}

TEST_CASE("schedule: the thread's place is that of the thread where the task is")
{
    weft::thread_pool small{{.num_threads = 1}};
    weft::thread_pool large{{.num_threads = 3}};
    const auto run = [&]() -> weft::task<bool> {
        bool good = true;
        for (int i = 0; i < 100; ++i) {
            co_await small.schedule();
            good = good && weft::current_num_threads() == 1 && weft::current_thread_index() == 0;
            co_await large.schedule();
            good = good && weft::current_num_threads() == 3 && weft::current_thread_index() < 3;
        }
        co_return good;
    };
    CHECK(weft::sync_wait(run()));
}

TEST_CASE("schedule: an async_mutex is taken on one thread and given up on another, again and again")
{
    two_threads t;
    weft::async_mutex lock;
    long count = 0;
    const auto run = [&](two_threads& pools) -> weft::task<> {
        for (int i = 0; i < 100; ++i) {
            co_await pools.a.schedule();
            auto hold = co_await lock.lock();
            const auto before = this_thread();
            ++count;
            co_await pools.b.schedule();
            if (this_thread() == before) throw std::logic_error("not on another thread");
            hold.unlock();
        }
    };
    weft::sync_wait(t.a, weft::when_all(run(t), run(t), run(t)));
    CHECK(count == 300);
}

TEST_CASE("schedule: a lock of the pool's that a loop holds is not wanted on top of it")
{
    const test::watchdog limit("schedule: a lock held across a join");
    weft::thread_pool pool{{.num_threads = 2}};
    std::mutex lock;
    const auto run = [&]() -> weft::task<> {
        for (int i = 0; i < 50; ++i) {
            {
                const std::lock_guard hold(lock);
                weft::join([] { std::this_thread::yield(); }, [] { std::this_thread::yield(); });
            }
            co_await weft::async_yield();
        }
    };
    std::vector<weft::task<>> all;
    for (int i = 0; i < 8; ++i) all.push_back(run());
    weft::sync_wait(pool, weft::when_all(std::move(all)));
    SUCCEED();
}

TEST_CASE("schedule: what awaits a task that has changed the pool has changed it too, a group has not")
{
    weft::thread_pool one{{.num_threads = 1}};
    weft::thread_pool two{{.num_threads = 2}};
    const auto goes = [](weft::thread_pool& to) -> weft::task<int> {
        co_await to.schedule();
        co_return 1;
    };
    const auto run = [&]() -> weft::task<bool> {
        bool good = true;
        static_cast<void>(co_await goes(two));
        good = good && weft::current_num_threads() == 2;
        static_cast<void>(co_await goes(one));
        static_cast<void>(co_await weft::when_all(goes(two), goes(two)));
        good = good && weft::current_num_threads() == 1;
        static_cast<void>(co_await weft::with_timeout(goes(two), std::chrono::hours(1)));
        good = good && weft::current_num_threads() == 1;
        static_cast<void>(co_await weft::with_timeout(goes(two), std::chrono::hours::max()));
        good = good && weft::current_num_threads() == 1;
        co_return good;
    };
    CHECK(weft::sync_wait(one, run()));
    weft::test_pool played(5);
    const auto there_and_back = [&]() -> weft::task<int> {
        const int got = *co_await weft::with_timeout(goes(two), std::chrono::hours(1));
        co_return got + (weft::current_num_threads() == played.num_threads() ? 1 : 0);
    };
    CHECK(weft::sync_wait(played, there_and_back()) == 2);
}

TEST_CASE("schedule: a lone task that its thread cannot run is run by another, also after many that it could")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const auto run = []() -> weft::task<int> {
        int sum = 0;
        for (int round = 0; round < 3; ++round) {
            // Two that take turns: whoever looks for work learns to leave a lone one alone.
            const auto turns = []() -> weft::task<int> {
                for (int i = 0; i < 20'000; ++i) co_await weft::async_yield();
                co_return 1;
            };
            const auto [a, b] = co_await weft::when_all(turns(), turns());
            sum += a + b;
            std::atomic<bool> has_run{false};
            const auto lone = [](std::atomic<bool>& flag) -> weft::task<> {
                flag = true;
                co_return;
            };
            auto handle = weft::spawn(lone(has_run));
            while (!has_run) std::this_thread::yield();  // holds this thread
            co_await handle;
            ++sum;
        }
        co_return sum;
    };
    CHECK(weft::sync_wait(pool, run()) == 9);
}
