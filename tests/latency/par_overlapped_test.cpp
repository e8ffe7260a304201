// tests/latency/par_overlapped_test.cpp - lookups in flight on several threads.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/latency/overlapped.hpp>
#include <weft/latency/par_overlapped.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "explode.hpp"
#include "latency/made_numbers.hpp"
#include "random.hpp"
#include "test.hpp"

#include <atomic>
#include <deque>
#include <mutex>
#include <numeric>
#include <set>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

weft::lookup<int> after(int key, int turns)
{
    for (int i = 0; i < turns; ++i) co_await weft::prefetch(&key);
    co_return key;
}

weft::thread_pool& pool()
{
    static weft::thread_pool four({.num_threads = 4});
    return four;
}

std::vector<int> counted_up(int n)
{
    std::vector<int> v(static_cast<std::size_t>(n));
    std::iota(v.begin(), v.end(), 0);
    return v;
}

}  // namespace

TEST_CASE("par_overlapped_transform: any length, in order, on four threads")
{
    for (const std::size_t n : {0u, 1u, 2u, 15u, 16u, 17u, 127u, 128u, 129u, 1000u, 5000u}) {
        const auto keys = test::random_numbers(n);
        std::vector<int> out(n + 1, -1);
        const auto end = pool().install(
            [&] { return weft::par_overlapped_transform(keys, out.begin(), [](int k) { return after(k, k % 5); }); });
        CHECK(end == out.begin() + static_cast<std::ptrdiff_t>(n));
        CHECK(std::equal(keys.begin(), keys.end(), out.begin()));
        CHECK(out[n] == -1);
    }
}

