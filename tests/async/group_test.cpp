// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/when_all.hpp>
#include <weft/async/when_any.hpp>

#include <weft/async/async_event.hpp>
#include <weft/async/async_mutex.hpp>
#include <weft/async/async_scope.hpp>
#include <weft/async/schedule.hpp>
#include <weft/async/sleep.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

using namespace std::chrono_literals;

namespace {

weft::task<int> give(int value, int yields = 0)
{
    for (int i = 0; i < yields; ++i) co_await weft::async_yield();
    co_return value;
}
weft::task<> nothing(int yields = 0)
{
    for (int i = 0; i < yields; ++i) co_await weft::async_yield();
}
weft::task<int> fail(const char* what, int yields = 0)
{
    for (int i = 0; i < yields; ++i) co_await weft::async_yield();
    throw std::runtime_error(what);
}
/// Waits until it is stopped.
weft::task<int> wait_for_ever()
{
    weft::async_event never;
    co_await never.wait();
    co_return 0;
}

template <class F>
std::string message_of(F&& f)
{
    try {
        f();
    } catch (const std::exception& e) {
        return e.what();
    }
    return "nothing thrown";
}

}  // namespace

TEST_CASE("when_all: the results in order, void left out")
{
    const auto run = []() -> weft::task<std::string> {
        auto [a, b] = co_await weft::when_all(give(1, 2), give(2));
        auto [c, d] = co_await weft::when_all(give(3), nothing(1), give(4, 1));
        const int e = co_await weft::when_all(nothing(), give(5), nothing());
        co_await weft::when_all(nothing(), nothing(3));
        co_await weft::when_all();
        co_return std::to_string(a * 10000 + b * 1000 + c * 100 + d * 10 + e);
    };
    CHECK(weft::sync_wait(run()) == "12345");
    CHECK(weft::sync_wait(weft::when_all(give(1), give(2))) == std::tuple(1, 2));
    static_assert(std::is_same_v<decltype(weft::sync_wait(weft::when_all(nothing()))), void>);
}

TEST_CASE("when_all: references, and values that are only moved")
{
    int x = 0;
    const auto refer = [&]() -> weft::task<int&> { co_return x; };
    const auto boxed = []() -> weft::task<std::unique_ptr<int>> { co_return std::make_unique<int>(6); };
    auto [r, p] = weft::sync_wait(weft::when_all(refer(), boxed()));
    CHECK(&r == &x);
    CHECK(*p == 6);
}

TEST_CASE("when_all: a vector of tasks: none, one, many")
{
    CHECK(weft::sync_wait(weft::when_all(std::vector<weft::task<int>>())).empty());
    for (const int n : {1, 2, 1000}) {
        std::vector<weft::task<int>> tasks;
        std::vector<weft::task<>> others;
        for (int i = 0; i < n; ++i) {
            tasks.push_back(give(i, i % 3));
            others.push_back(nothing(i % 3));
        }
        const std::vector<int> got = weft::sync_wait(weft::when_all(std::move(tasks)));
        CHECK(got.size() == static_cast<std::size_t>(n));
        CHECK(got.back() == n - 1);
        weft::sync_wait(weft::when_all(std::move(others)));
    }
}

TEST_CASE("when_all: the first failure in order is thrown, when all have ended, whatever ended first")
{
    std::atomic<int> ended{0};
    const auto counts = [&](weft::task<int> t) -> weft::task<int> {
        struct at_end {
            std::atomic<int>& count;
            ~at_end() { ++count; }
        };
        const at_end e{ended};
        co_return co_await std::move(t);
    };
    CHECK(message_of([&] {
              static_cast<void>(weft::sync_wait(weft::when_all(counts(give(1)), counts(fail("second", 20)),
                                                               counts(fail("third")), counts(give(2, 50)))));
          }) == "second");
    CHECK(ended == 4);
}

TEST_CASE("when_all: a failure stops those that wait, and that is no failure of theirs")
{
    for (int i = 0; i < 200; ++i) {
        CHECK(message_of([&] {
                  static_cast<void>(
                      weft::sync_wait(weft::when_all(wait_for_ever(), fail("the reason", i % 4), wait_for_ever())));
              }) == "the reason");
    }
}

