// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/sleep.hpp>

#include <weft/async/async_event.hpp>
#include <weft/async/async_mutex.hpp>
#include <weft/async/async_scope.hpp>
#include <weft/async/schedule.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/async/when_all.hpp>
#include <weft/async/when_any.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../pool/watchdog.hpp"
#include "heap.hpp"
#include "test.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <vector>

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

namespace {

weft::task<int> after(steady::duration d, int value)
{
    co_await weft::sleep_for(d);
    co_return value;
}
weft::task<> after_and_drop(steady::duration d) { co_await weft::sleep_for(d); }
weft::task<> wait_for_ever()
{
    weft::async_event never;
    co_await never.wait();
}

}  // namespace

TEST_CASE("sleep_for: never early, at once for nothing")
{
    const auto run = []() -> weft::task<bool> {
        bool good = true;
        for (const auto d : {1ms, 5ms, 20ms}) {
            const auto began = steady::now();
            co_await weft::sleep_for(d);
            good = good && steady::now() - began >= d;
        }
        const auto began = steady::now();
        for (int i = 0; i < 1000; ++i) co_await weft::sleep_for(0s);
        co_await weft::sleep_for(-5h);
        co_await weft::sleep_until(steady::time_point::min());
        co_return good&& steady::now() - began < 5s;
    };
    CHECK(weft::sync_wait(run()));
}

TEST_CASE("sleep_until: by any clock")
{
    const auto run = []() -> weft::task<bool> {
        const auto began = steady::now();
        co_await weft::sleep_until(began + 10ms);
        const bool one = steady::now() - began >= 10ms;
        const auto wall = std::chrono::system_clock::now();
        co_await weft::sleep_until(wall + 10ms);
        co_return one&& std::chrono::system_clock::now() - wall >= 9ms;
    };
    CHECK(weft::sync_wait(run()));
}

TEST_CASE("sleep_until: those who sleep hold no thread, and wake in the order of their times")
{
    weft::thread_pool pool{{.num_threads = 1}};
    std::vector<int> order;
    // On a machine that stands still for so long that one finds its time past, they did not all sleep: once more.
    for (bool all_slept = false; !all_slept;) {
        order.clear();
        int asleep = 0;
        const auto began = steady::now();
        const auto one = [&](int i) -> weft::task<> {
            ++asleep;
            co_await weft::sleep_until(began + 50ms + i * 1ms);
            order.push_back(i);
        };
        weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                            for (int i = 9; i >= 0; --i) s.spawn(one(i));
                            while (asleep < 10) co_await weft::async_yield();
                            all_slept = steady::now() < began + 50ms;
                        }));
    }
    CHECK(order.size() == 10);
    CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("sleep_for: a stop ends it at once, before, during and after")
{
    weft::thread_pool pool{{.num_threads = 2}};
    auto early = pool.spawn(after(1h, 1));
    early.request_stop();
    CHECK_THROWS_AS(early.get(), weft::stopped);
    auto late = pool.spawn(after(1h, 1));
    std::this_thread::sleep_for(5ms);
    late.request_stop();
    CHECK_THROWS_AS(late.get(), weft::stopped);
    auto over = pool.spawn(after(1ms, 1));
    while (!over.is_done()) std::this_thread::yield();
    over.request_stop();
    CHECK(over.get() == 1);
}

TEST_CASE("sleep_for: a stop that meets the time")
{
    weft::thread_pool pool{{.num_threads = 2}};
    for (std::size_t i = 0; i < test::scaled(2000); ++i) {
        auto h = pool.spawn(after(std::chrono::microseconds(i % 200), 7));
        if (i % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(i % 100));
        h.request_stop();
        int got = 7;
        try {
            got = h.get();
        } catch (const weft::stopped&) {
        }
        CHECK(got == 7);
    }
}

