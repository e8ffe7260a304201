// tests/async/stop_test.cpp - a stop that comes before, during, after, from elsewhere and from within, for every kind of wait.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/stop.hpp>

#include <weft/async/async_event.hpp>
#include <weft/async/async_generator.hpp>
#include <weft/async/async_latch.hpp>
#include <weft/async/async_mutex.hpp>
#include <weft/async/async_scope.hpp>
#include <weft/async/async_semaphore.hpp>
#include <weft/async/schedule.hpp>
#include <weft/async/sleep.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/async/when_all.hpp>
#include <weft/async/when_any.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../pool/watchdog.hpp"
#include "test.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// What tasks wait for that never comes. It outlives the pool.
struct never {
    weft::async_event event;
    weft::async_latch latch{1};
    weft::async_semaphore semaphore{0};
    weft::async_mutex mutex;
    weft::async_mutex::guard holder = mutex.try_lock();
};

weft::task<> for_event(never& n) { co_await n.event.wait(); }
weft::task<> for_latch(never& n) { co_await n.latch.wait(); }
weft::task<> for_permit(never& n) { co_await n.semaphore.acquire(); }
weft::task<> for_lock(never& n) { const auto hold = co_await n.mutex.lock(); }
weft::task<> for_time(never&) { co_await weft::sleep_for(std::chrono::hours::max()); }
weft::task<> for_handle(never& n)
{
    auto other = weft::spawn(for_event(n));
    co_await other;
}
weft::task<> for_all(never& n) { co_await weft::when_all(for_event(n), for_time(n), for_lock(n)); }
weft::task<> for_any(never& n) { static_cast<void>(co_await weft::when_any(for_event(n), for_latch(n))); }
weft::task<> for_all_of_many(never& n)
{
    std::vector<weft::task<>> many;
    for (int i = 0; i < 5; ++i) many.push_back(for_permit(n));
    co_await weft::when_all(std::move(many));
}
weft::task<> for_scope(never& n)
{
    co_await weft::async_scope([&n](weft::async_task_scope& s) -> weft::task<> {
        s.spawn(for_event(n));
        s.spawn(for_time(n));
        co_return;
    });
}
weft::task<> for_limit(never& n)
{
    static_cast<void>(co_await weft::with_timeout(for_lock(n), std::chrono::hours::max()));
}
weft::task<> for_item(never& n)
{
    const auto items = [](never& m) -> weft::async_generator<int> {
        co_await m.event.wait();
        co_yield 1;
    };
    auto g = items(n);
    static_cast<void>(co_await g.next());
}

struct kind {
    const char* name;
    weft::task<> (*wait)(never&);
};
constexpr kind kinds[] = {
    {"event", for_event},      {"latch", for_latch},   {"permit", for_permit},      {"lock", for_lock},
    {"time", for_time},        {"handle", for_handle}, {"when_all", for_all},       {"when_any", for_any},
    {"many", for_all_of_many}, {"scope", for_scope},   {"with_timeout", for_limit}, {"generator", for_item},
};

/// Begins a wait, and counts what becomes of it.
weft::task<int> tells(weft::task<> wait, std::atomic<int>& stopped)
{
    try {
        co_await std::move(wait);
    } catch (const weft::stopped&) {
        ++stopped;
        throw;
    }
    co_return 1;
}

}  // namespace

TEST_CASE("stop: before the task begins, for every kind of wait")
{
    const test::watchdog limit("stop: before the task begins");
    for (const kind& k : kinds) {
        INFO(k.name);
        never n;
        std::atomic<int> stopped{0};
        weft::thread_pool pool{{.num_threads = 1}};
        std::atomic<bool> go{false};
        pool.spawn([&go] {
            while (!go) std::this_thread::yield();
        });
        auto h = pool.spawn(tells(k.wait(n), stopped));
        h.request_stop();
        h.request_stop();
        go = true;
        CHECK_THROWS_AS(h.get(), weft::stopped);
        CHECK(stopped == 1);
    }
}

TEST_CASE("stop: while it waits, for every kind of wait and many seeds")
{
    for (const kind& k : kinds) {
        INFO(k.name);
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            never n;
            std::atomic<int> stopped{0};
            weft::test_pool pool(seed);
            auto h = pool.spawn(tells(k.wait(n), stopped));
            pool.run_until_idle();
            CHECK_FALSE(h.is_done());
            h.request_stop();
            pool.run_until_idle();
            CHECK(h.is_done());
            CHECK_THROWS_AS(h.get(), weft::stopped);
            CHECK(stopped == 1);
        }
    }
}