TEST_CASE("when_all: weft::stopped that nobody asked for is a failure")
{
    const auto stops = []() -> weft::task<> {
        throw weft::stopped();
        co_return;
    };
    CHECK_THROWS_AS(weft::sync_wait(weft::when_all(stops(), wait_for_ever())), weft::stopped);
}

TEST_CASE("when_all: a stop of the parent stops all")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<int> ready{0};
    const auto waits = [&]() -> weft::task<> {
        weft::async_event never;
        ++ready;
        co_await never.wait();
    };
    const auto run = [&]() -> weft::task<> { co_await weft::when_all(waits(), waits(), waits()); };
    auto h = pool.spawn(run());
    while (ready != 3) std::this_thread::yield();
    h.request_stop();
    CHECK_THROWS_AS(h.get(), weft::stopped);
}

TEST_CASE("when_all: the arguments of a task end with it, for another one that waits for that")
{
    const auto run = []() -> weft::task<> {
        weft::async_mutex m;
        auto held = co_await m.lock();
        const auto holds = [](weft::async_mutex::guard g) -> weft::task<> {
            static_cast<void>(g);
            co_return;
        };
        const auto wants = [&]() -> weft::task<> { const auto g = co_await m.lock(); };
        co_await weft::when_all(holds(std::move(held)), wants());
    };
    weft::sync_wait(run());
    SUCCEED();
}

TEST_CASE("when_all: groups in groups, and a million deep")
{
    struct deep {
        static weft::task<int> tree(int n)
        {
            if (n < 2) co_return n;
            auto [a, b] = co_await weft::when_all(tree(n - 1), tree(n - 2));
            co_return a + b;
        }
        static weft::task<int> down(int n)
        {
            if (n == 0) co_return 0;
            co_return 1 + co_await weft::when_all(nothing(), down(n - 1));
        }
    };
    CHECK(weft::sync_wait(deep::tree(18)) == 2584);
    const int n = static_cast<int>(test::scaled(1'000'000));
    CHECK(weft::sync_wait(deep::down(n)) == n);
}

