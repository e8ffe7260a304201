// tests/sync/event_count_test.cpp - no wake-up is lost, and none is needed if nobody waits.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/event_count.hpp>

#include "test.hpp"

#include <chrono>
#include <stdexcept>

using namespace std::chrono_literals;

TEST_CASE("event_count: a condition that holds is not waited for")
{
    weft::event_count event;
    int calls = 0;
    event.await([&] { return ++calls > 0; });
    CHECK(calls == 1);
    event.await([&] { return ++calls > 2; });  // false once, then true after the announcement
    CHECK(calls == 3);
    event.notify_one();
    event.notify_all();
}

TEST_CASE("event_count: a deadline ends the wait")
{
    weft::event_count event;
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(event.await_until([] { return false; }, begin + 5ms));
    CHECK(std::chrono::steady_clock::now() >= begin + 5ms);
    CHECK_FALSE(event.await_until([] { return false; }, begin));
    CHECK(event.await_until([] { return true; }, begin));
    CHECK_FALSE(event.await_until([] { return false; }, std::chrono::system_clock::now() + 1ms));
    CHECK_FALSE(event.wait_until(event.prepare_wait(), std::chrono::system_clock::now() + 1ms));
}

TEST_CASE("event_count: an exception of the condition takes the announcement back")
{
    weft::event_count event;
    for (int at = 1; at <= 2; ++at) {
        int calls = 0;
        CHECK_THROWS_AS(event.await([&]() -> bool {
            if (++calls == at) throw std::runtime_error("no");
            return false;
        }),
                        std::runtime_error);
    }
    // No thread is counted as waiting any more: a prepared key does not see these notifications.
    const auto k = event.prepare_wait();
    event.cancel_wait();
    event.notify_all();
    (void)k;
}

TEST_CASE("event_count: tokens that are handed on are all received")
{
    weft::event_count event;
    std::atomic<int> tokens{0};
    const int each = static_cast<int>(test::scaled(5'000));
    std::atomic<int> received{0};
    test::run_threads(4, [&](std::size_t id) {
        if (id % 2 == 0) {
            for (int i = 0; i < each; ++i) {
                tokens.fetch_add(1, std::memory_order_relaxed);
                event.notify_one();
            }
        } else {
            for (int i = 0; i < each; ++i) {
                event.await([&] {
                    int n = tokens.load(std::memory_order_relaxed);
                    while (n > 0) {
                        if (tokens.compare_exchange_weak(n, n - 1, std::memory_order_relaxed)) return true;
                    }
                    return false;
                });
                received.fetch_add(1, std::memory_order_relaxed);
            }
        }
    });
    CHECK(received.load() == 2 * each);
    CHECK(tokens.load() == 0);
}

TEST_CASE("event_count: notify_all wakes everybody, and what came before is visible")
{
    for (std::size_t round = 0; round < test::scaled(200); ++round) {
        weft::event_count event;
        std::atomic<bool> go{false};
        int payload = 0;
        std::atomic<int> seen{0};
        test::run_threads(4, [&](std::size_t id) {
            if (id == 0) {
                payload = 7;
                go.store(true, std::memory_order_release);
                event.notify_all();
            } else {
                event.await([&] { return go.load(std::memory_order_acquire); });
                seen.fetch_add(payload, std::memory_order_relaxed);
            }
        });
        REQUIRE(seen.load() == 21);
    }
}