TEST_CASE("stop: from another thread, at any moment, for every kind of wait")
{
    const test::watchdog limit("stop: from another thread", std::chrono::seconds(60));
    for (const kind& k : kinds) {
        INFO(k.name);
        never n;
        std::atomic<int> stopped{0};
        const std::size_t rounds = test::scaled(60);
        {
            weft::thread_pool pool{{.num_threads = 2}};
            for (std::size_t i = 0; i < rounds; ++i) {
                auto h = pool.spawn(tells(k.wait(n), stopped));
                if (i % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(10 * (i % 7)));
                std::thread([&] { h.request_stop(); }).join();
                CHECK_THROWS_AS(h.get(), weft::stopped);
            }
        }
        CHECK(stopped == static_cast<int>(rounds));
    }
}

TEST_CASE("stop: from several threads at once, while the task ends by itself")
{
    weft::thread_pool pool{{.num_threads = 2}};
    for (std::size_t i = 0; i < test::scaled(100); ++i) {
        const auto run = [](weft::async_event& e) -> weft::task<int> {
            co_await weft::async_yield();
            co_await e.wait();
            co_return 1;
        };
        weft::async_event event;
        auto h = pool.spawn(run(event));
        test::run_threads(3, [&](std::size_t who) {
            if (who == 0) {
                event.set();
            } else {
                h.request_stop();
            }
        });
        int got = 1;
        try {
            got = h.get();
        } catch (const weft::stopped&) {
        }
        CHECK(got == 1);
    }
}

TEST_CASE("stop: after the end it changes nothing, neither a value nor an exception")
{
    weft::test_pool pool(7);
    const auto gives = [](bool fails) -> weft::task<int> {
        co_await weft::sleep_for(1h);
        if (fails) throw std::runtime_error("failed");
        co_return 5;
    };
    auto a = pool.spawn(gives(false));
    auto b = pool.spawn(gives(true));
    pool.run_until_idle();
    a.request_stop();
    b.request_stop();
    CHECK(a.get() == 5);
    CHECK_THROWS_AS(b.get(), std::runtime_error);
    a.request_stop();
    CHECK(a.is_empty());
}

TEST_CASE("stop: from within, by the task's own handle, before each kind of wait")
{
    const test::watchdog limit("stop: from within");
    for (const kind& k : kinds) {
        INFO(k.name);
        never n;
        std::atomic<int> stopped{0};
        std::optional<weft::join_handle<int>> mine;
        weft::async_event given;
        weft::thread_pool pool{{.num_threads = 2}};
        const auto run = [](weft::async_event& there, std::optional<weft::join_handle<int>>& self,
                            weft::task<> wait) -> weft::task<> {
            co_await there.wait();
            self->request_stop();
            co_await weft::async_yield();  // no wait that can be stopped
            co_await std::move(wait);
        };
        mine = pool.spawn(tells(run(given, mine, k.wait(n)), stopped));
        given.set();
        CHECK_THROWS_AS(mine->get(), weft::stopped);
        CHECK(stopped == 1);
    }
}

TEST_CASE("stop: from within, in a callback of the task's own token")
{
    weft::thread_pool pool{{.num_threads = 1}};
    std::atomic<bool> ready{false};
    weft::async_event called;
    const auto run = [&]() -> weft::task<int> {
        const std::stop_token token = co_await weft::get_stop_token();
        const std::stop_callback sets(token, [&called] { called.set(); });
        ready = true;
        // Not to be stopped itself, it ends by what the callback does.
        co_await weft::detached_from_stop([](weft::async_event& e) -> weft::task<> { co_await e.wait(); }(called));
        co_return token.stop_requested() ? 3 : 0;
    };
    auto h = pool.spawn(run());
    while (!ready) std::this_thread::yield();
    h.request_stop();
    CHECK(h.get() == 3);
}

TEST_CASE("stop: what waits goes on before callbacks are called, so a callback may wait for it")
{
    const test::watchdog limit("stop: a callback that waits for the task's sibling");
    weft::thread_pool pool{{.num_threads = 2}};
    for (std::size_t i = 0; i < test::scaled(50); ++i) {
        std::atomic<bool> ready{false};
        std::atomic<bool> gone{false};
        weft::async_event event;
        const auto waits = [&]() -> weft::task<> {
            try {
                co_await event.wait();
            } catch (const weft::stopped&) {
                gone = true;
                throw;
            }
        };
        const auto calls = [&]() -> weft::task<> {
            const std::stop_token token = co_await weft::get_stop_token();
            const std::stop_callback sees(token, [&gone] {
                while (!gone) std::this_thread::yield();
            });
            ready = true;
            co_await event.wait();
        };
        auto h = pool.spawn(weft::when_all(waits(), calls()));
        while (!ready) std::this_thread::yield();
        h.request_stop();
        CHECK_THROWS_AS(h.get(), weft::stopped);
        CHECK(gone);
    }
}

