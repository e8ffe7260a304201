// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async_scope.hpp>

#include <weft/async/async_event.hpp>
#include <weft/async/async_latch.hpp>
#include <weft/async/schedule.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "heap.hpp"
#include "test.hpp"

#include <memory>
#include <stdexcept>
#include <string>

namespace {

weft::task<> add_after(std::atomic<int>& to, int value, int yields)
{
    for (int i = 0; i < yields; ++i) co_await weft::async_yield();
    to += value;
}
weft::task<> wait_for_ever(std::atomic<int>& ended)
{
    struct at_end {
        std::atomic<int>& count;
        ~at_end() { ++count; }
    };
    const at_end e{ended};
    weft::async_event never;
    co_await never.wait();
}
weft::task<> fail(int yields)
{
    for (int i = 0; i < yields; ++i) co_await weft::async_yield();
    throw std::runtime_error("failed");
}

}  // namespace

TEST_CASE("async_scope: all tasks have ended when it returns")
{
    const auto run = []() -> weft::task<int> {
        std::atomic<int> sum{0};
        co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
            for (int i = 0; i < 1000; ++i) s.spawn(add_after(sum, 1, i % 4));
            co_return;
        });
        co_return sum;
    };
    CHECK(weft::sync_wait(run()) == 1000);
}

TEST_CASE("async_scope: an empty one, the value of the body, of any kind")
{
    weft::sync_wait(weft::async_scope([](weft::async_task_scope&) -> weft::task<> { co_return; }));
    int x = 0;
    int& r = weft::sync_wait(weft::async_scope([&](weft::async_task_scope&) -> weft::task<int&> { co_return x; }));
    CHECK(&r == &x);
    const auto p = weft::sync_wait(weft::async_scope([](weft::async_task_scope& s) -> weft::task<std::unique_ptr<int>> {
        s.spawn([]() -> weft::task<std::string> { co_return "dropped"; }());
        co_await weft::async_yield();
        co_return std::make_unique<int>(4);
    }));
    CHECK(*p == 4);
}

TEST_CASE("async_scope: tasks spawn tasks, after the body's end, and so does a thread")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<int> sum{0};
    struct tree {
        static weft::task<> grow(weft::async_task_scope& s, std::atomic<int>& count, int depth)
        {
            ++count;
            co_await weft::async_yield();
            if (depth == 0) co_return;
            s.spawn(grow(s, count, depth - 1));
            s.spawn(grow(s, count, depth - 1));
        }
    };
    weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                        s.spawn(tree::grow(s, sum, 10));
                        co_return;
                    }));
    CHECK(sum == 2047);
    weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                        weft::async_latch done(1);
                        std::thread other([&] {
                            for (int i = 0; i < 100; ++i) s.spawn(add_after(sum, 1, 1));
                            done.count_down();
                        });
                        co_await done.wait();
                        other.join();
                    }));
    CHECK(sum == 2147);
}

TEST_CASE("async_scope: the first exception of a task stops the others and the body, and is thrown at the end")
{
    for (int i = 0; i < 100; ++i) {
        std::atomic<int> ended{0};
        CHECK_THROWS_AS(weft::sync_wait(weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                            for (int n = 0; n < 5; ++n) s.spawn(wait_for_ever(ended));
                            s.spawn(fail(i % 3));
                            co_await wait_for_ever(ended);
                        })),
                        std::runtime_error);
        CHECK(ended == 6);
    }
}

TEST_CASE("async_scope: the exception of the body stops the tasks, and is thrown when they have ended")
{
    std::atomic<int> ended{0};
    CHECK_THROWS_AS(weft::sync_wait(weft::async_scope([&](weft::async_task_scope& s) -> weft::task<int> {
                        for (int n = 0; n < 5; ++n) s.spawn(wait_for_ever(ended));
                        co_await weft::async_yield();
                        throw std::logic_error("the body");
                    })),
                    std::logic_error);
    CHECK(ended == 5);
    const auto throws_at_once = [](weft::async_task_scope&) -> weft::task<> { throw std::logic_error("no coroutine"); };
    CHECK_THROWS_AS(weft::sync_wait(weft::async_scope(throws_at_once)), std::logic_error);
}

TEST_CASE("async_scope: its own request_stop is no failure of its tasks, but one of the body that is stopped")
{
    std::atomic<int> ended{0};
    const int got = weft::sync_wait(weft::async_scope([&](weft::async_task_scope& s) -> weft::task<int> {
        for (int n = 0; n < 5; ++n) s.spawn(wait_for_ever(ended));
        co_await weft::async_yield();
        s.request_stop();
        s.spawn(wait_for_ever(ended));
        co_return 3;
    }));
    CHECK(got == 3);
    CHECK(ended == 6);
    CHECK_THROWS_AS(weft::sync_wait(weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                        s.request_stop();
                        co_await wait_for_ever(ended);
                    })),
                    weft::stopped);
}

TEST_CASE("async_scope: a stop from outside reaches all, and is thrown")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<int> ended{0};
    std::atomic<bool> ready{false};
    auto h = pool.spawn(weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
        for (int n = 0; n < 50; ++n) s.spawn(wait_for_ever(ended));
        ready = true;
        co_return;
    }));
    while (!ready) std::this_thread::yield();
    h.request_stop();
    CHECK_THROWS_AS(h.get(), weft::stopped);
    CHECK(ended == 50);
}