TEST_CASE("sleep_for: duration::max sleeps until it is stopped, also when the pool ends")
{
    std::atomic<int> stopped{0};
    {
        weft::thread_pool pool{{.num_threads = 1}};
        const auto run = [&]() -> weft::task<> {
            try {
                co_await weft::sleep_for(std::chrono::hours::max());
            } catch (const weft::stopped&) {
                ++stopped;
            }
        };
        for (int i = 0; i < 10; ++i) static_cast<void>(pool.spawn(run()));
        std::this_thread::sleep_for(5ms);
    }
    CHECK(stopped == 10);
}

TEST_CASE("sleep_for: a hundred thousand sleepers, stopped in any order or woken")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const int n = static_cast<int>(test::scaled(100'000));
    std::atomic<int> woken{0};
    std::atomic<int> stopped{0};
    const auto one = [&](int i) -> weft::task<> {
        try {
            co_await weft::sleep_for(i % 2 == 0 ? 1h : std::chrono::microseconds(1 + i * 7 % 20'000));
            ++woken;
        } catch (const weft::stopped&) {
            ++stopped;
        }
    };
    weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                        for (int i = 0; i < n; ++i) s.spawn(one(i));
                        while (woken < n / 2) co_await weft::sleep_for(1ms);
                        s.request_stop();
                    }));
    CHECK(woken == n / 2);
    CHECK(stopped == n - n / 2);
}

TEST_CASE("with_timeout: the value in time, nothing when it is over")
{
    const auto run = []() -> weft::task<bool> {
        const std::optional<int> in_time = co_await weft::with_timeout(after(0s, 3), 1h);
        const std::optional<int> over = co_await weft::with_timeout(after(1h, 3), 2ms);
        const bool done = co_await weft::with_timeout(weft::task<>([]() -> weft::task<> { co_return; }()), 1h);
        const bool not_done = co_await weft::with_timeout(wait_for_ever(), 1ms);
        co_return in_time == 3 && !over && done && !not_done;
    };
    CHECK(weft::sync_wait(run()));
}

TEST_CASE("with_timeout: of nothing, and of duration::max")
{
    const auto now_or_never = []() -> weft::task<int> {
        const std::stop_token token = co_await weft::get_stop_token();
        co_return token.stop_requested() ? 1 : 0;
    };
    const auto run = [&]() -> weft::task<bool> {
        const auto zero = co_await weft::with_timeout(now_or_never(), 0s);
        const auto past = co_await weft::with_timeout(now_or_never(), -1h);
        const auto ever = co_await weft::with_timeout(now_or_never(), std::chrono::hours::max());
        const auto waits = co_await weft::with_timeout(after(1h, 1), 0s);
        const auto at = co_await weft::with_deadline(now_or_never(), steady::time_point::min());
        co_return zero == 1 && past == 1 && ever == 0 && !waits && at == 1;
    };
    CHECK(weft::sync_wait(run()));
}

TEST_CASE("with_timeout: a value that comes late is given, an exception is thrown, late or not")
{
    const auto late = []() -> weft::task<int> {
        try {
            co_await wait_for_ever();
        } catch (const weft::stopped&) {
        }
        co_return 9;
    };
    CHECK(weft::sync_wait(weft::with_timeout(late(), 1ms)) == 9);
    const auto fails = [](bool is_late) -> weft::task<int> {
        if (is_late) {
            try {
                co_await wait_for_ever();
            } catch (const weft::stopped&) {
            }
        }
        throw std::runtime_error("failed");
    };
    CHECK_THROWS_AS(weft::sync_wait(weft::with_timeout(fails(false), 1h)), std::runtime_error);
    CHECK_THROWS_AS(weft::sync_wait(weft::with_timeout(fails(true), 1ms)), std::runtime_error);
    const auto stops = []() -> weft::task<int> {
        throw weft::stopped();
        co_return 0;
    };
    CHECK_THROWS_AS(weft::sync_wait(weft::with_timeout(stops(), 1h)), weft::stopped);
}

TEST_CASE("with_timeout: a stop of the parent is thrown")
{
    weft::thread_pool pool{{.num_threads = 2}};
    auto h = pool.spawn(weft::with_timeout(after(1h, 1), 1h));
    std::this_thread::sleep_for(2ms);
    h.request_stop();
    CHECK_THROWS_AS(h.get(), weft::stopped);
}

