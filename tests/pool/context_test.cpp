// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/context.hpp>

#include <weft/base/spin_hint.hpp>
#include <weft/pool/thread_pool.hpp>
#include <weft/seam/ticks.hpp>

#include "test.hpp"

#include <atomic>
#include <cstdint>

namespace {

long fib(weft::fork_context c, int n)
{
    if (n < 2) return n;
    long a = 0;
    long b = 0;
    weft::fork_join(
        c, [&](weft::fork_context d) { a = fib(d, n - 1); }, [&](weft::fork_context d) { b = fib(d, n - 2); });
    return a + b;
}

/// A user's join between two levels of fork_join.
long mixed(weft::fork_context c, int n)
{
    if (n < 2) return n;
    long a = 0;
    long b = 0;
    weft::fork_join(
        c,
        [&](weft::fork_context) {
            auto [x, y] = weft::join(
                [&] { return weft::with_context([&](weft::fork_context d) { return mixed(d, n - 2); }); },
                [&] {
                    return weft::with_context([&](weft::fork_context d) { return mixed(d, n - 3 > 0 ? n - 3 : 0); });
                });
            a = x + y + (n == 2 ? 1 : 0);
        },
        [&](weft::fork_context d) { b = mixed(d, n - 2); });
    return a + b;
}

}  // namespace

TEST_CASE("fork_join: computes what plain recursion computes")
{
    for (std::size_t threads : {1u, 2u, 8u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        pool.install([&] {
            const long n = weft::with_context(
                [](weft::fork_context c) { return c.num_threads() != 0 ? fib(c, test::sanitized ? 15 : 22) : -1; });
            CHECK(n == (test::sanitized ? 610 : 17711));
        });
    }
}

TEST_CASE("fork_join: mixes with join")
{
    weft::thread_pool alone{{.num_threads = 1}};
    const auto run = [] { return weft::with_context([](weft::fork_context c) { return mixed(c, 18); }); };
    const long expected = alone.install(run);
    for (std::size_t threads : {2u, 6u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        for (int i = 0; i < 5; ++i) CHECK(pool.install(run) == expected);
    }
}

TEST_CASE("fork_join: both sides run, and the first exception in order leaves")
{
    weft::thread_pool pool{{.num_threads = 4}};
    for (std::size_t round = 0; round < test::scaled(1000); ++round) {
        for (int bad = 1; bad < 4; ++bad) {
            int ran = 0;
            std::atomic<int> right{0};
            int caught = 0;
            try {
                pool.install([&] {
                    weft::with_context([&](weft::fork_context c) {
                        weft::fork_join(
                            c,
                            [&](weft::fork_context) {
                                ++ran;
                                if ((bad & 1) != 0) throw 1;
                            },
                            [&](weft::fork_context) {
                                right.fetch_add(1);
                                if ((bad & 2) != 0) throw 2;
                            });
                    });
                });
            } catch (int which) {
                caught = which;
            }
            REQUIRE(caught == ((bad & 1) != 0 ? 1 : 2));
            REQUIRE(ran == 1);
            REQUIRE(right.load() == 1);
        }
    }
}

TEST_CASE("fork_context: short work is divided if somebody is awake, or if it comes again and again")
{
    const auto asked = [](weft::thread_pool& pool, std::uint64_t work, int times) {
        return pool.install([=] {
            return weft::with_context([=](weft::fork_context c) {
                for (int i = 0; i < times; ++i) {
                    if (c.wanted_for(work)) return i;
                }
                return -1;
            });
        });
    };
    weft::thread_pool alone{{.num_threads = 1}};
    CHECK(asked(alone, 1, 1) == -1);
    CHECK(asked(alone, 10 * weft::detail::ticks_per_microsecond(), 1'000'000) > 0);

    weft::thread_pool awake{{.num_threads = 2, .idle = weft::idle_policy::spin}};
    awake.install([] {
        std::atomic<bool> taken{false};
        weft::with_context([&](weft::fork_context c) {
            weft::fork_join(
                c,
                [&](weft::fork_context) {
                    while (!taken.load()) weft::spin_hint();
                },
                [&](weft::fork_context) { taken.store(true); });
            bool found = false;
            while (!found) found = c.wanted_for(0);  // the other thread looks for work until the pool ends
            CHECK(found);
        });
    });
}

TEST_CASE("fork_context: same_worker tells whether a function was taken")
{
    weft::thread_pool alone{{.num_threads = 1}};
    alone.install([] {
        weft::with_context([](weft::fork_context c) {
            bool same = false;
            weft::fork_join(c, [](weft::fork_context) {}, [&](weft::fork_context d) { same = same_worker(c, d); });
            CHECK(same);
        });
    });
}
