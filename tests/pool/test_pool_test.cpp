// tests/pool/test_pool_test.cpp
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/test_pool.hpp>

#include <weft/pool/per_worker.hpp>
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

/// What runs when, in a tree of joins and tasks, under a seed.
std::string story(std::uint64_t seed)
{
    weft::test_pool pool(seed);
    std::string text;
    pool.install([&] {
        weft::join([&] { weft::join([&] { text += 'a'; }, [&] { text += 'b'; }); },
                   [&] { weft::join([&] { text += 'c'; }, [&] { text += 'd'; }); }, [&] { text += 'e'; });
        weft::scope([&](weft::task_scope& s) {
            for (char c = '1'; c < '6'; ++c) {
                s.spawn([&text, c] { text += c; });
                text += '.';
            }
        });
        for (char c = 'v'; c <= 'z'; ++c) weft::spawn([&text, c] { text += c; });
    });
    pool.run_until_idle();
    return text;
}

int fib(int n)
{
    if (n < 2) return n;
    const auto [a, b] = weft::join([&] { return fib(n - 1); }, [&] { return fib(n - 2); });
    return a + b;
}

}  // namespace

TEST_CASE("test_pool: seed 0 runs joins in the order of the source") { CHECK(story(0).substr(0, 5) == "abcde"); }

TEST_CASE("test_pool: a seed gives one order, and seeds give many orders")
{
    std::set<std::string> orders;
    std::set<std::string> of_joins;
    std::string sorted = story(0);
    std::sort(sorted.begin(), sorted.end());
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        const std::string once = story(seed);
        CHECK(story(seed) == once);
        orders.insert(once);
        of_joins.insert(once.substr(0, 5));
        std::string all = once;
        std::sort(all.begin(), all.end());
        CHECK(all == sorted);
    }
    CHECK(orders.size() > 400);
    // 5 functions have 120 orders, not all of which nested calls can make.
    CHECK(of_joins.size() > 30);
}

TEST_CASE("test_pool: a planted bug of order shows with some seed, and with that seed every time")
{
    // The second side relies on what the first one leaves behind: correct unless the second is taken at once.
    const auto planted = [](weft::test_pool& pool) {
        int prepared = 0;
        int used = 0;
        pool.join([&] { prepared = 1; }, [&] { used = prepared; });
        return used == 1;
    };
    const auto seed = weft::find_failing_seed(100, planted);
    REQUIRE(seed.has_value());
    for (int i = 0; i < 10; ++i) {
        weft::test_pool pool(*seed);
        CHECK(pool.seed() == *seed);
        CHECK_FALSE(planted(pool));
    }
}

TEST_CASE("test_pool: a task that reads what its spawner goes on to change is found")
{
    const auto planted = [](weft::test_pool& pool) {
        std::vector<int> got;
        pool.scope([&](weft::task_scope& s) {
            int current = 0;
            for (int i = 0; i < 3; ++i) {
                current = i;
                s.spawn([&] { got.push_back(current); });  // by reference: sees what `current` is when it runs
            }
            s.spawn_fifo([] {});
            for (; got.size() < 3;) {
                if (weft::yield_now() != weft::yield_result::executed) break;
            }
        });
        std::sort(got.begin(), got.end());
        return got == std::vector{0, 1, 2};
    };
    CHECK(weft::find_failing_seed(50, planted) == 0);
    bool ever_right = false;
    for (std::uint64_t seed = 1; seed < 200; ++seed) {
        weft::test_pool pool(seed);
        ever_right = ever_right || planted(pool);
    }
    CHECK(ever_right);
}

TEST_CASE("test_pool: results are right with every seed")
{
    const auto wrong = weft::find_failing_seed(
        test::scaled(300), [](weft::test_pool& pool) { return pool.install([] { return fib(12); }) == 144; });
    CHECK(wrong == std::nullopt);
}

TEST_CASE("test_pool: threads are played: indices, per_worker and migrated() are those of several threads")
{
    std::set<std::size_t> indices;
    bool migrated = false;
    bool consistent = true;
    for (std::uint64_t seed = 1; seed < 50; ++seed) {
        weft::test_pool pool(seed);
        CHECK(pool.num_threads() == 4);
        weft::per_worker<int> counts{0};
        pool.install([&] {
            CHECK(weft::current_num_threads() == 4);
            const std::size_t mine = weft::current_thread_index().value();
            weft::join_context([&](weft::fn_context) { ++counts.local(); },
                               [&](weft::fn_context c) {
                                   ++counts.local();
                                   migrated = migrated || c.migrated();
                                   const std::size_t here = weft::current_thread_index().value();
                                   indices.insert(here);
                                   consistent = consistent && c.migrated() == (here != mine);
                               });
        });
        CHECK(counts.combine(std::plus<>()) == 2);
    }
    CHECK(migrated);
    CHECK(consistent);
    CHECK(indices.size() == 4);
}