TEST_CASE("with_timeout: values that are only moved, one in the other, and with when_any")
{
    const auto boxed = []() -> weft::task<std::unique_ptr<int>> { co_return std::make_unique<int>(4); };
    const auto got = weft::sync_wait(weft::with_timeout(boxed(), 1h));
    CHECK((got && **got == 4));
    const auto nested = weft::sync_wait(weft::with_timeout(weft::with_timeout(after(1h, 1), 1ms), 1h));
    CHECK((nested && !*nested));
    const auto outer = weft::sync_wait(weft::with_timeout(weft::with_timeout(after(1h, 1), 1h), 1ms));
    CHECK_FALSE(outer.has_value());
    const auto first = weft::sync_wait(weft::when_any(after(1h, 1), after(1ms, 2)));
    CHECK(std::get<1>(first) == 2);
}

TEST_CASE("with_timeout: the time that meets the result")
{
    weft::thread_pool pool{{.num_threads = 2}};
    for (std::size_t i = 0; i < test::scaled(2000); ++i) {
        const auto d = std::chrono::microseconds(i % 100);
        const auto got = weft::sync_wait(pool, weft::with_timeout(after(d, 5), d));
        if (got && *got != 5) FAIL("a wrong value");
    }
}

TEST_CASE("sleep_for: in a test_pool it takes no time, and wakes in order")
{
    const auto began = steady::now();
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        weft::test_pool pool(seed);
        std::vector<int> order;
        const auto one = [&](int i) -> weft::task<> {
            co_await weft::sleep_for(i * 1h);
            order.push_back(i);
        };
        weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                            for (int i = 20; i > 0; --i) s.spawn(one(i));
                            co_await weft::sleep_for(100h);
                            order.push_back(100);
                        }));
        CHECK(order.size() == 21);
        CHECK(std::is_sorted(order.begin(), order.end()));
        CHECK_FALSE(weft::sync_wait(pool, weft::with_timeout(after(2h, 1), 1h)).has_value());
        CHECK(weft::sync_wait(pool, weft::with_timeout(after(1h, 1), 2h)) == 1);
    }
    CHECK(steady::now() - began < 60s);
}

TEST_CASE("sleep_for: a test_pool replays what happens at one time by its seed, and wakes its sleepers at its end")
{
    const auto order = [](std::uint64_t seed) {
        weft::test_pool pool(seed);
        std::vector<int> seen;
        const auto one = [&](int i) -> weft::task<> {
            co_await weft::sleep_for(1min);
            seen.push_back(i);
        };
        weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                            for (int i = 0; i < 6; ++i) s.spawn(one(i));
                            co_return;
                        }));
        return seen;
    };
    bool differs = false;
    for (std::uint64_t seed = 1; seed < 20; ++seed) {
        CHECK(order(seed) == order(seed));
        differs = differs || order(seed) != order(seed + 1);
    }
    CHECK(differs);

    int stopped = 0;
    int slept = 0;
    const auto run = [&]() -> weft::task<> {
        try {
            co_await weft::sleep_for(1h);
        } catch (const weft::stopped&) {
            ++stopped;
        }
        co_await weft::detached_from_stop(after(1h, 1));
        ++slept;
    };
    {
        weft::test_pool pool(3);
        static_cast<void>(pool.spawn(run()));
        static_cast<void>(pool.spawn(run()));
        pool.spawn([] {});
    }
    CHECK(stopped + slept >= 2);
    CHECK(slept == 2);
}

