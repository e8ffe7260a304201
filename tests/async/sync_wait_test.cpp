// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/sync_wait.hpp>

#include <weft/async/async_event.hpp>
#include <weft/async/async_latch.hpp>
#include <weft/async/async_semaphore.hpp>
#include <weft/async/schedule.hpp>
#include <weft/async/sleep.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/when_all.hpp>
#include <weft/pool/broadcast.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../pool/watchdog.hpp"
#include "test.hpp"

#include <cfenv>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

weft::task<int> after_yields(int value, int yields)
{
    for (int i = 0; i < yields; ++i) co_await weft::async_yield();
    co_return value;
}

}  // namespace

TEST_CASE("sync_wait: in a pool of one's own, on its threads")
{
    weft::thread_pool pool{{.num_threads = 3}};
    const auto where = [&]() -> weft::task<std::size_t> {
        co_await weft::async_yield();
        co_return weft::current_num_threads();
    };
    CHECK(weft::sync_wait(pool, where()) == 3);
}

TEST_CASE("sync_wait: from a hundred threads at once")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<int> sum{0};
    test::run_threads(100, [&](std::size_t i) { sum += weft::sync_wait(pool, after_yields(static_cast<int>(i), 10)); });
    CHECK(sum == 4950);
}

TEST_CASE("sync_wait: on a worker, which lets the pool go on")
{
    weft::thread_pool pool{{.num_threads = 1}};
    const int got = pool.install([&] { return weft::sync_wait(after_yields(5, 100)); });
    CHECK(got == 5);
}

TEST_CASE("sync_wait: in every task of a scope, and nested in a task")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<int> sum{0};
    pool.scope([&](weft::task_scope& s) {
        for (int i = 0; i < 50; ++i) s.spawn([&, i] { sum += weft::sync_wait(after_yields(i, 3)); });
    });
    CHECK(sum == 49 * 25);
    const auto outer = []() -> weft::task<int> {
        co_await weft::async_yield();
        co_return weft::sync_wait(after_yields(3, 3));
    };
    CHECK(weft::sync_wait(pool, outer()) == 3);
}

TEST_CASE("sync_wait: in a destructor, also while an exception is on its way")
{
    struct waits {
        int* into;
        ~waits() { *into += weft::sync_wait(after_yields(1, 2)); }
    };
    int count = 0;
    try {
        const waits w{&count};
        throw std::runtime_error("on its way");
    } catch (const std::runtime_error&) {
    }
    CHECK(count == 1);
}

TEST_CASE("sync_wait: from a thread of another pool")
{
    weft::thread_pool one{{.num_threads = 1}};
    weft::thread_pool two{{.num_threads = 2}};
    const int got = one.install([&] { return weft::sync_wait(two, after_yields(9, 9)); });
    CHECK(got == 9);
}

TEST_CASE("sync_wait: a task changes the pool")
{
    weft::thread_pool one{{.num_threads = 1}};
    weft::thread_pool two{{.num_threads = 2}};
    const auto wander = [&]() -> weft::task<std::vector<std::size_t>> {
        std::vector<std::size_t> seen;
        seen.push_back(weft::current_num_threads());
        co_await two.schedule();
        seen.push_back(weft::current_num_threads());
        co_await weft::async_yield();
        seen.push_back(weft::current_num_threads());
        co_await one.schedule();
        seen.push_back(weft::current_num_threads());
        co_return seen;
    };
    CHECK(weft::sync_wait(one, wander()) == std::vector<std::size_t>{1, 2, 2, 1});
}

TEST_CASE("sync_wait: in a test_pool, in the order of the seed")
{
    const auto order = [](std::uint64_t seed) {
        weft::test_pool pool(seed);
        std::vector<int> seen;
        const auto mark = [&](int i) -> weft::task<> {
            seen.push_back(i);
            co_await weft::async_yield();
            seen.push_back(i + 100);
        };
        const auto all = [&]() -> weft::task<> {
            std::vector<weft::join_handle<void>> handles;
            for (int i = 0; i < 8; ++i) handles.push_back(weft::spawn(mark(i)));
            for (auto& h : handles) co_await h;
        };
        weft::sync_wait(pool, all());
        return seen;
    };
    bool differs = false;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const auto once = order(seed);
        CHECK(once.size() == 16);
        CHECK(once == order(seed));
        differs = differs || once != order(seed + 1);
    }
    CHECK(differs);
}

TEST_CASE("sync_wait: an order that fails is found, and fails again")
{
    const auto racy = [](weft::test_pool& pool) {
        int balance = 0;
        const auto deposit = [&]() -> weft::task<> {
            const int read = balance;
            co_await weft::async_yield();
            balance = read + 1;
        };
        const auto both = [&]() -> weft::task<> {
            auto a = weft::spawn(deposit());
            auto b = weft::spawn(deposit());
            co_await a;
            co_await b;
        };
        weft::sync_wait(pool, both());
        return balance == 2;
    };
    const auto seed = weft::find_failing_seed(100, racy);
    REQUIRE(seed.has_value());
    weft::test_pool again(*seed);
    CHECK_FALSE(racy(again));
}