TEST_CASE("test_pool: exceptions leave as in any pool, the left one first, with every seed")
{
    const auto wrong = weft::find_failing_seed(200, [](weft::test_pool& pool) {
        const long before = test::counted::alive();
        int ended = 0;
        bool left_first = false;
        try {
            pool.join(
                [&]() -> test::counted {
                    ++ended;
                    throw std::runtime_error("left");
                },
                [&]() -> test::counted {
                    ++ended;
                    throw std::runtime_error("right");
                });
        } catch (const std::runtime_error& e) {
            left_first = e.what() == std::string("left");
        }
        bool thrown = false;
        try {
            pool.join(
                [&] {
                    ++ended;
                    return test::counted(1);
                },
                [&]() -> test::counted {
                    ++ended;
                    throw 1;
                });
        } catch (int) {
            thrown = true;
        }
        bool of_task = false;
        try {
            pool.scope([&](weft::task_scope& s) {
                for (int i = 0; i < 5; ++i) {
                    s.spawn([&ended, c = test::counted(i)] {
                        ++ended;
                        if (c.value == 3) throw 3;
                    });
                }
            });
        } catch (int value) {
            of_task = value == 3;
        }
        return left_first && thrown && of_task && ended == 9 && test::counted::alive() == before;
    });
    CHECK(wrong == std::nullopt);
}

TEST_CASE("test_pool: scopes nest, tasks spawn tasks, fifo tasks start in order, broadcasts reach every thread")
{
    const auto wrong = weft::find_failing_seed(200, [](weft::test_pool& pool) {
        int ran = 0;
        std::vector<int> fifo;
        std::set<std::size_t> reached;
        std::set<std::size_t> by_spawn;
        pool.scope([&](weft::task_scope& s) {
            for (int i = 0; i < 4; ++i) {
                s.spawn([&](weft::task_scope& again) {
                    ++ran;
                    again.spawn([&] { ++ran; });
                    weft::scope([&](weft::task_scope& inner) {
                        inner.spawn([&] { ++ran; });
                        weft::join([&] { ++ran; }, [&] { inner.spawn([&] { ++ran; }); });
                    });
                });
                s.spawn_fifo([&fifo, i] { fifo.push_back(i); });
            }
            s.spawn_broadcast([&](std::size_t i) {
                if (weft::current_thread_index() == i) by_spawn.insert(i);
            });
        });
        const auto squares = pool.broadcast([&](std::size_t i) {
            if (weft::current_thread_index() == i) reached.insert(i);
            return i * i;
        });
        return ran == 20 && fifo == std::vector{0, 1, 2, 3} && by_spawn.size() == 4 && reached.size() == 4 &&
               squares == std::vector<std::size_t>{0, 1, 4, 9};
    });
    CHECK(wrong == std::nullopt);
}

TEST_CASE("test_pool: broadcast from within a task that another thread took")
{
    const auto wrong = weft::find_failing_seed(200, [](weft::test_pool& pool) {
        int parts = 0;
        pool.join([&] { weft::broadcast([&] { ++parts; }); }, [&] { weft::broadcast([&] { ++parts; }); });
        return parts == 8;
    });
    CHECK(wrong == std::nullopt);
}

TEST_CASE("test_pool: detached tasks run at the latest when the pool ends, their exceptions go to on_unhandled")
{
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        int ran = 0;
        int failed = 0;
        {
            weft::test_pool pool({.seed = seed, .on_unhandled = [&failed] { ++failed; }});
            pool.spawn([&] { ++ran; });
            pool.install([&] {
                weft::spawn([&] {
                    ++ran;
                    weft::spawn([&] { ++ran; });
                });
                weft::spawn([] { throw 1; });
            });
        }
        CHECK(ran == 3);
        CHECK(failed == 1);
    }
}

TEST_CASE("test_pool: run_until_idle runs what waits")
{
    weft::test_pool pool(0);
    int ran = 0;
    pool.spawn([&] { ++ran; });
    CHECK(ran == 0);
    pool.run_until_idle();
    CHECK(ran == 1);
}

TEST_CASE("test_pool: yield_now and yield_local run one task, and poll lets others get on")
{
    weft::test_pool pool(0);
    pool.install([] {
        int ran = 0;
        CHECK(weft::yield_now() == weft::yield_result::idle);
        CHECK(weft::yield_local() == weft::yield_result::idle);
        weft::spawn([&] { ++ran; });
        weft::spawn([&] { ++ran; });
        weft::poll();
        CHECK(weft::yield_local() == weft::yield_result::executed);
        CHECK(weft::yield_now() == weft::yield_result::executed);
        CHECK(ran == 2);
    });
}