TEST_CASE("par_overlapped_transform: long enough that all threads take part, again and again")
{
    const auto keys = test::random_numbers(test::scaled(60'000), 1'000'000);
    for (int repeat = 0; repeat < 5; ++repeat) {
        std::vector<int> out(keys.size());
        pool().install([&] {
            weft::par_overlapped_transform<8>(keys, out.begin(),
                                              [](int k) { return after(k, k % 100 == 0 ? 300 : k % 9); });
        });
        CHECK(out == keys);
    }
}

TEST_CASE("par_overlapped_transform: outside of a pool it uses the global one")
{
    const auto keys = test::random_numbers(3000);
    std::vector<int> out(keys.size());
    weft::par_overlapped_transform(keys, out.begin(), [](int k) { return after(k, 2); });
    CHECK(out == keys);
}

TEST_CASE("par_overlapped_transform: several threads do take part, and a lookup stays on its thread")
{
    std::mutex m;
    std::set<std::thread::id> threads;
    std::atomic<bool> moved{false};
    const auto keys = counted_up(100'000);
    // Repeated until a second thread has come: how soon one does is the system's choice.
    for (int repeat = 0; repeat < 1000 && threads.size() < 2; ++repeat) {
        pool().install([&] {
            weft::par_overlapped_for_each(keys, [&](int k) -> weft::lookup<void> {
                const auto mine = std::this_thread::get_id();
                if (k % 1000 == 0) {
                    const std::scoped_lock lock(m);
                    threads.insert(mine);
                }
                for (int i = 0; i < 3; ++i) co_await weft::prefetch(&keys);
                if (std::this_thread::get_id() != mine) moved = true;
            });
        });
    }
    CHECK(threads.size() >= 2);
    CHECK(!moved);
}

TEST_CASE("par_overlapped_transform: in a test pool, with every order that a seed brings")
{
    const auto keys = test::random_numbers(400);
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        weft::test_pool in_order(seed);
        std::vector<int> out(keys.size());
        in_order.install(
            [&] { weft::par_overlapped_transform<4>(keys, out.begin(), [](int k) { return after(k, k % 6); }); });
        CHECK(out == keys);
    }
}

TEST_CASE(
    "par_overlapped_transform: of all exceptions the first in the order of the input arrives, on any number of threads")
{
    const auto keys = counted_up(3000);
    for (const int first : {0, 1, 127, 128, 1500, 2999}) {
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            std::atomic<int> begun{0};
            std::atomic<int> ended{0};
            struct count_end {
                std::atomic<int>& n;
                ~count_end() { ++n; }
            };
            const auto f = [&](int k) -> weft::lookup<int> {
                ++begun;
                const count_end note{ended};
                for (int i = 0; i < (k < first ? 5 : 1); ++i) co_await weft::prefetch(&keys);
                if (k >= first) throw k;
                co_return k;
            };
            std::vector<int> out(keys.size(), -1);
            int caught = -1;
            const auto run = [&] {
                try {
                    weft::par_overlapped_transform(keys, out.begin(), f);
                } catch (const int k) {
                    caught = k;
                }
            };
            if (seed % 2 == 0) {
                pool().install(run);
            } else {
                weft::test_pool in_order(seed);
                in_order.install(run);
            }
            CHECK(caught == first);
            CHECK(begun == ended);
            for (int i = 0; i < first; ++i) {
                if (out[static_cast<std::size_t>(i)] != i) FAIL("an earlier element is not written");
            }
        }
    }
}

TEST_CASE("par_overlapped_for_each: each element once, and how many there were")
{
    const auto keys = counted_up(20'000);
    std::vector<std::atomic<int>> seen(keys.size());
    CHECK(pool().install([&] {
        return weft::par_overlapped_for_each(keys, [&](int k) -> weft::lookup<void> {
            co_await weft::prefetch(&seen[static_cast<std::size_t>(k)]);
            seen[static_cast<std::size_t>(k)].fetch_add(1, std::memory_order_relaxed);
        });
    }) == keys.size());
    bool once = true;
    for (const auto& s : seen) once = once && s.load() == 1;
    CHECK(once);
}

TEST_CASE("par_overlapped_for_each: a stop on one thread ends the loop on all")
{
    const auto keys = counted_up(1'000'000);
    std::atomic<std::size_t> begun{0};
    const std::size_t told = pool().install([&] {
        return weft::par_overlapped_for_each(keys, [&](int k) -> weft::lookup<weft::control_flow> {
            ++begun;
            co_await weft::prefetch(&keys);
            co_return k == 500 ? weft::control_flow::stop : weft::control_flow::go_on;
        });
    });
    CHECK(told == begun);
    CHECK(begun > 500);
}

TEST_CASE("par_overlapped_for_each: an endless loop is ended by a stop, however far the other threads are")
{
    using all_numbers = test::made_numbers<false>;
    const std::size_t begun = pool().install([&] {
        return weft::par_overlapped_for_each(
            all_numbers{std::ptrdiff_t{1} << 62}, [&](std::size_t k) -> weft::lookup<weft::control_flow> {
                for (std::size_t i = 0; i < k % 3; ++i) co_await weft::prefetch(&k);
                co_return k >= 10'000 ? weft::control_flow::stop : weft::control_flow::go_on;
            });
    });
    CHECK(begun > 10'000);
}

TEST_CASE("par_overlapped: inside of tasks, and with parallel loops inside of lookups")
{
    const auto v = test::random_numbers(4000);
    std::vector<std::vector<int>> out(8, std::vector<int>(v.size()));
    pool().install([&] {
        weft::scope([&](weft::task_scope& s) {
            for (auto& o : out) {
                s.spawn([&] {
                    weft::par_overlapped_transform(v, o.begin(), [&](int k) -> weft::lookup<int> {
                        co_await weft::prefetch(&k);
                        if (k % 100 == 0) {
                            // What other tasks the thread runs meanwhile has loops of its own.
                            const auto [a, b] = weft::join(
                                [&] {
                                    int sum = 0;
                                    const std::vector<int> few{1, 2, 3};
                                    weft::overlapped_for_each<2>(
                                        few, [&](int i) -> weft::lookup<void> { sum += co_await after(i, i); });
                                    return sum;
                                },
                                [&] { return k; });
                            co_return a - 6 + b;
                        }
                        co_return co_await after(k, k % 3);
                    });
                });
            }
        });
    });
    for (const auto& o : out) CHECK(o == v);
}

TEST_CASE("par_overlapped: many callers from outside share one pool")
{
    const auto v = test::random_numbers(3000);
    std::atomic<int> right{0};
    test::run_threads(6, [&](std::size_t) {
        std::vector<int> out(v.size());
        pool().install([&] { weft::par_overlapped_transform(v, out.begin(), [](int k) { return after(k, k % 4); }); });
        right += out == v ? 1 : 0;
    });
    CHECK(right == 6);
}

TEST_CASE("par_overlapped_transform: deques, spans, temporaries and elements that are made when they are read")
{
    const auto v = test::random_numbers(1000);
    const std::deque<int> deque(v.begin(), v.end());
    std::deque<int> out(v.size());
    pool().install([&] { weft::par_overlapped_transform(deque, out.begin(), [](int k) { return after(k, 1); }); });
    CHECK(out == deque);

    std::vector<int> plain(v.size());
    pool().install([&] {
        weft::par_overlapped_transform(std::vector<int>(v), plain.data(), [](const int& k) { return after(k, k % 3); });
    });
    CHECK(plain == v);

    const std::vector<bool> bits{true, false, true};
    std::vector<int> ones(3);
    weft::par_overlapped_transform(bits, ones.begin(), [](bool b) { return after(b ? 1 : 0, 2); });
    CHECK(ones == std::vector<int>{1, 0, 1});
}

namespace {

bool transforms(const test::bomb& b)
{
    const std::vector<int> keys = counted_up(40);
    std::vector<test::fragile> out(keys.size());
    weft::par_overlapped_transform<4>(keys, out.begin(), [&](int k) -> weft::lookup<test::fragile> {
        b.tick();
        const test::fragile mine(k);
        co_await weft::prefetch(&k);
        b.tick();
        const test::fragile copy = mine;
        co_return copy;
    });
    for (int i = 0; i < 40; ++i) {
        if (out[static_cast<std::size_t>(i)].value != i) return false;
    }
    return true;
}

bool visits(const test::bomb& b)
{
    const std::vector<int> keys = counted_up(40);
    std::atomic<int> sum{0};
    weft::par_overlapped_for_each<3>(keys, [&](int k) {
        b.tick();
        return [](const test::bomb& bomb, std::atomic<int>& s, test::fragile f) -> weft::lookup<void> {
            co_await weft::prefetch(&s);
            bomb.tick();
            s += f.value;
        }(b, sum, test::fragile(k));
    });
    return sum == 780;
}

bool overlaps(const test::bomb& b)
{
    const std::vector<int> keys = counted_up(40);
    std::vector<test::fragile> out;
    weft::overlapped_transform<5>(keys, std::back_inserter(out), [&](int k) -> weft::lookup<test::fragile> {
        const test::fragile mine(b.tick(k));
        for (int i = 0; i < k % 3; ++i) co_await weft::prefetch(&k);
        co_return mine;
    });
    for (int i = 0; i < 40; ++i) {
        if (out[static_cast<std::size_t>(i)].value != i) return false;
    }
    return out.size() == 40;
}

}  // namespace

TEST_CASE("overlapped: an exception from any callback or copy leaves, and all that was made is destroyed")
{
    const test::use_case uses[] = {{"par_overlapped_transform", transforms},
                                   {"par_overlapped_for_each", visits},
                                   {"overlapped_transform", overlaps}};
    test::explode_every(uses);
}
