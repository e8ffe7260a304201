// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async_generator.hpp>
#include <weft/async/offload.hpp>

#include <weft/async/async_event.hpp>
#include <weft/async/schedule.hpp>
#include <weft/async/sleep.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/async/when_all.hpp>
#include <weft/async/when_any.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

weft::async_generator<int> count(int n, int yields = 0)
{
    for (int i = 0; i < n; ++i) {
        for (int y = 0; y < yields; ++y) co_await weft::async_yield();
        co_yield i;
    }
}

weft::task<int> sum_of(weft::async_generator<int> g)
{
    int sum = 0;
    while (auto item = co_await g.next()) sum += *item;
    const bool over = !co_await g.next();
    co_return over ? sum : -1;
}

}  // namespace

TEST_CASE("async_generator: none, one and many items, and the end again and again")
{
    CHECK(weft::sync_wait(sum_of(count(0))) == 0);
    CHECK(weft::sync_wait(sum_of(count(1))) == 0);
    CHECK(weft::sync_wait(sum_of(count(100))) == 4950);
    CHECK(weft::sync_wait(sum_of(count(100, 2))) == 4950);
}

TEST_CASE("async_generator: a million items take no stack")
{
    const int n = static_cast<int>(test::scaled(1'000'000));
    const auto run = [&]() -> weft::task<int> {
        auto g = count(n);
        int seen = 0;
        while (co_await g.next()) ++seen;
        co_return seen;
    };
    CHECK(weft::sync_wait(run()) == n);
}

TEST_CASE("async_generator: items that are only moved, references, copies of constants")
{
    const auto boxes = []() -> weft::async_generator<std::unique_ptr<int>> {
        co_yield std::make_unique<int>(1);
        auto named = std::make_unique<int>(2);
        co_yield named;
    };
    int x = 0;
    const auto refer = [](int& to) -> weft::async_generator<int&> { co_yield to; };
    const std::string text = "text";
    const auto texts = [](const std::string& t) -> weft::async_generator<std::string> { co_yield t; };
    const auto run = [&]() -> weft::task<bool> {
        auto b = boxes();
        auto first = co_await b.next();
        std::unique_ptr<int> mine = std::move(*first);
        auto second = co_await b.next();
        bool good = *mine == 1 && **second == 2 && second->get() != nullptr;
        auto r = refer(x);
        auto item = co_await r.next();
        good = good && &*item == &x;
        auto t = texts(text);
        auto copy = co_await t.next();
        good = good && *copy == "text" && &*copy != &text;
        co_return good;
    };
    CHECK(weft::sync_wait(run()));
}

TEST_CASE("async_generator: an exception comes out of next, and is the end")
{
    const auto fails = []() -> weft::async_generator<int> {
        co_yield 1;
        throw std::runtime_error("failed");
    };
    const auto run = [&]() -> weft::task<bool> {
        auto g = fails();
        bool good = static_cast<bool>(co_await g.next());
        bool caught = false;
        try {
            static_cast<void>(co_await g.next());
        } catch (const std::runtime_error&) {
            caught = true;
        }
        good = good && caught;
        co_return good && !co_await g.next();
    };
    CHECK(weft::sync_wait(run()));
}

TEST_CASE("async_generator: one that is given up ends where it is, one that never began runs nothing")
{
    const long before = test::counted::alive();
    const auto holds = [](test::counted argument) -> weft::async_generator<int> {
        const test::counted local(argument.value);
        for (int i = 0;; ++i) co_yield i;
    };
    const auto run = [&]() -> weft::task<int> {
        auto g = holds(test::counted(1));
        static_cast<void>(co_await g.next());
        auto never = holds(test::counted(2));
        auto moved = std::move(g);
        auto item = co_await moved.next();
        co_return *item;
    };
    CHECK(weft::sync_wait(run()) == 1);
    CHECK(test::counted::alive() == before);
    auto a = count(1);
    const auto b = std::move(a);
    CHECK_THROWS_AS(static_cast<void>(a.next()), std::invalid_argument);
}

TEST_CASE("async_generator: a stop ends a wait inside it")
{
    weft::thread_pool pool{{.num_threads = 1}};
    std::atomic<bool> ready{false};
    const auto waits = [&]() -> weft::async_generator<int> {
        co_yield 1;
        ready = true;
        weft::async_event never;
        co_await never.wait();
        co_yield 2;
    };
    const auto run = [&]() -> weft::task<> {
        auto g = waits();
        while (co_await g.next()) {}
    };
    auto h = pool.spawn(run());
    while (!ready) std::this_thread::yield();
    h.request_stop();
    CHECK_THROWS_AS(h.get(), weft::stopped);
}

TEST_CASE("async_generator: goes from one task to another")
{
    const auto run = []() -> weft::task<int> {
        auto g = count(10, 1);
        const int first = co_await weft::spawn([](weft::async_generator<int>& in) -> weft::task<int> {
            static_cast<void>(co_await in.next());
            auto item = co_await in.next();
            co_return *item;
        }(g));
        auto item = co_await g.next();
        co_return first * 10 + *item;
    };
    CHECK(weft::sync_wait(run()) == 12);
}