TEST_CASE("when_all: a stop reaches the bottom of a hundred thousand groups")
{
    std::atomic<bool> ready{false};
    struct deep {
        static weft::task<> down(int n, std::atomic<bool>& at_bottom)
        {
            if (n != 0) {
                co_await weft::when_all(nothing(), down(n - 1, at_bottom));
                co_return;
            }
            weft::async_event never;
            at_bottom = true;
            co_await never.wait();
        }
    };
    weft::thread_pool pool{{.num_threads = 1}};
    auto h = pool.spawn(deep::down(static_cast<int>(test::scaled(100'000)), ready));
    while (!ready) std::this_thread::yield();
    h.request_stop();
    CHECK_THROWS_AS(h.get(), weft::stopped);
}

TEST_CASE("when_all: no task at all is refused")
{
    weft::task<int> a = give(1);
    weft::task<int> b = std::move(a);
    CHECK_THROWS_AS(weft::sync_wait(weft::when_all(std::move(a), give(2))), std::invalid_argument);
    std::vector<weft::task<int>> some;
    some.push_back(std::move(b));
    some.push_back(std::move(a));
    CHECK_THROWS_AS(weft::sync_wait(weft::when_all(std::move(some))), std::invalid_argument);
}

TEST_CASE("when_any: the result of the first, which says which it was")
{
    const auto got = weft::sync_wait(weft::when_any(wait_for_ever(), nothing(2), wait_for_ever()));
    CHECK(got.index() == 1);
    const auto value = weft::sync_wait(weft::when_any(give(7), wait_for_ever()));
    CHECK(std::get<0>(value) == 7);
    const auto alone = weft::sync_wait(weft::when_any(give(8, 3)));
    CHECK(std::get<0>(alone) == 8);
}

TEST_CASE("when_any: a first that fails is thrown, what the losers do is dropped")
{
    CHECK(message_of([] { static_cast<void>(weft::sync_wait(weft::when_any(wait_for_ever(), fail("first")))); }) ==
          "first");
    const auto fails_when_stopped = []() -> weft::task<int> {
        try {
            co_return co_await wait_for_ever();
        } catch (const weft::stopped&) {
            throw std::logic_error("dropped");
        }
    };
    CHECK(weft::sync_wait(weft::when_any(fails_when_stopped(), give(1, 1))).index() == 1);
}

TEST_CASE("when_any: one that ends with weft::stopped is not the first, if all do, it is thrown")
{
    const auto stops = []() -> weft::task<int> {
        throw weft::stopped();
        co_return 0;
    };
    CHECK(weft::sync_wait(weft::when_any(stops(), give(1, 10))).index() == 1);
    CHECK_THROWS_AS(weft::sync_wait(weft::when_any(stops(), stops())), weft::stopped);
}

TEST_CASE("when_any: the losers have ended when it returns, also one that takes its time over it and holds a lock")
{
    const auto run = []() -> weft::task<bool> {
        weft::async_mutex m;
        bool ended = false;
        const auto holds = [&]() -> weft::task<> {
            const auto hold = co_await m.lock();
            weft::async_event never;
            try {
                co_await never.wait();
            } catch (const weft::stopped&) {
                ended = true;
            }
            for (int i = 0; i < 100; ++i) co_await weft::async_yield();
        };
        co_await weft::when_any(holds(), nothing(5));
        co_return ended&& static_cast<bool>(m.try_lock());
    };
    CHECK(weft::sync_wait(run()));
}

TEST_CASE("when_any: of a vector the index and the value, of nothing a refusal")
{
    std::vector<weft::task<int>> tasks;
    for (int i = 0; i < 50; ++i) tasks.push_back(i == 33 ? give(5, 1) : wait_for_ever());
    const auto [index, value] = weft::sync_wait(weft::when_any(std::move(tasks)));
    CHECK(index == 33);
    CHECK(value == 5);
    std::vector<weft::task<>> others;
    others.push_back(nothing());
    CHECK(weft::sync_wait(weft::when_any(std::move(others))) == 0);
    CHECK_THROWS_AS(weft::sync_wait(weft::when_any(std::vector<weft::task<int>>())), std::invalid_argument);
}

TEST_CASE("when_any: every seed has one winner, and all have ended")
{
    bool first = false;
    bool second = false;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        weft::test_pool pool(seed);
        int running = 0;
        const auto racer = [&](int i) -> weft::task<int> {
            ++running;
            co_await weft::async_yield();
            co_await weft::async_yield();
            --running;
            co_return i;
        };
        const auto got = weft::sync_wait(pool, weft::when_any(racer(0), racer(1)));
        CHECK(running == 0);
        (got.index() == 0 ? first : second) = true;
    }
    CHECK(first);
    CHECK(second);
}

namespace {

/// Sleeps for an hour, and counts its end.
weft::task<> sleeps(std::atomic<int>& ended)
{
    struct counts {
        std::atomic<int>& at;
        ~counts() { ++at; }
    };
    const counts c{ended};
    co_await weft::sleep_for(1h);
}
weft::task<> fails_beside(int yields)
{
    for (int i = 0; i < yields; ++i) co_await weft::async_yield();
    throw std::runtime_error("beside");
}

/// Every way to have children, of which one fails and three sleep.
struct family {
    const char* name;
    weft::task<> (*run)(std::atomic<int>& ended, int yields);
};
constexpr family families[] = {
    {"when_all",
     [](std::atomic<int>& ended, int yields) -> weft::task<> {
         co_await weft::when_all(sleeps(ended), fails_beside(yields), sleeps(ended), sleeps(ended));
     }},
    {"when_all of many",
     [](std::atomic<int>& ended, int yields) -> weft::task<> {
         std::vector<weft::task<>> all;
         for (int i = 0; i < 3; ++i) all.push_back(sleeps(ended));
         all.push_back(fails_beside(yields));
         co_await weft::when_all(std::move(all));
     }},
    {"when_any",
     [](std::atomic<int>& ended, int yields) -> weft::task<> {
         static_cast<void>(co_await weft::when_any(sleeps(ended), sleeps(ended), sleeps(ended), fails_beside(yields)));
     }},
    {"async_scope",
     [](std::atomic<int>& ended, int yields) -> weft::task<> {
         co_await weft::async_scope([&ended, yields](weft::async_task_scope& s) -> weft::task<> {
             s.spawn(sleeps(ended));
             s.spawn(fails_beside(yields));
             s.spawn(sleeps(ended));
             co_await sleeps(ended);
         });
     }},
    {"with_timeout",
     [](std::atomic<int>& ended, int yields) -> weft::task<> {
         const auto inner = [](std::atomic<int>& e, int y) -> weft::task<> {
             co_await weft::when_all(sleeps(e), fails_beside(y), sleeps(e), sleeps(e));
         };
         static_cast<void>(co_await weft::with_timeout(inner(ended, yields), 2h));
     }},
    {"groups in groups",
     [](std::atomic<int>& ended, int yields) -> weft::task<> {
         co_await weft::when_all(weft::when_all(sleeps(ended), sleeps(ended)),
                                 weft::when_all(sleeps(ended), fails_beside(yields)));
     }},
};

}  // namespace

TEST_CASE("groups: a child that fails while its siblings sleep for an hour wakes them at once")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const auto began = std::chrono::steady_clock::now();
    for (const family& f : families) {
        INFO(f.name);
        for (int yields = 0; yields < 20; ++yields) {
            std::atomic<int> ended{0};
            CHECK_THROWS_AS(weft::sync_wait(pool, f.run(ended, yields)), std::runtime_error);
            CHECK(ended <= 3);
            CHECK(ended >= 2);  // of groups in groups one may be stopped before it has begun
        }
    }
    CHECK(std::chrono::steady_clock::now() - began < 1min);
}

TEST_CASE("groups: a child that fails while its siblings sleep for an hour, in virtual time, for every seed")
{
    for (const family& f : families) {
        INFO(f.name);
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            std::atomic<int> ended{0};
            weft::test_pool pool(seed);
            CHECK_THROWS_AS(weft::sync_wait(pool, f.run(ended, static_cast<int>(seed % 5))), std::runtime_error);
            CHECK(ended == 3);
        }
    }
}

TEST_CASE("when_any: after it has returned the lock of the loser is free, for every seed")
{
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        weft::test_pool pool(seed);
        weft::async_mutex lock;
        const auto holds = [&]() -> weft::task<int> {
            const auto hold = co_await lock.lock();
            co_await weft::sleep_for(1h);
            co_return 1;
        };
        const auto wants = [&]() -> weft::task<int> {
            const auto hold = co_await lock.lock();
            co_await weft::sleep_for(2h);
            co_return 2;
        };
        const auto run = [&]() -> weft::task<std::size_t> {
            const auto first = co_await weft::when_any(holds(), wants(), give(3, 2));
            const bool is_free = static_cast<bool>(lock.try_lock());
            co_return is_free ? first.index() : 99;
        };
        CHECK(weft::sync_wait(pool, run()) == 2);
    }
}

TEST_CASE("when_any: many tasks race, the winner's value is whole, the losers' are dropped once")
{
    const long before = test::counted::alive();
    weft::thread_pool pool{{.num_threads = 2}};
    for (std::size_t round = 0; round < test::scaled(200); ++round) {
        std::vector<weft::task<test::counted>> all;
        const auto run = [](test::counted c, int yields) -> weft::task<test::counted> {
            for (int i = 0; i < yields; ++i) co_await weft::async_yield();
            co_return c;
        };
        for (int i = 0; i < 8; ++i) all.push_back(run(test::counted(i), (i + static_cast<int>(round)) % 3));
        const auto first = weft::sync_wait(pool, weft::when_any(std::move(all)));
        CHECK(first.second.value == static_cast<int>(first.first));
    }
    CHECK(test::counted::alive() == before);
}