TEST_CASE("test_pool: blocking lets what waits go on first")
{
    weft::test_pool pool(0);
    pool.install([] {
        bool ready = false;
        weft::spawn([&] { ready = true; });
        CHECK(weft::blocking([&] { return ready; }));
    });
}

TEST_CASE("test_pool: without overlap a lock may be held across join and spawn")
{
    bool other_order = false;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        weft::test_pool pool({.seed = seed, .overlap = false});
        std::mutex lock;
        std::string order;
        const auto locked = [&](char c) {
            const std::lock_guard hold(lock);
            order += c;
            weft::join([] {}, [] {});
        };
        pool.scope([&](weft::task_scope& s) {
            for (char c = 'a'; c < 'd'; ++c) {
                const std::lock_guard hold(lock);
                s.spawn([&, c] { locked(c); });
            }
            weft::join([&] { locked('1'); }, [&] { locked('2'); });
        });
        other_order = other_order || order.substr(0, 2) == "21";
        CHECK(order.size() == 5);
    }
    CHECK(other_order);
}

TEST_CASE("test_pool: very deep joins run, in a deque's length and beyond")
{
    struct chain {
        static int down(int n)
        {
            if (n == 0) return 0;
            const auto [a, b] = weft::join([&] { return down(n - 1); }, [] { return 1; });
            return a + b;
        }
    };
    for (const std::uint64_t seed : {0u, 1u, 2u, 3u}) {
        weft::test_pool pool(seed);
        CHECK(pool.install([] { return chain::down(6000); }) == 6000);
    }
}

TEST_CASE("test_pool: pools nest in one another and in a thread_pool")
{
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        weft::test_pool one(seed);
        weft::test_pool two(seed + 1);
        weft::thread_pool real({.num_threads = 2});
        const auto both = [&](auto& pool) { return pool.install([] { return fib(6); }); };
        const auto [a, b] = one.join([&] { return two.join([&] { return both(one); }, [&] { return both(real); }); },
                                     [&] { return two.install([&] { return both(one); }); });
        CHECK(std::get<0>(a) + std::get<1>(a) + b == 24);
    }
}

TEST_CASE("test_pool: threads come in one at a time, and tasks may be spawned from any")
{
    weft::test_pool pool(7);
    int inside = 0;
    bool alone = true;
    std::atomic<int> ran = 0;
    test::run_threads(3, [&](std::size_t) {
        for (int i = 0; i < 20; ++i) {
            pool.install([&] {
                alone = alone && ++inside == 1;
                fib(5);
                --inside;
            });
            pool.spawn([&] { ++ran; });
        }
    });
    pool.run_until_idle();
    CHECK(alone);
    CHECK(ran == 60);

    std::atomic<int> from_outside = 0;
    pool.scope([&](weft::task_scope& s) {
        std::thread([&] {
            for (int i = 0; i < 10; ++i) s.spawn([&] { ++from_outside; });
        }).join();
    });
    CHECK(from_outside == 10);
}

TEST_CASE("test_pool: one thread played takes nothing, none is taken for one, and too many are refused")
{
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        weft::test_pool pool({.seed = seed, .num_threads = 1});
        std::string order;
        pool.join([&] { order += 'a'; }, [&] { order += 'b'; });
        CHECK(order == "ab");
    }
    CHECK(weft::test_pool({.num_threads = 0}).num_threads() == 1);
    CHECK_THROWS_AS(weft::test_pool({.num_threads = 5000}), std::invalid_argument);
}

TEST_CASE("test_pool: the fingerprint stands for the decisions")
{
    const auto run = [](std::uint64_t seed, int n) {
        weft::test_pool pool(seed);
        pool.install([&] { fib(n); });
        return std::pair(pool.decisions(), pool.fingerprint());
    };
    CHECK(run(5, 8) == run(5, 8));
    CHECK(run(5, 8).second != run(6, 8).second);
    CHECK(run(5, 8).second != run(5, 9).second);
    CHECK(run(5, 8).first > 0);
}

TEST_CASE("find_failing_seed: an exception counts as a failure")
{
    CHECK(weft::find_failing_seed(10, [](weft::test_pool& pool) {
              if (pool.seed() == 4) throw 1;
          }) == 4);
    CHECK(weft::find_failing_seed(10, [](weft::test_pool&) {}) == std::nullopt);
    CHECK(weft::find_failing_seed(0, [](weft::test_pool&) { return false; }) == std::nullopt);
}
