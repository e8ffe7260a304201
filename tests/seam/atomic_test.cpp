// tests/seam/atomic_test.cpp - the operations, waiting on an address, and the full fence.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/seam/atomic.hpp>
#include <weft/seam/clock.hpp>
#include <weft/seam/this_thread.hpp>
#include <weft/seam/timed_wait.hpp>

#include "test.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

using namespace std::chrono_literals;
namespace order = weft::detail::order;
using word = weft::detail::atomic<std::uint32_t>;
using weft::detail::clock;

TEMPLATE_TEST_CASE("atomic: every operation on numbers, against std::atomic", "", unsigned char, int, std::uint32_t,
                   std::int64_t, std::size_t)
{
    using number = TestType;
    weft::detail::atomic<number> a{number{6}};
    std::atomic<number> b{number{6}};
    const auto same = [&](number x, number y) { return x == y && a.load(order::acquire) == b.load(); };
    CHECK(same(a.fetch_add(number{3}, order::relaxed), b.fetch_add(number{3})));
    CHECK(same(a.fetch_sub(number{10}, order::acq_rel), b.fetch_sub(number{10})));  // below zero, or around
    CHECK(same(a.fetch_and(number{13}, order::release), b.fetch_and(number{13})));
    CHECK(same(a.fetch_or(number{18}, order::acquire), b.fetch_or(number{18})));
    CHECK(same(a.fetch_xor(number{7}, order::seq_cst), b.fetch_xor(number{7})));
    CHECK(same(a.exchange(number{40}, order::acq_rel), b.exchange(number{40})));
    number x = 1;
    CHECK_FALSE(a.compare_exchange_strong(x, number{2}, order::acq_rel, order::acquire));
    CHECK(x == 40);
    CHECK(a.compare_exchange_strong(x, number{2}, order::release, order::relaxed));
    x = 3;
    CHECK_FALSE(a.compare_exchange_weak(x, number{4}, order::seq_cst, order::seq_cst));
    CHECK(x == 2);
    while (!a.compare_exchange_weak(x, number{4}, order::acquire, order::relaxed)) {}
    a.store(static_cast<number>(a.load(order::relaxed) + 1), order::seq_cst);
    CHECK(a.load(order::seq_cst) == 5);
    CHECK(weft::detail::atomic<number>{}.load(order::relaxed) == 0);
    CHECK(sizeof(a) == sizeof(b));
    CHECK(alignof(decltype(a)) == alignof(decltype(b)));
}

TEST_CASE("atomic: bool, pointers, enumerations and floating point")
{
    enum class color : unsigned char { red, green };
    weft::detail::atomic<bool> flag{false};
    CHECK_FALSE(flag.exchange(true, order::acq_rel));
    CHECK(flag.load(order::relaxed));
    int a = 0;
    int b = 0;
    weft::detail::atomic<int*> p{&a};
    int* expected = &b;
    CHECK_FALSE(p.compare_exchange_strong(expected, nullptr, order::acq_rel, order::acquire));
    CHECK(expected == &a);
    p.store(&b, order::release);
    CHECK(p.load(order::acquire) == &b);
    weft::detail::atomic<color> c{color::green};
    CHECK(c.exchange(color::red, order::relaxed) == color::green);
    weft::detail::atomic<float> f{1.5f};
    f.store(2.5f, order::relaxed);
    CHECK(f.load(order::relaxed) == 2.5f);
    static constinit weft::detail::atomic<long> constant{7};
    CHECK(constant.load(order::relaxed) == 7);
}

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

TEST_CASE("wake_all: wakes every sleeper, also those with a deadline far away")
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
