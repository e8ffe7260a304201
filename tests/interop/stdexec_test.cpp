// tests/interop/stdexec_test.cpp - pools as schedulers of std::execution, senders in tasks, tasks as senders.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/interop/stdexec.hpp>
#include <weft/weft.hpp>

#include "../pool/watchdog.hpp"
#include "test.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

weft::task<int> doubled(int x)
{
    co_await weft::async_yield();
    co_return 2 * x;
}

weft::task<> sleeps_long() { co_await weft::sleep_for(1h); }

weft::task<std::unique_ptr<int>> throws()
{
    co_await weft::async_yield();
    throw std::out_of_range("mine");
}

}  // namespace

TEST_CASE("stdexec: what is scheduled goes on in the pool")
{
    const test::watchdog dog("a scheduler", 60s);
    weft::thread_pool pool({.num_threads = 2});
    weft::thread_pool another({.num_threads = 1});
    const auto scheduler = weft::get_scheduler(pool);
    static_assert(stdexec::scheduler<decltype(weft::get_scheduler(pool))>);
    CHECK(scheduler == weft::get_scheduler(pool));
    CHECK(scheduler != weft::get_scheduler(another));
    auto [inside] = stdexec::sync_wait(stdexec::schedule(scheduler) | stdexec::then([] {
                                           return weft::current_num_threads() == 2 && weft::current_thread_index();
                                       }))
                        .value();
    CHECK(inside);
    auto [moved] = stdexec::sync_wait(stdexec::just(std::make_unique<int>(5)) | stdexec::continues_on(scheduler) |
                                      stdexec::then([](std::unique_ptr<int> p) { return *p + 1; }))
                       .value();
    CHECK(moved == 6);
    CHECK_THROWS_AS(
        stdexec::sync_wait(stdexec::schedule(scheduler) | stdexec::then([] { throw std::out_of_range("mine"); })),
        std::out_of_range);
    std::atomic<int> ran{0};
    auto one = stdexec::schedule(scheduler) | stdexec::then([&] { return ran.fetch_add(1); });
    for (int i = 0; i < 500; ++i) stdexec::sync_wait(stdexec::when_all(one, one, one));
    CHECK(ran.load() == 1'500);
}

TEST_CASE("stdexec: bulk is a loop of weft's")
{
    const test::watchdog dog("bulk", 60s);
    weft::thread_pool pool({.num_threads = 3});
    for (const std::size_t n : {0u, 1u, 2u, 1'000u, 100'000u}) {
        std::vector<int> seen(n);
        std::atomic<std::size_t> outside{0};
        auto [sum, word] = stdexec::sync_wait(stdexec::schedule(weft::get_scheduler(pool)) |
                                              stdexec::let_value([] { return stdexec::just(7, std::string("x")); }) |
                                              stdexec::bulk(stdexec::par, n,
                                                            [&](std::size_t i, int, const std::string&) {
                                                                ++seen[i];
                                                                if (!weft::current_thread_index()) outside.fetch_add(1);
                                                            }))
                               .value();
        CHECK(sum == 7);
        CHECK(word == "x");
        CHECK(std::ranges::all_of(seen, [](int k) { return k == 1; }));
        CHECK(outside.load() == 0);
    }
    // Several threads are in it at once: each waits for another.
    std::atomic<int> there{0};
    stdexec::sync_wait(stdexec::schedule(weft::get_scheduler(pool)) | stdexec::bulk(stdexec::par, 2, [&](int) {
                           there.fetch_add(1);
                           const auto patience = std::chrono::steady_clock::now() + 20s;
                           while (there.load() < 2 && std::chrono::steady_clock::now() < patience)
                               std::this_thread::yield();
                       }));
    CHECK(there.load() == 2);
    // In order where that is asked for.
    std::vector<int> order;
    stdexec::sync_wait(stdexec::schedule(weft::get_scheduler(pool)) |
                       stdexec::bulk(stdexec::seq, 100, [&](int i) { order.push_back(i); }));
    CHECK(std::ranges::is_sorted(order));
    CHECK(order.size() == 100);
    CHECK_THROWS_AS(stdexec::sync_wait(stdexec::schedule(weft::get_scheduler(pool)) |
                                       stdexec::bulk(stdexec::par, 1'000,
                                                     [](int i) {
                                                         if (i == 500) throw std::out_of_range("mine");
                                                     })),
                    std::out_of_range);
}

TEST_CASE("stdexec: a sender in a task")
{
    const test::watchdog dog("a sender in a task", 60s);
    weft::thread_pool pool({.num_threads = 2});
    CHECK(weft::sync_wait(weft::as_task(stdexec::just(5))) == 5);
    weft::sync_wait(weft::as_task(stdexec::just()));
    CHECK(weft::sync_wait(weft::as_task(stdexec::just(5, std::string("five")))) == std::tuple(5, std::string("five")));
    CHECK(weft::sync_wait(weft::as_task(stdexec::schedule(weft::get_scheduler(pool)) |
                                        stdexec::then([] { return weft::current_num_threads(); }))) == 2);
    CHECK_THROWS_AS(weft::sync_wait(weft::as_task(stdexec::just() |
                                                  stdexec::then([]() -> int { throw std::out_of_range("mine"); }))),
                    std::out_of_range);
    CHECK_THROWS_AS(weft::sync_wait(weft::as_task(stdexec::just_error(std::make_error_code(std::errc::io_error)))),
                    std::system_error);
    CHECK_THROWS_AS(weft::sync_wait(weft::as_task(stdexec::just_stopped())), weft::stopped);
    CHECK(*weft::sync_wait(weft::as_task(stdexec::just(std::make_unique<int>(8)))) == 8);
    // What a sender refers to is kept by value: the sender is gone when the task gives it.
    const auto refers =
        stdexec::just() | stdexec::let_value([s = std::string(100, 'x')]() mutable {
            return stdexec::just(std::ref(s)) | stdexec::then([](std::string& r) -> std::string& { return r; });
        });
    CHECK(weft::sync_wait(weft::as_task(refers)) == std::string(100, 'x'));
}

TEST_CASE("stdexec: a task as a sender")
{
    const test::watchdog dog("a task as a sender", 60s);
    weft::thread_pool pool({.num_threads = 2});
    auto [four] = stdexec::sync_wait(weft::as_sender(pool, doubled(2))).value();
    CHECK(four == 4);
    auto [nine] =
        stdexec::sync_wait(weft::as_sender(pool, doubled(4)) | stdexec::then([](int x) { return x + 1; })).value();
    CHECK(nine == 9);
    CHECK_THROWS_AS(stdexec::sync_wait(weft::as_sender(pool, throws())), std::out_of_range);
    // There and back.
    CHECK(weft::sync_wait(weft::as_task(weft::as_sender(pool, doubled(50)))) == 100);
    // One that fails asks the others to stop: a sleep of an hour ends.
    CHECK_THROWS_AS(
        stdexec::sync_wait(stdexec::when_all(weft::as_sender(pool, sleeps_long()), weft::as_sender(pool, throws()))),
        std::out_of_range);
    // And so does a task that is asked by its time-out, through a sender.
    const auto waits = [](weft::thread_pool& on) -> weft::task<bool> {
        co_return co_await weft::with_timeout(weft::as_task(weft::as_sender(on, sleeps_long())), 5ms);
    };
    CHECK(!weft::sync_wait(waits(pool)));
    for (int i = 0; i < 300; ++i) {
        auto [x] = stdexec::sync_wait(weft::as_sender(pool, doubled(i))).value();
        CHECK(x == 2 * i);
    }
}
