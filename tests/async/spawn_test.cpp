// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/spawn.hpp>

#include <weft/async/schedule.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "heap.hpp"
#include "test.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

namespace {

weft::task<int> value_after(int value, int yields)
{
    for (int i = 0; i < yields; ++i) co_await weft::async_yield();
    co_return value;
}
weft::task<> fails_after(int yields)
{
    for (int i = 0; i < yields; ++i) co_await weft::async_yield();
    throw std::runtime_error("failed");
}

/// Runs until it is asked to stop.
weft::task<int> until_stopped(std::atomic<bool>& began)
{
    const std::stop_token token = co_await weft::get_stop_token();
    began = true;
    int turns = 0;
    while (!token.stop_requested()) {
        ++turns;
        co_await weft::async_yield();
    }
    co_return turns;
}

}  // namespace

TEST_CASE("async spawn: get gives the value, from outside and in every state")
{
    weft::thread_pool pool{{.num_threads = 2}};
    for (int i = 0; i < 200; ++i) {
        weft::join_handle<int> h = pool.spawn(value_after(i, i % 5));
        if (i % 3 == 0) {
            while (!h.is_done()) std::this_thread::yield();
        }
        CHECK(h.get() == i);
        CHECK(h.is_empty());
        CHECK(h.is_done());
    }
}

TEST_CASE("async spawn: a handle is awaited, as an lvalue and as what spawn returns")
{
    const auto run = []() -> weft::task<int> {
        auto h = weft::spawn(value_after(1, 3));
        const int a = co_await h;
        const int b = co_await weft::spawn(value_after(2, 3));
        const int c = co_await weft::spawn(value_after(3, 0));
        co_return a + b + c;
    };
    CHECK(weft::sync_wait(run()) == 6);
}

TEST_CASE("async spawn: results that are references, only moved, or nothing")
{
    int x = 0;
    const auto refer = [&]() -> weft::task<int&> { co_return x; };
    CHECK(&weft::spawn(refer()).get() == &x);
    const auto only_moved = []() -> weft::task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
    CHECK(*weft::spawn(only_moved()).get() == 3);
    const auto nothing = []() -> weft::task<> { co_return; };
    weft::spawn(nothing()).get();
}

TEST_CASE("async spawn: the exception arrives at get and at co_await")
{
    CHECK_THROWS_AS(weft::spawn(fails_after(0)).get(), std::runtime_error);
    CHECK_THROWS_AS(weft::spawn(fails_after(3)).get(), std::runtime_error);
    const auto run = []() -> weft::task<bool> {
        auto h = weft::spawn(fails_after(2));
        bool caught = false;
        try {
            co_await h;
        } catch (const std::runtime_error&) {
            caught = true;
        }
        co_return caught;
    };
    CHECK(weft::sync_wait(run()));
}

TEST_CASE("async spawn: an empty handle is refused")
{
    auto a = weft::spawn(value_after(1, 0));
    auto b = std::move(a);
    CHECK(a.is_empty());
    a.request_stop();
    CHECK_THROWS_AS(a.get(), std::invalid_argument);
    CHECK(b.get() == 1);
    CHECK_THROWS_AS(b.get(), std::invalid_argument);
    const auto run = [](weft::join_handle<int>& h) -> weft::task<int> { co_return co_await h; };
    CHECK_THROWS_AS(weft::sync_wait(run(b)), std::invalid_argument);
    a = weft::spawn(value_after(2, 1));
    b = std::move(a);
    CHECK(b.get() == 2);
}

TEST_CASE("async spawn: a result whose move throws")
{
    struct sulks {
        int moves = 0;
        sulks() = default;
        sulks(sulks&& other) : moves(other.moves + 1)
        {
            if (moves == 2) throw std::logic_error("moved twice");
        }
    };
    const auto run = []() -> weft::task<sulks> { co_return sulks(); };
    CHECK_THROWS_AS(weft::spawn(run()).get(), std::logic_error);
}

TEST_CASE("async spawn: arguments end with the task, not with its handle")
{
    std::atomic<bool> ended{false};
    struct tells {
        std::atomic<bool>* at;
        explicit tells(std::atomic<bool>* flag) : at(flag) {}
        tells(tells&& other) noexcept : at(std::exchange(other.at, nullptr)) {}
        ~tells()
        {
            if (at != nullptr) *at = true;
        }
    };
    const auto run = [](tells t) -> weft::task<int> {
        static_cast<void>(t);
        co_return 1;
    };
    auto h = weft::spawn(run(tells(&ended)));
    while (!h.is_done()) std::this_thread::yield();
    CHECK(ended);
    CHECK(h.get() == 1);
}

TEST_CASE("async spawn: a handle that is dropped before, during or after lets the task go on")
{
    std::atomic<int> ran{0};
    const long before = test::counted::alive();
    {
        weft::thread_pool pool{{.num_threads = 2}};
        const auto run = [&](test::counted c, int yields) -> weft::task<test::counted> {
            for (int i = 0; i < yields; ++i) co_await weft::async_yield();
            ++ran;
            co_return c;
        };
        for (int i = 0; i < 300; ++i) {
            auto h = pool.spawn(run(test::counted(i), i % 4));
            if (i % 2 == 0) {
                while (!h.is_done()) std::this_thread::yield();
            }
        }
    }
    CHECK(ran == 300);
    CHECK(test::counted::alive() == before);
}