TEST_CASE("offload: a call that blocks keeps no worker from its work")
{
    weft::thread_pool pool{{.num_threads = 1}};
    test::latch go(1);
    const auto blocks = [&]() -> weft::task<int> {
        co_return co_await weft::offload([&] {
            go.wait();
            return 3;
        });
    };
    const auto opens = [&]() -> weft::task<int> {
        co_await weft::async_yield();
        go.count_down();
        co_return 4;
    };
    auto [a, b] = weft::sync_wait(pool, weft::when_all(blocks(), opens()));
    CHECK(a + b == 7);
}

TEST_CASE("offload: many at once, exceptions, references, and a stop meanwhile")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::vector<weft::task<int>> tasks;
    test::latch all(20);
    for (int i = 0; i < 20; ++i) {
        tasks.push_back([](test::latch& l, int n) -> weft::task<int> {
            co_return co_await weft::offload([&] {
                l.arrive_and_wait();
                return n;
            });
        }(all, i));
    }
    CHECK(weft::sync_wait(pool, weft::when_all(std::move(tasks))).size() == 20);
    const auto fails = []() -> weft::task<> { co_await weft::offload([] { throw std::runtime_error("failed"); }); };
    CHECK_THROWS_AS(weft::sync_wait(pool, fails()), std::runtime_error);
    int x = 0;
    const auto refers = [&]() -> weft::task<int&> { co_return co_await weft::offload([&]() -> int& { return x; }); };
    CHECK(&weft::sync_wait(pool, refers()) == &x);
    std::atomic<bool> inside{false};
    test::latch go(1);
    const auto blocks = [&]() -> weft::task<int> {
        co_return co_await weft::offload([&] {
            inside = true;
            go.wait();
            return 5;
        });
    };
    auto h = pool.spawn(blocks());
    while (!inside) std::this_thread::yield();
    h.request_stop();
    go.count_down();
    CHECK(h.get() == 5);
}

TEST_CASE("async_generator: a limit around one item, the generator goes on after it, or is given up")
{
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        weft::test_pool pool(seed);
        const auto slow = [](std::atomic<int>& stopped) -> weft::async_generator<int> {
            for (int i = 0;; ++i) {
                bool in_time = true;
                try {
                    co_await weft::sleep_for(std::chrono::hours(i));
                } catch (const weft::stopped&) {
                    in_time = false;
                }
                if (!in_time) ++stopped;
                co_yield i;
            }
        };
        const auto run = [&]() -> weft::task<bool> {
            std::atomic<int> stopped{0};
            auto g = slow(stopped);
            const auto next = [](weft::async_generator<int>& from) -> weft::task<int> {
                auto item = co_await from.next();
                co_return item ? *item : -1;
            };
            int got = 0;
            for (int i = 0; i < 5; ++i) {
                const std::optional<int> item = co_await weft::with_timeout(next(g), std::chrono::minutes(150));
                if (item == i) ++got;
            }
            co_return got == 5 && stopped == 2;  // of 3 and 4 hours
        };
        CHECK(weft::sync_wait(pool, run()));
    }
}

TEST_CASE("async_generator: makes its items on whatever thread and in whatever pool it is asked")
{
    weft::thread_pool one{{.num_threads = 1}};
    weft::thread_pool two{{.num_threads = 2}};
    const auto threads = []() -> weft::async_generator<std::size_t> {
        for (;;) co_yield weft::current_num_threads();
    };
    const auto run = [&]() -> weft::task<bool> {
        auto g = threads();
        bool good = true;
        for (int i = 0; i < 20; ++i) {
            if (i % 2 == 0) {
                co_await one.schedule();
            } else {
                co_await two.schedule();
            }
            auto item = co_await g.next();
            good = good && *item == (i % 2 == 0 ? 1U : 2U);
        }
        co_return good;
    };
    CHECK(weft::sync_wait(run()));
}

TEST_CASE("async_generator: one that fails in the middle of a wait, and one whose consumer fails")
{
    const long before = test::counted::alive();
    const auto fails = [](test::counted argument, int items) -> weft::async_generator<int> {
        const test::counted local(argument.value);
        for (int i = 0; i < items; ++i) {
            co_await weft::async_yield();
            co_yield i;
        }
        co_await weft::async_yield();
        throw std::runtime_error("the generator");
    };
    const auto run = [&](int items, int wanted) -> weft::task<int> {
        auto g = fails(test::counted(1), items);
        int seen = 0;
        while (auto item = co_await g.next()) {
            if (++seen == wanted) throw std::logic_error("the consumer");
        }
        co_return seen;
    };
    for (int items = 0; items < 4; ++items) {
        CHECK_THROWS_AS(weft::sync_wait(run(items, 100)), std::runtime_error);
        if (items > 0) CHECK_THROWS_AS(weft::sync_wait(run(items, items)), std::logic_error);
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("offload: the loser of a race ends its call before the race is over")
{
    weft::thread_pool pool{{.num_threads = 1}};
    std::atomic<bool> returned{false};
    test::latch go(1);
    const auto blocks = [&]() -> weft::task<int> {
        co_return co_await weft::offload([&] {
            go.wait();
            returned = true;
            return 1;
        });
    };
    const auto wins = [&]() -> weft::task<int> {
        struct opens {
            test::latch& at;
            ~opens() { at.count_down(); }
        };
        const opens at_end{go};
        co_await weft::async_yield();
        co_return 2;
    };
    const auto first = weft::sync_wait(pool, weft::when_any(blocks(), wins()));
    CHECK(returned);
    CHECK(first.index() < 2);
}