TEST_CASE("async_scope: after a scope its parent is stopped as before")
{
    weft::thread_pool pool{{.num_threads = 1}};
    std::atomic<bool> ready{false};
    const auto run = [&]() -> weft::task<> {
        co_await weft::async_scope([](weft::async_task_scope& s) -> weft::task<> {
            s.request_stop();
            co_return;
        });
        const std::stop_token token = co_await weft::get_stop_token();
        if (token.stop_requested()) throw std::logic_error("stopped by a scope that is gone");
        weft::async_event never;
        ready = true;
        co_await never.wait();
    };
    auto h = pool.spawn(run());
    while (!ready) std::this_thread::yield();
    h.request_stop();
    CHECK_THROWS_AS(h.get(), weft::stopped);
}

TEST_CASE("async_scope: a stop from within, from a task, from another thread, before and after, for every seed")
{
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        weft::test_pool pool(seed);
        std::atomic<int> ended{0};
        const auto stops = [](weft::async_task_scope& s, int yields) -> weft::task<> {
            for (int i = 0; i < yields; ++i) co_await weft::async_yield();
            s.request_stop();
        };
        weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                            s.spawn(wait_for_ever(ended));
                            s.spawn(stops(s, 1));
                            s.spawn(wait_for_ever(ended));
                            s.spawn(stops(s, 0));
                            co_return;
                        }));
        CHECK(ended == 2);
    }
}

TEST_CASE("async_scope: a million tasks, and a hundred thousand alive at once")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const int n = static_cast<int>(test::scaled(100'000));
    std::atomic<int> sum{0};
    std::atomic<int> waiting{0};
    weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                        weft::async_event go;
                        const auto waits = [&]() -> weft::task<> {
                            ++waiting;
                            co_await go.wait();
                            ++sum;
                        };
                        co_await weft::async_scope([&](weft::async_task_scope& inner) -> weft::task<> {
                            for (int i = 0; i < n; ++i) inner.spawn(waits());
                            while (waiting != n) co_await weft::async_yield();
                            go.set();
                        });
                        for (int i = 0; i < 10 * n; ++i) {
                            s.spawn(add_after(sum, 1, 0));
                            if (i % 1000 == 0) co_await weft::async_yield();
                        }
                    }));
    CHECK(sum == 11 * n);
}

TEST_CASE("async_scope: the body and several tasks fail, one exception is thrown, for every seed")
{
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        weft::test_pool pool(seed);
        std::atomic<int> ended{0};
        std::string what;
        const auto fails = [](const char* why, int yields) -> weft::task<> {
            for (int i = 0; i < yields; ++i) co_await weft::async_yield();
            throw std::runtime_error(why);
        };
        try {
            weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                                s.spawn(fails("a", 1));
                                s.spawn(wait_for_ever(ended));
                                s.spawn(fails("b", 0));
                                co_await weft::async_yield();
                                throw std::runtime_error("body");
                            }));
        } catch (const std::runtime_error& e) {
            what = e.what();
        }
        CHECK((what == "a" || what == "b" || what == "body"));
        CHECK(ended == 1);
    }
}

TEST_CASE("async_scope: scopes in scopes, and a stop of the middle one stops what is in it alone")
{
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        weft::test_pool pool(seed);
        std::atomic<int> inner{0};
        std::atomic<int> outer{0};
        weft::async_event go;
        const auto waits = [&]() -> weft::task<> {
            co_await go.wait();
            ++outer;
        };
        weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& a) -> weft::task<> {
                            a.spawn(waits());
                            co_await weft::async_scope([&](weft::async_task_scope& b) -> weft::task<> {
                                b.spawn(wait_for_ever(inner));
                                b.spawn(weft::async_scope([&](weft::async_task_scope& c) -> weft::task<> {
                                    c.spawn(wait_for_ever(inner));
                                    c.spawn(wait_for_ever(inner));
                                    co_return;
                                }));
                                co_await weft::async_yield();
                                b.request_stop();
                            });
                            CHECK(outer == 0);
                            go.set();
                        }));
        CHECK(inner == 3);
        CHECK(outer == 1);
    }
}

TEST_CASE("async_scope: tasks come from many threads while others end, and the count is right")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<int> sum{0};
    const std::size_t each = test::scaled(500);
    weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                        weft::async_latch done(3);
                        std::vector<std::jthread> threads;
                        for (int t = 0; t < 3; ++t) {
                            threads.emplace_back([&] {
                                for (std::size_t i = 0; i < each; ++i)
                                    s.spawn(add_after(sum, 1, static_cast<int>(i % 3)));
                                done.count_down();
                            });
                        }
                        co_await done.wait();
                    }));
    CHECK(sum == 3 * static_cast<int>(each));
}

TEST_CASE("async_scope: half a million tasks one after the other leave nothing behind")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<int> sum{0};
    const int n = static_cast<int>(test::scaled(500'000));
    const auto spawns = [&](int count) -> weft::task<> {
        co_await weft::async_scope([&sum, count](weft::async_task_scope& s) -> weft::task<> {
            for (int i = 0; i < count; ++i) {
                s.spawn(add_after(sum, 1, 0));
                if (i % 64 == 0) co_await weft::async_yield();
            }
        });
    };
    weft::sync_wait(pool, spawns(5000));
    // What lies about ready while the threads are at different speeds is kept for the next time.
    CHECK(test::growth_of([&] { weft::sync_wait(pool, spawns(n)); }) < 8'000'000);
    CHECK(sum == n + 5000);
}