TEST_CASE("async spawn: what a task throws whose handle was dropped goes to on_unhandled, whenever that was")
{
    std::atomic<int> reported{0};
    {
        weft::thread_pool pool{{.num_threads = 2, .on_unhandled = [&](std::exception_ptr) { ++reported; }}};
        for (int i = 0; i < 100; ++i) {
            auto h = pool.spawn(fails_after(i % 3));
            if (i % 2 == 0) {
                while (!h.is_done()) std::this_thread::yield();
            }
        }
        for (int i = 0; i < 10; ++i) {
            try {
                pool.spawn(fails_after(1)).get();
            } catch (const std::runtime_error&) {
            }
        }
    }
    CHECK(reported == 100);
}

TEST_CASE("async spawn: weft::stopped of a dropped task is not unhandled")
{
    std::atomic<int> reported{0};
    {
        weft::thread_pool pool{{.num_threads = 2, .on_unhandled = [&](std::exception_ptr) { ++reported; }}};
        const auto stops = []() -> weft::task<> {
            throw weft::stopped();
            co_return;
        };
        for (int i = 0; i < 10; ++i) static_cast<void>(pool.spawn(stops()));
    }
    CHECK(reported == 0);
}

TEST_CASE("async spawn: request_stop is seen by the task's token, and by none but its own")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<bool> one{false};
    std::atomic<bool> two{false};
    auto a = pool.spawn(until_stopped(one));
    auto b = pool.spawn(until_stopped(two));
    while (!one || !two) std::this_thread::yield();
    a.request_stop();
    a.request_stop();
    CHECK(a.get() >= 0);
    CHECK_FALSE(b.is_done());
    b.request_stop();
    CHECK(b.get() >= 0);
}

TEST_CASE("async spawn: stop requested before the task begins, and after its end")
{
    weft::thread_pool pool{{.num_threads = 1}};
    std::atomic<bool> began{false};
    pool.install([&] {
        auto h = weft::spawn(until_stopped(began));
        h.request_stop();
        CHECK(h.get() == 0);
    });
    auto h = pool.spawn(value_after(1, 0));
    while (!h.is_done()) std::this_thread::yield();
    h.request_stop();
    CHECK(h.get() == 1);
}

TEST_CASE("async spawn: the end of a pool asks its tasks to stop, and waits for them")
{
    std::atomic<int> ended{0};
    {
        weft::thread_pool pool{{.num_threads = 2}};
        test::latch all(10);
        const auto run = [&]() -> weft::task<> {
            const std::stop_token token = co_await weft::get_stop_token();
            all.count_down();
            while (!token.stop_requested()) co_await weft::async_yield();
            for (int i = 0; i < 10; ++i) co_await weft::async_yield();
            ++ended;
        };
        for (int i = 0; i < 10; ++i) static_cast<void>(pool.spawn(run()));
        all.wait();
    }
    CHECK(ended == 10);
}

TEST_CASE("async spawn: a callback of the stop token is called once, where stop is requested")
{
    weft::thread_pool pool{{.num_threads = 1}};
    std::atomic<int> called{0};
    std::atomic<bool> ready{false};
    const auto run = [&]() -> weft::task<> {
        const std::stop_token token = co_await weft::get_stop_token();
        const std::stop_callback tell(token, [&] { ++called; });
        ready = true;
        while (called == 0) co_await weft::async_yield();
    };
    auto h = pool.spawn(run());
    while (!ready) std::this_thread::yield();
    CHECK(called == 0);
    h.request_stop();
    h.get();
    CHECK(called == 1);
}

TEST_CASE("async spawn: who awaits a handle and is stopped leaves the task running and the handle usable")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<bool> go{false};
    const auto slow = [&]() -> weft::task<int> {
        while (!go) co_await weft::async_yield();
        co_return 5;
    };
    std::atomic<bool> waits{false};
    const auto waiter = [&]() -> weft::task<int> {
        auto h = pool.spawn(slow());
        bool stopped = false;
        waits = true;
        try {
            co_await h;
        } catch (const weft::stopped&) {
            stopped = true;
        }
        const bool still = !h.is_done();
        go = true;
        // Asked to stop for good: a wait that would suspend is over at once; what is there is given.
        while (!h.is_done()) co_await weft::async_yield();
        co_return stopped&& still ? co_await h : -1;
    };
    auto h = pool.spawn(waiter());
    while (!waits) std::this_thread::yield();
    h.request_stop();
    CHECK(h.get() == 5);
}