TEST_CASE("sleep_for: a million asleep at once, and what one of them takes")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const std::size_t n = test::scaled(1'000'000);
    std::atomic<std::size_t> asleep{0};
    std::atomic<std::size_t> stopped{0};
    std::size_t bytes = 0;
    const auto one = [](std::atomic<std::size_t>& begun, std::atomic<std::size_t>& ended) -> weft::task<> {
        struct counts {
            std::atomic<std::size_t>& at;
            ~counts() { ++at; }
        };
        const counts c{ended};
        ++begun;
        co_await weft::sleep_for(1h);
    };
    weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                        const std::size_t before = test::heap_in_use().value_or(0);
                        for (std::size_t i = 0; i < n; ++i) s.spawn(one(asleep, stopped));
                        while (asleep != n) co_await weft::sleep_for(1ms);
                        if (const auto now = test::heap_in_use()) bytes = (*now - before) / n;
                        s.request_stop();
                    }));
    INFO(bytes << " bytes a task");
    CHECK(stopped == n);
    CHECK(bytes <= 300);
}

TEST_CASE("with_timeout: a time-out that meets the result, for every seed: the value, or nothing, and both happen")
{
    int values = 0;
    int times = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        weft::test_pool pool(seed);
        weft::async_event event;
        const auto sets = [&]() -> weft::task<> {
            co_await weft::sleep_for(1h);
            event.set();
        };
        const auto waits = [&]() -> weft::task<int> {
            co_await event.wait();
            co_return 5;
        };
        const std::optional<int> got = weft::sync_wait(pool, weft::when_all(sets(), weft::with_timeout(waits(), 1h)));
        if (got) {
            CHECK(*got == 5);
            ++values;
        } else {
            ++times;
        }
    }
    CHECK(values > 0);
    CHECK(times > 0);
}

TEST_CASE("with_timeout: the time-out, the result and a stop of the parent at once leave no task behind")
{
    const long before = test::counted::alive();
    weft::thread_pool pool{{.num_threads = 2}};
    const auto run = [](test::counted c, steady::duration d) -> weft::task<int> {
        co_await weft::sleep_for(d);
        co_return c.value;
    };
    for (std::size_t i = 0; i < test::scaled(1000); ++i) {
        const auto d = std::chrono::microseconds(60 + i % 40);
        auto h = pool.spawn(weft::with_timeout(run(test::counted(5), d), d));
        if (i % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(i % 60));
        if (i % 4 < 3) h.request_stop();
        try {
            const auto got = h.get();
            if (got && *got != 5) FAIL("a wrong value");
        } catch (const weft::stopped&) {
            if (i % 4 == 3) FAIL("stopped by nobody");
        }
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("with_timeout: one in the other, all with the same time, and each ends once")
{
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        weft::test_pool pool(seed);
        int ended = 0;
        const auto run = [](int& count) -> weft::task<int> {
            struct counts {
                int& at;
                ~counts() { ++at; }
            };
            const counts c{count};
            co_await weft::sleep_for(2h);
            co_return 1;
        };
        const auto got =
            weft::sync_wait(pool, weft::with_timeout(weft::with_timeout(weft::with_timeout(run(ended), 1h), 1h), 1h));
        CHECK_FALSE((got && *got && **got));
        CHECK(ended == 1);
    }
}

TEST_CASE("with_timeout: what was stopped by the time sees the request, and may take its time over its end")
{
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        weft::test_pool pool(seed);
        const auto slow_to_end = []() -> weft::task<int> {
            bool is_over = false;
            try {
                co_await weft::sleep_for(3h);
            } catch (const weft::stopped&) {
                is_over = true;
            }
            co_await weft::detached_from_stop(after(1h, 0));
            co_return is_over ? 8 : 0;
        };
        CHECK(weft::sync_wait(pool, weft::with_timeout(slow_to_end(), 1h)) == 8);
    }
}

TEST_CASE("with_timeout: callbacks of the token are called by the time-out, on a thread of the pool")
{
    weft::thread_pool pool{{.num_threads = 1}};
    const auto run = []() -> weft::task<bool> {
        const std::stop_token token = co_await weft::get_stop_token();
        std::atomic<bool> on_the_pool{false};
        const std::stop_callback asks(token, [&] { on_the_pool = weft::current_thread_index() == 0; });
        try {
            co_await weft::sleep_for(1h);
        } catch (const weft::stopped&) {
        }
        while (!on_the_pool) co_await weft::async_yield();
        co_return true;
    };
    CHECK(weft::sync_wait(pool, weft::with_timeout(run(), 1ms)) == true);
}