TEST_CASE("stop: a task that is stopped in its goodbye waits there all the same")
{
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        weft::test_pool pool(seed);
        std::atomic<int> said{0};
        const auto goodbye = [](std::atomic<int>& count) -> weft::task<> {
            co_await weft::sleep_for(1h);
            ++count;
        };
        const auto run = [&]() -> weft::task<> {
            bool is_over = false;
            try {
                co_await weft::sleep_for(std::chrono::hours::max());
            } catch (const weft::stopped&) {
                is_over = true;
            }
            if (is_over) co_await weft::detached_from_stop(goodbye(said));
            co_await weft::sleep_for(1h);  // stopped at once
        };
        auto h = pool.spawn(run());
        pool.run_until_idle();
        h.request_stop();
        h.request_stop();
        CHECK_THROWS_AS(h.get(), weft::stopped);
        CHECK(said == 1);
    }
}

namespace {

/// What the tasks of one scope have and do; all kinds of waits, one after the other, until they are stopped.
struct crowd {
    weft::async_event nothing;
    weft::async_mutex lock;
    weft::async_semaphore permits{1};
    std::atomic<int> goodbyes_begun{0};
    std::atomic<int> goodbyes_said{0};
    std::atomic<int> over{0};

    weft::task<> wait() { co_await nothing.wait(); }
    static weft::task<> nap()
    {
        co_await weft::async_yield();
        co_await weft::sleep_for(10us);
    }
    weft::task<> say_goodbye()
    {
        // Under a state of its own, which is not below the one that is asked.
        const bool in_time = co_await weft::with_timeout(nap(), 1h);
        if (in_time) ++goodbyes_said;
    }
    static weft::task<int> doze()
    {
        co_await weft::sleep_for(5us);
        co_return 1;
    }
    weft::task<> sleep_in_scope()
    {
        co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
            s.spawn(wait());
            co_await weft::sleep_for(20us);
            s.request_stop();
        });
    }
    weft::task<> step(std::uint64_t what)
    {
        switch (what % 8) {
            case 0: {
                const auto hold = co_await lock.lock();
                co_await weft::async_yield();
                break;
            }
            case 1:
                co_await permits.acquire();
                permits.release();
                break;
            case 2:
                static_cast<void>(co_await weft::with_timeout(wait(), 20us));
                break;
            case 3:
                ++goodbyes_begun;
                co_await weft::detached_from_stop(say_goodbye());
                break;
            case 4:
                co_await weft::sleep_for(5us);
                break;
            case 5:
                co_await sleep_in_scope();
                break;
            case 6:
                static_cast<void>(co_await weft::spawn(doze()));
                break;
            default:
                co_await weft::async_yield();
        }
    }
    weft::task<> live(std::uint64_t seed)
    {
        struct counts {
            std::atomic<int>& n;
            ~counts() { ++n; }
        };
        const counts at_the_end{over};
        for (;; seed = seed * 6364136223846793005u + 1442695040888963407u) co_await step(seed >> 40);
    }
    weft::task<> live_in_scope(std::uint64_t first, std::uint64_t count)
    {
        co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
            for (std::uint64_t i = 0; i < count; ++i) s.spawn(live(first + i));
            co_return;
        });
    }
};

}  // namespace

TEST_CASE("stop: tasks of one scope, in all kinds of waits, one after the other: each is found, and goodbyes are said")
{
    const test::watchdog limit("stop: tasks of one scope");
    constexpr int tasks = 12;
    for (std::uint64_t round = 0; round < test::scaled(200); ++round) {
        weft::thread_pool pool{{.num_threads = 1 + round % 3}};
        crowd all;
        auto h = pool.spawn(all.live_in_scope(round * tasks, tasks));
        std::this_thread::sleep_for(std::chrono::microseconds(round * 7 % 400));
        h.request_stop();
        CHECK_THROWS_AS(h.get(), weft::stopped);
        CHECK(all.over <= tasks);
        CHECK(all.goodbyes_said == all.goodbyes_begun);
    }
    for (std::uint64_t seed = 0; seed < test::scaled(200); ++seed) {
        weft::test_pool pool(seed);
        crowd all;
        auto h = pool.spawn(weft::with_timeout(all.live_in_scope(seed * tasks, tasks), 300us));
        h.get();
        CHECK(all.over == tasks);
        CHECK(all.goodbyes_said == all.goodbyes_begun);
    }
}

TEST_CASE("stop: the tokens of parent and child, and of what stops by itself")
{
    weft::test_pool pool(3);
    const auto token_of = []() -> weft::task<std::stop_token> { co_return co_await weft::get_stop_token(); };
    const auto run = [&]() -> weft::task<bool> {
        const std::stop_token mine = co_await weft::get_stop_token();
        const std::stop_token of_child = co_await token_of();
        const auto of_group = co_await weft::when_all(token_of(), token_of());
        const std::stop_token of_detached = co_await weft::detached_from_stop(token_of());
        co_return mine == of_child&& std::get<0>(of_group) == std::get<1>(of_group) &&
            !(std::get<0>(of_group) == mine) && mine.stop_possible() && !of_detached.stop_possible();
    };
    CHECK(pool.spawn(run()).get());
    CHECK_FALSE(weft::sync_wait(pool, token_of()).stop_possible());
}
