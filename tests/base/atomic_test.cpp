// tests/base/atomic_test.cpp - waiting on an address, and the full fence.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/atomic.hpp>
#include <weft/base/clock.hpp>
#include <weft/base/thread.hpp>

#include "test.hpp"

#include <array>
#include <chrono>
#include <limits>

using namespace std::chrono_literals;
namespace order = weft::detail::order;
using word = weft::detail::atomic<std::uint32_t>;
using weft::detail::clock;

TEST_CASE("wait_on: a word that has changed is not waited for")
{
    const word changed{1};
    weft::detail::wait_on(changed, 0);
    CHECK(weft::detail::wait_on_until(changed, 0, clock::time_point::max()));
}

TEST_CASE("wait_on_until: returns false once the deadline has passed, and not before")
{
    const word still{0};
    for (const auto limit : {-5ms, 0ms, 3ms}) {
        const auto deadline = clock::now() + limit;
        while (weft::detail::wait_on_until(still, 0, deadline)) {}
        CHECK(clock::now() >= deadline);
    }
    CHECK_FALSE(weft::detail::wait_on_until(still, 0, clock::time_point::min()));
}

TEST_CASE("wake_one: hands a token to and fro, and loses none")
{
    word turn{0};
    const auto rounds = static_cast<std::uint32_t>(test::scaled(2'000));
    test::run_threads(2, [&](std::size_t id) {
        for (auto i = static_cast<std::uint32_t>(id); i < 2 * rounds; i += 2) {
            for (auto seen = turn.load(order::acquire); seen != i; seen = turn.load(order::acquire))
                weft::detail::wait_on(turn, seen);
            turn.store(i + 1, order::release);
            weft::detail::wake_one(&turn);
        }
    });
    CHECK(turn.load(order::relaxed) == 2 * rounds);
}

TEST_CASE("wake_all: wakes every sleeper; also those with a deadline far away")
{
    for (std::size_t round = 0; round < test::scaled(100); ++round) {
        word gate{0};
        int payload = 0;
        std::atomic<int> seen{0};
        test::run_threads(4, [&](std::size_t id) {
            if (id == 0) {
                payload = 1;
                gate.store(1, order::release);
                weft::detail::wake_all(&gate);
            } else {
                while (gate.load(order::acquire) == 0) {
                    if (id == 1) {
                        weft::detail::wait_on(gate, 0);
                    } else {
                        weft::detail::wait_on_until(gate, 0, clock::time_point::max());
                    }
                }
                seen.fetch_add(payload, std::memory_order_relaxed);
            }
        });
        REQUIRE(seen.load() == 3);
    }
}

TEST_CASE("full_fence: of two threads that each write and then read the other's word, one sees the write")
{
    const std::size_t rounds = test::scaled(20'000);
    std::array<word, 2> flag{};
    std::array<word, 2> saw{};
    std::atomic<std::size_t> arrived{0};
    int both_missed = 0;
    const auto meet = [&](std::size_t expected) {
        arrived.fetch_add(1, std::memory_order_acq_rel);
        while (arrived.load(std::memory_order_acquire) < expected) weft::detail::yield_thread();
    };
    test::run_threads(2, [&](std::size_t id) {
        for (std::size_t i = 0; i < rounds; ++i) {
            meet(6 * i + 2);
            flag[id].store(1, order::relaxed);
            weft::detail::full_fence();
            saw[id].store(flag[1 - id].load(order::relaxed), order::relaxed);
            meet(6 * i + 4);
            if (id == 0) {
                both_missed += saw[0].load(order::relaxed) == 0 && saw[1].load(order::relaxed) == 0;
                for (auto& f : flag) f.store(0, order::relaxed);
            }
            meet(6 * i + 6);
        }
    });
    CHECK(both_missed == 0);
}