TEST_CASE("with_timeout: a hundred thousand one after the other leave nothing behind")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const auto loop = [](std::size_t n) -> weft::task<std::size_t> {
        std::size_t in_time = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (co_await weft::with_timeout(after(0s, 1), 1h)) ++in_time;
        }
        co_return in_time;
    };
    const std::size_t n = test::scaled(100'000);
    weft::sync_wait(pool, loop(2000));
    CHECK(test::growth_of([&] { CHECK(weft::sync_wait(pool, loop(n)) == n); }) < 1'000'000);
}

TEST_CASE("with_timeout: returns when whoever asks its task to stop has done so, callbacks and all")
{
    weft::thread_pool pool{{.num_threads = 2}};
    for (std::size_t i = 0; i < test::scaled(20); ++i) {
        std::atomic<bool> called{false};
        const auto callback = [&called] {
            std::this_thread::sleep_for(2ms);
            called = true;
        };
        std::optional<std::stop_callback<std::function<void()>>> outside;  // nothing in the task waits for it
        const auto run = [&]() -> weft::task<> {
            outside.emplace(co_await weft::get_stop_token(), callback);
            co_await weft::sleep_for(1h);
        };
        CHECK_FALSE(weft::sync_wait(pool, weft::with_timeout(run(), 1ms)));
        CHECK(called);
    }
}

TEST_CASE("with_timeout: around a scope, in a scope, and in what is not to be stopped")
{
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        weft::test_pool pool(seed);
        const auto run = [&]() -> weft::task<bool> {
            int stopped = 0;
            const auto waits = [&]() -> weft::task<> {
                try {
                    co_await weft::sleep_for(5h);
                } catch (const weft::stopped&) {
                    ++stopped;
                    throw;
                }
            };
            const bool around =
                co_await weft::with_timeout(weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                                                s.spawn(waits());
                                                co_await waits();
                                            }),
                                            1h);
            bool inside = true;
            co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                s.spawn(after_and_drop(1h));
                inside = co_await weft::with_timeout(waits(), 2h);
                co_await weft::sleep_for(1h);  // the scope is not stopped by that
            });
            const bool detached = co_await weft::detached_from_stop(weft::with_timeout(waits(), 1h));
            co_return !around && !inside && !detached && stopped == 4;
        };
        CHECK(weft::sync_wait(pool, run()));
    }
}

TEST_CASE("with_deadline: by any clock, past, ahead and at the end of time")
{
    weft::test_pool pool(1);
    CHECK_FALSE(weft::sync_wait(pool, weft::with_deadline(wait_for_ever(), steady::time_point::min())));
    CHECK_FALSE(weft::sync_wait(pool, weft::with_deadline(wait_for_ever(), steady::now() + 1h)));
    CHECK_FALSE(weft::sync_wait(pool, weft::with_deadline(wait_for_ever(), std::chrono::system_clock::now() + 1h)));
    CHECK(weft::sync_wait(pool, weft::with_deadline(after(1h, 3), steady::time_point::max())) == 3);
    CHECK(weft::sync_wait(pool, weft::with_deadline(after(0s, 3), std::chrono::system_clock::time_point::max())) == 3);
}

TEST_CASE(
    "sleep_for: in a test_pool one that wakes may wait, by sync_wait, for another one that wakes at the same time")
{
    const test::watchdog limit("sleep_for: a sync_wait for who wakes at the same time");
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        weft::test_pool pool(seed);
        weft::async_event event;
        const auto waits = [&]() -> weft::task<> { co_await event.wait(); };
        const auto first = [&]() -> weft::task<> {
            co_await weft::sleep_for(1h);
            weft::sync_wait(waits());
        };
        const auto second = [&]() -> weft::task<> {
            co_await weft::sleep_for(1h);
            event.set();
        };
        weft::sync_wait(pool, weft::when_all(first(), second(), first()));
    }
    SUCCEED();
}