#if defined(FE_UPWARD)
TEST_CASE("sync_wait: runs under the caller's rounding, and leaves it to the caller")
{
    const int before = std::fegetround();
    const auto rounding = []() -> weft::task<int> { co_return std::fegetround(); };
    weft::thread_pool pool{{.num_threads = 2}};
    std::fesetround(FE_UPWARD);
    const int here = weft::sync_wait(pool, rounding());
    const int after = std::fegetround();
    int inside = 0;
    int after_inside = 0;
    pool.install([&] {
        inside = weft::sync_wait(rounding());
        after_inside = std::fegetround();
    });
    std::fesetround(before);
    CHECK(weft::sync_wait(pool, rounding()) == before);
    CHECK(here == FE_UPWARD);
    CHECK(after == FE_UPWARD);
    CHECK(inside == FE_UPWARD);
    CHECK(after_inside == FE_UPWARD);
}
#endif

TEST_CASE("sync_wait: in a loop, in a join, in a callback, and in each other")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<int> sum{0};
    pool.install([&] {
        weft::join([&] { sum += weft::sync_wait(after_yields(1, 3)); },
                   [&] { sum += weft::sync_wait(after_yields(2, 3)); });
        weft::broadcast([&] { sum += weft::sync_wait(after_yields(10, 1)); });
    });
    CHECK(sum == 23);
    const auto deep = [](auto&& self, int n) -> weft::task<int> {
        co_await weft::async_yield();
        co_return n == 0 ? 0 : 1 + weft::sync_wait(self(self, n - 1));
    };
    CHECK(weft::sync_wait(pool, deep(deep, 20)) == 20);
}

TEST_CASE("sync_wait: in the hooks of a pool's threads, and in on_unhandled")
{
    std::atomic<int> sum{0};
    {
        weft::thread_pool other{{.num_threads = 1}};
        weft::thread_pool pool{
            {.num_threads = 2,
             .on_thread_start = [&](std::size_t) { sum += weft::sync_wait(other, after_yields(1, 2)); },
             .on_thread_exit = [&](std::size_t) { sum += weft::sync_wait(other, after_yields(10, 2)); },
             .on_unhandled = [&](std::exception_ptr) { sum += weft::sync_wait(other, after_yields(100, 2)); }}};
        const auto fails = []() -> weft::task<> {
            co_await weft::async_yield();
            throw std::runtime_error("unhandled");
        };
        static_cast<void>(pool.spawn(fails()));
    }
    CHECK(sum == 122);
}

TEST_CASE("sync_wait: a task that is moved from, or fails to begin, leaves the pool as it was")
{
    weft::thread_pool pool{{.num_threads = 1}};
    auto a = after_yields(1, 1);
    auto b = std::move(a);
    CHECK_THROWS_AS(weft::sync_wait(pool, std::move(a)), std::invalid_argument);
    CHECK_THROWS_AS(pool.spawn(std::move(a)), std::invalid_argument);
    CHECK_THROWS_AS(weft::sync_wait(pool, weft::when_all(std::move(a))), std::invalid_argument);
    CHECK_THROWS_AS(weft::sync_wait(pool, weft::with_timeout(std::move(a), std::chrono::hours(1))),
                    std::invalid_argument);
    CHECK(weft::sync_wait(pool, std::move(b)) == 1);
}

TEST_CASE("sync_wait: in a test_pool whoever is woken may wait for another one that is woken at the same moment")
{
    const test::watchdog limit("sync_wait: for who is woken at the same moment");
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        weft::test_pool pool(seed);
        weft::async_event begin;
        weft::async_latch both(1);
        weft::async_semaphore permits(0);
        weft::async_event done;
        const auto waits = [&]() -> weft::task<> { co_await done.wait(); };
        const auto first = [&](int kind) -> weft::task<> {
            if (kind == 0) co_await begin.wait();
            if (kind == 1) co_await both.wait();
            if (kind == 2) co_await permits.acquire();
            weft::sync_wait(waits());
        };
        const auto second = [&](int kind) -> weft::task<> {
            if (kind == 0) co_await begin.wait();
            if (kind == 1) co_await both.wait();
            if (kind == 2) co_await permits.acquire();
            done.set();
        };
        for (int kind = 0; kind < 4; ++kind) {  // 3: at the beginning of a group
            auto h = pool.spawn(weft::when_all(first(kind), second(kind), first(kind)));
            pool.run_until_idle();
            begin.set();
            both.count_down();
            permits.release(3);
            h.get();
            done.reset();
        }
    }
    SUCCEED();
}

TEST_CASE("sync_wait: in a test_pool whoever is stopped may wait for another one that is stopped at the same moment")
{
    const test::watchdog limit("sync_wait: for who is stopped at the same moment");
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        weft::test_pool pool(seed);
        weft::async_event never;
        weft::async_event done;
        const auto waits = [&]() -> weft::task<> { co_await done.wait(); };
        const auto first = [&]() -> weft::task<> {
            try {
                co_await never.wait();
            } catch (const weft::stopped&) {
            }
            weft::sync_wait(waits());
        };
        const auto second = [&]() -> weft::task<> {
            try {
                co_await never.wait();
            } catch (const weft::stopped&) {
                done.set();
            }
        };
        auto h = pool.spawn(weft::when_all(first(), second(), first()));
        pool.run_until_idle();
        h.request_stop();
        h.get();
    }
    SUCCEED();
}
