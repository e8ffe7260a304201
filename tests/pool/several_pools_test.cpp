// tests/pool/several_pools_test.cpp - threads that go from one pool into another, and back.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/pool/per_worker.hpp>
#include <weft/pool/thread_pool.hpp>

#include "pool/patience.hpp"
#include "test.hpp"

#include <memory>
#include <optional>
#include <vector>

using namespace std::chrono_literals;
using test::wait_for;

namespace {

long fib(int n)
{
    if (n < 2) return n;
    auto [a, b] = weft::join([&] { return fib(n - 1); }, [&] { return fib(n - 2); });
    return a + b;
}

/// Leaves behind whatever a visit to `inner` from a seat of `outer` does.
void visit_one_from_the_other(weft::thread_pool& outer, weft::thread_pool& inner)
{
    outer.install([&] { inner.install([] {}); });
}

}  // namespace

TEST_CASE("several pools: two threads never have the same index of a pool, whatever pools they have visited before")
{
    const test::test_watchdog limit;
    weft::thread_pool a{{.num_threads = 1}};
    weft::thread_pool b{{.num_threads = 1}};
    visit_one_from_the_other(b, a);
    std::optional<std::size_t> mine;
    std::optional<std::size_t> theirs;
    b.install([&] {
        mine = weft::current_thread_index();
        std::atomic<bool> done{false};
        a.spawn([&] {
            b.install([&] { theirs = weft::current_thread_index(); });
            done = true;
        });
        wait_for(done);
    });
    REQUIRE(mine.has_value());
    CHECK(mine != theirs);
}