TEST_CASE("async spawn: a stop that meets the end of what is awaited loses nothing")
{
    weft::thread_pool pool{{.num_threads = 2}};
    int values = 0;
    int stops = 0;
    const std::size_t rounds = test::scaled(20'000);
    for (std::size_t i = 0; i < rounds; ++i) {
        const auto waiter = [&]() -> weft::task<int> {
            auto inner = weft::spawn(value_after(1, 1));
            int got = 0;
            try {
                got = co_await inner;
            } catch (const weft::stopped&) {
                got = -1;
            }
            co_return got;
        };
        auto h = pool.spawn(waiter());
        h.request_stop();
        (h.get() == 1 ? values : stops) += 1;
    }
    CHECK(values + stops == static_cast<int>(rounds));
}

TEST_CASE("async spawn: detached_from_stop is not asked, and what follows is again")
{
    weft::thread_pool pool{{.num_threads = 1}};
    std::atomic<bool> ready{false};
    const auto asked = []() -> weft::task<bool> {
        const std::stop_token token = co_await weft::get_stop_token();
        co_return token.stop_requested() || token.stop_possible();
    };
    const auto run = [&]() -> weft::task<bool> {
        const std::stop_token token = co_await weft::get_stop_token();
        ready = true;
        while (!token.stop_requested()) co_await weft::async_yield();
        const bool inside = co_await weft::detached_from_stop(asked());
        const bool after = co_await asked();
        co_return !inside && after;
    };
    auto h = pool.spawn(run());
    while (!ready) std::this_thread::yield();
    h.request_stop();
    CHECK(h.get());
}

TEST_CASE("async spawn: a hundred thousand tasks at once")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const int n = static_cast<int>(test::scaled(100'000));
    const auto all = [&]() -> weft::task<long long> {
        std::vector<weft::join_handle<int>> handles;
        for (int i = 0; i < n; ++i) handles.push_back(weft::spawn(value_after(i, 1)));
        long long sum = 0;
        for (auto& h : handles) sum += co_await h;
        co_return sum;
    };
    CHECK(weft::sync_wait(pool, all()) == static_cast<long long>(n) * (n - 1) / 2);
}

TEST_CASE("async spawn: tasks spawn tasks, each waiting for the next, ten thousand deep")
{
    struct deep {
        static weft::task<int> down(int n)
        {
            if (n == 0) co_return 0;
            co_return 1 + co_await weft::spawn(down(n - 1));
        }
    };
    CHECK(weft::sync_wait(deep::down(10'000)) == 10'000);
}

TEST_CASE("async spawn: a thread gets what a task of a test_pool gives")
{
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        weft::test_pool pool(seed);
        auto h = pool.spawn(value_after(4, 4));
        CHECK_FALSE(h.is_done());
        CHECK(h.get() == 4);
        bool ran = false;
        const auto run = [&]() -> weft::task<> {
            co_await weft::async_yield();
            ran = true;
        };
        static_cast<void>(pool.spawn(run()));
        pool.run_until_idle();
        CHECK(ran);
    }
}

TEST_CASE("async spawn: a million one after the other leave nothing behind")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const auto loop = [](std::size_t n) -> weft::task<std::size_t> {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < n; ++i) sum += static_cast<std::size_t>(co_await weft::spawn(value_after(1, 0)));
        co_return sum;
    };
    const std::size_t n = test::scaled(500'000);
    weft::sync_wait(pool, loop(2000));
    // Frames that end on another thread than they began on are kept in batches, so many and no more.
    CHECK(test::growth_of([&] { CHECK(weft::sync_wait(pool, loop(n)) == n); }) < 1'000'000);
}

TEST_CASE("async spawn: a handle that is dropped at each step of its task, for every seed")
{
    const long before = test::counted::alive();
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        int ended = 0;
        int reported = 0;
        {
            weft::test_pool pool(
                weft::test_pool_options{.seed = seed, .on_unhandled = [&](std::exception_ptr) { ++reported; }});
            const auto run = [&](test::counted c, bool fails) -> weft::task<test::counted> {
                co_await weft::async_yield();
                ++ended;
                if (fails) throw std::runtime_error("unhandled");
                co_return c;
            };
            const auto drops = [&](int yields) -> weft::task<> {
                const auto good = weft::spawn(run(test::counted(1), false));
                const auto bad = weft::spawn(run(test::counted(2), true));
                for (int i = 0; i < yields; ++i) co_await weft::async_yield();
            };
            for (int yields = 0; yields < 4; ++yields) weft::sync_wait(pool, drops(yields));
        }
        CHECK(ended == 8);
        CHECK(reported == 4);
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("async spawn: a handle is dropped by the task that it belongs to")
{
    weft::thread_pool pool{{.num_threads = 2}};
    for (std::size_t i = 0; i < test::scaled(200); ++i) {
        std::optional<weft::join_handle<void>> mine;
        std::atomic<bool> given{false};
        std::atomic<bool> ended{false};
        const auto run = [&]() -> weft::task<> {
            while (!given) co_await weft::async_yield();
            mine.reset();
            co_await weft::async_yield();
            ended = true;
        };
        mine = pool.spawn(run());
        given = true;
        while (!ended) std::this_thread::yield();
    }
    SUCCEED();
}