TEST_CASE("several pools: two threads that compute in one pool at once, one of another pool, get right results")
{
    const test::test_watchdog limit;
    weft::thread_pool a{{.num_threads = 1}};
    weft::thread_pool b{{.num_threads = 2}};  // one of them steals
    visit_one_from_the_other(b, a);
    for (std::size_t round = 0; round < test::scaled(100); ++round) {
        b.install([&] {
            std::atomic<bool> inside{false};
            std::atomic<bool> done{false};
            long theirs = 0;
            a.spawn([&] {
                b.install([&] {
                    inside = true;
                    theirs = fib(22);
                });
                done = true;
            });
            while (!inside.load()) std::this_thread::yield();  // both begin together
            const long mine = fib(22);
            wait_for(done);
            REQUIRE(mine == 17'711);
            REQUIRE(theirs == 17'711);
        });
    }
}

TEST_CASE("several pools: what a visit has left behind does not outlive the visited pool")
{
    const test::test_watchdog limit;
    weft::thread_pool a{{.num_threads = 1}};
    for (std::size_t round = 0; round < test::scaled(100); ++round) {
        auto b = std::make_unique<weft::thread_pool>(weft::pool_options{.num_threads = 1});
        visit_one_from_the_other(*b, a);
        b.reset();
        weft::thread_pool c{{.num_threads = 2}};  // may well lie where b lay
        std::atomic<bool> inside{false};
        std::atomic<bool> done{false};
        long theirs = 0;
        c.install([&] {
            a.spawn([&] {
                c.install([&] {
                    inside = true;
                    theirs = fib(22);
                });
                done = true;
            });
            while (!inside.load()) std::this_thread::yield();
            REQUIRE(fib(22) == 17'711);
            wait_for(done);
        });
        REQUIRE(theirs == 17'711);
    }
}

TEST_CASE("several pools: threads that visit three pools at random, and compute there, get right results")
{
    const test::test_watchdog limit;
    weft::thread_pool pools[3] = {weft::thread_pool{{.num_threads = 1}}, weft::thread_pool{{.num_threads = 1}},
                                  weft::thread_pool{{.num_threads = 2}}};
    std::atomic<int> wrong{0};
    // Each path has its own small generator: the order in which threads run does not change it.
    const auto visit = [&](const auto& self, std::uint32_t path, int depth) -> void {
        path = path * 1'664'525u + 1'013'904'223u;
        pools[(path >> 24) % 3].install([&] {
            if (fib(12) != 144) wrong.fetch_add(1);
            if (depth == 0) return;
            weft::join([&] { self(self, path ^ 0x5bd1e995u, depth - 1); }, [&] { self(self, path + 77u, depth - 1); });
        });
    };
    test::run_threads(3, [&](std::size_t i) {
        for (std::size_t round = 0; round < test::scaled(400); ++round) {
            visit(visit, static_cast<std::uint32_t>(round * 3 + i), 4);
        }
    });
    CHECK(wrong.load() == 0);
}

TEST_CASE("several pools: a thread that goes to and fro between two pools, 500 deep, keeps its places")
{
    const test::test_watchdog limit;
    weft::thread_pool a{{.num_threads = 2}};
    weft::thread_pool b{{.num_threads = 2}};
    weft::per_worker<int> visits_in_b(0);
    const auto to_and_fro = [&](const auto& self, int depth) -> void {
        a.install([&] {
            b.install([&] {
                ++visits_in_b.local();
                if (depth > 1) self(self, depth - 1);
            });
        });
    };
    to_and_fro(to_and_fro, 500);
    std::size_t places = 0;
    for (const int visits : visits_in_b) {
        static_cast<void>(visits);
        ++places;
    }
    CHECK(visits_in_b.combine([](int x, int y) { return x + y; }) == 500);
    CHECK(places <= b.num_threads());
}

TEST_CASE("several pools: a thread that has come back to a pool by way of another one may broadcast there")
{
    const test::test_watchdog limit;
    weft::thread_pool a{{.num_threads = 2}};
    weft::thread_pool b{{.num_threads = 2}};
    std::atomic<int> parts{0};
    a.install([&] {
        b.install([&] { a.install([&] { b.broadcast([&] { parts.fetch_add(1); }); }); });
        a.broadcast([&] { parts.fetch_add(1); });
    });
    CHECK(parts.load() == 4);
}

TEST_CASE("several pools: each thread of one pool broadcasts into the other one")
{
    const test::test_watchdog limit;
    weft::thread_pool a{{.num_threads = 2}};
    weft::thread_pool b{{.num_threads = 3}};
    for (std::size_t round = 0; round < test::scaled(100); ++round) {
        std::atomic<int> parts{0};
        a.broadcast([&] { b.broadcast([&] { parts.fetch_add(1); }); });
        REQUIRE(parts.load() == 6);
    }
}

TEST_CASE("several pools: two pools may broadcast into each other at the same time")
{
    const test::test_watchdog limit;
    weft::thread_pool a{{.num_threads = 2}};
    weft::thread_pool b{{.num_threads = 2}};
    std::atomic<int> parts{0};
    const std::size_t rounds = test::scaled(200);
    test::run_threads(2, [&](std::size_t i) {
        auto& from = i == 0 ? a : b;
        auto& into = i == 0 ? b : a;
        for (std::size_t round = 0; round < rounds; ++round) {
            from.broadcast([&] { into.broadcast([&] { parts.fetch_add(1); }); });
        }
    });
    CHECK(parts.load() == static_cast<int>(rounds) * 8);
}

// Blocking.

TEST_CASE("several pools: a thread that blocks in a call into another pool is replaced in its own")
{
    const test::test_watchdog limit;
    weft::thread_pool a{{.num_threads = 1}};
    weft::thread_pool b{{.num_threads = 1}};
    auto [tx, rx] = weft::unbounded<int>();
    std::atomic<bool> blocks{false};
    std::atomic<bool> done{false};
    a.spawn([&, rx = rx] {
        b.install([&] {
            weft::blocking([&] {
                blocks = true;
                static_cast<void>(rx.recv());
            });
        });
        done = true;
    });
    wait_for(blocks);
    a.spawn([tx = tx] { static_cast<void>(tx.send(1)); });
    wait_for(done);
    SUCCEED();
}

TEST_CASE("several pools: a thread that blocks three pools deep is replaced in each of them")
{
    const test::test_watchdog limit;
    weft::thread_pool a{{.num_threads = 1}};
    weft::thread_pool b{{.num_threads = 1}};
    weft::thread_pool c{{.num_threads = 1}};
    for (std::size_t round = 0; round < test::scaled(20); ++round) {
        std::atomic<int> ran{0};
        std::atomic<bool> done{false};
        a.spawn([&] {
            b.install([&] {
                c.install([&] {
                    for (auto* pool : {&a, &b, &c}) pool->spawn([&] { ran.fetch_add(1); });
                    weft::blocking([&] {
                        while (ran.load() < 3) std::this_thread::sleep_for(50us);
                    });
                });
            });
            done = true;
        });
        wait_for(done);
    }
    SUCCEED();
}

TEST_CASE("several pools: a call that blocks may call into another pool and block there")
{
    const test::test_watchdog limit;
    weft::thread_pool a{{.num_threads = 1}};
    weft::thread_pool b{{.num_threads = 1}};
    std::atomic<bool> in_a{false};
    std::atomic<bool> in_b{false};
    std::atomic<bool> done{false};
    a.spawn([&] {
        weft::blocking([&] {
            b.install([&] {
                b.spawn([&] { in_b = true; });
                a.spawn([&] { in_a = true; });
                weft::blocking([&] {
                    wait_for(in_b);
                    wait_for(in_a);
                });
            });
            wait_for(in_a);
        });
        done = true;
    });
    wait_for(done);
    SUCCEED();
}

// Ends.

TEST_CASE("several pools: a thread of one pool makes, uses and destroys another one")
{
    const test::test_watchdog limit;
    weft::thread_pool a{{.num_threads = 2}};
    for (std::size_t round = 0; round < test::scaled(50); ++round) {
        std::atomic<int> ran{0};
        std::atomic<bool> done{false};
        a.spawn([&] {
            {
                weft::thread_pool b{{.num_threads = 3}};
                if (b.install([] { return fib(10); }) == 55) ran.fetch_add(1);
                for (int i = 0; i < 50; ++i) {
                    b.spawn([&] {
                        // Back into the pool whose thread waits for this one's end.
                        a.install([&] { weft::join([&] { ran.fetch_add(1); }, [] {}); });
                    });
                }
            }
            if (weft::current_num_threads() == 2 && fib(10) == 55) ran.fetch_add(1);  // in its own pool again
            done = true;
        });
        wait_for(done);
        REQUIRE(ran.load() == 52);
    }
}

TEST_CASE("several pools: a pool made outside is destroyed by a thread of another one, which has visited it")
{
    const test::test_watchdog limit;
    weft::thread_pool a{{.num_threads = 1}};
    for (std::size_t round = 0; round < test::scaled(50); ++round) {
        auto b = std::make_shared<weft::thread_pool>(weft::pool_options{.num_threads = 2});
        std::atomic<int> ran{0};
        std::atomic<bool> done{false};
        b->spawn([&] { ran.fetch_add(1); });
        a.spawn([&, b = std::move(b)]() mutable {
            b->install([&] { a.install([&] { ran.fetch_add(1); }); });
            b.reset();
            if (fib(10) == 55) ran.fetch_add(1);
            done = true;
        });
        wait_for(done);
        REQUIRE(ran.load() == 3);
    }
}
