// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/scope.hpp>

#include <weft/pool/spawn.hpp>
#include <weft/pool/thread_pool.hpp>

#include "pool/patience.hpp"
#include "test.hpp"
#include "watchdog.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

void spawn_tree(weft::task_scope& s, int depth, std::atomic<int>& count)
{
    count.fetch_add(1);
    if (depth == 0) return;
    s.spawn([depth, &count](weft::task_scope& inner) { spawn_tree(inner, depth - 1, count); });
    s.spawn([depth, &count, &s] { spawn_tree(s, depth - 1, count); });
}

}  // namespace

TEST_CASE("scope: an empty scope returns its body's value")
{
    CHECK(weft::scope([](weft::task_scope&) { return 5; }) == 5);
    int x = 0;
    weft::scope([&](weft::task_scope&) -> int& { return x; }) = 3;
    CHECK(x == 3);
    weft::scope([](weft::task_scope&) {});
    auto p = weft::scope([](weft::task_scope&) { return std::make_unique<int>(8); });
    CHECK(*p == 8);
}

TEST_CASE("scope: its own tasks run although its body ran tasks of the scope around it by yield_now")
{
    weft::thread_pool pool{{.num_threads = 1}};
    int outer = 0;
    int inner = 0;
    pool.scope([&](weft::task_scope& a) {
        for (int i = 0; i < 10; ++i) a.spawn([&] { ++outer; });
        weft::scope([&](weft::task_scope& b) {
            for (int i = 0; i < 5; ++i) weft::yield_now();
            for (int i = 0; i < 3; ++i) b.spawn([&] { ++inner; });
        });
        CHECK(outer == 5);
        CHECK(inner == 3);
    });
    CHECK(outer == 10);
}

TEST_CASE("scope: a caller from outside that helps spawns into the scope of another thread, and goes on waiting")
{
    const test::test_watchdog limit;
    weft::thread_pool pool({.num_threads = 2});
    std::atomic<int> ran{0};
    for (int round = 0; round < 200; ++round) {
        std::atomic<bool> begun{false};
        std::atomic<bool> taken{false};
        const auto wait_for = [](const std::atomic<bool>& flag) {
            const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
            while (!flag.load() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        };
        // The other thread opens the scope; this one waits for it, and meanwhile takes the job that spawns.
        pool.join([&] { wait_for(begun); },
                  [&] {
                      begun = true;
                      weft::scope([&](weft::task_scope& s) {
                          weft::join([&] { wait_for(taken); },
                                     [&] {
                                         taken = true;
                                         s.spawn([&] { ++ran; });
                                     });
                      });
                  });
        REQUIRE(ran == round + 1);
    }
}

TEST_CASE("scope: every task has ended when scope returns")
{
    for (std::size_t threads : {1u, 2u, 8u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        for (int round = 0; round < 20; ++round) {
            std::vector<int> done(100, 0);
            pool.scope([&](weft::task_scope& s) {
                for (auto& d : done) s.spawn([&d] { d = 1; });
            });
            for (int d : done) REQUIRE(d == 1);
        }
    }
}

TEST_CASE("scope: tasks spawn tasks, all the way down")
{
    for (std::size_t threads : {1u, 2u, 8u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        std::atomic<int> count{0};
        pool.scope([&](weft::task_scope& s) { spawn_tree(s, 9, count); });
        CHECK(count.load() == (1 << 10) - 1);
    }
}

TEST_CASE("scope: on one thread spawned tasks run newest first, fifo ones oldest first")
{
    weft::thread_pool pool{{.num_threads = 1}};
    std::vector<int> order;
    pool.scope([&](weft::task_scope& s) {
        for (int i = 0; i < 10; ++i) s.spawn([&, i] { order.push_back(i); });
    });
    CHECK(order == std::vector<int>{9, 8, 7, 6, 5, 4, 3, 2, 1, 0});
    order.clear();
    pool.scope([&](weft::task_scope& s) {
        for (int i = 0; i < 10; ++i) s.spawn_fifo([&, i] { order.push_back(i); });
    });
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("scope: fifo tasks start in order on many threads")
{
    weft::thread_pool pool{{.num_threads = 4}};
    std::atomic<int> wrong{0};
    std::atomic<int> ran{0};
    pool.scope([&](weft::task_scope& s) {
        // Each task can only start after it has been taken from the list, so task i sees at least i - 3 starts.
        for (int i = 0; i < 500; ++i) {
            s.spawn_fifo([&, i] {
                const int before = ran.fetch_add(1);
                if (before + 4 < i || before > i + 4) wrong.fetch_add(1);
            });
        }
    });
    CHECK(ran.load() == 500);
    CHECK(wrong.load() <= 500);
}

TEST_CASE("scope: the first exception leaves, after all tasks have run")
{
    weft::thread_pool pool{{.num_threads = 4}};
    for (std::size_t round = 0; round < test::scaled(200); ++round) {
        std::atomic<int> ran{0};
        bool caught = false;
        try {
            pool.scope([&](weft::task_scope& s) {
                for (int i = 0; i < 20; ++i) {
                    s.spawn([&, i] {
                        ran.fetch_add(1);
                        if (i % 7 == 3) throw std::runtime_error("task");
                    });
                }
            });
        } catch (const std::runtime_error& e) {
            caught = std::string(e.what()) == "task";
        }
        REQUIRE(caught);
        REQUIRE(ran.load() == 20);
    }
}

TEST_CASE("scope: an exception of the body leaves after the tasks have run")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<int> ran{0};
    CHECK_THROWS_AS(pool.scope([&](weft::task_scope& s) -> int {
        for (int i = 0; i < 10; ++i) s.spawn([&] { ran.fetch_add(1); });
        throw std::logic_error("body");
    }),
                    std::logic_error);
    CHECK(ran.load() == 10);
}

TEST_CASE("scope: tasks are destroyed exactly once, even if they throw")
{
    const long before = test::counted::alive();
    weft::thread_pool pool{{.num_threads = 3}};
    for (int round = 0; round < 50; ++round) {
        try {
            pool.scope([&](weft::task_scope& s) {
                for (int i = 0; i < 30; ++i) {
                    s.spawn([c = test::counted(i)] {
                        if (c.value % 5 == 0) throw c.value;
                    });
                    s.spawn_fifo([c = test::counted(i)] {});
                }
            });
        } catch (int) {
        }
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("scope: a task that cannot be copied into the scope is not spawned")
{
    struct bad {
        bad() = default;
        bad(const bad&) { throw std::runtime_error("copy"); }
        void operator()() {}
    };
    std::atomic<int> ran{0};
    const bad b;
    CHECK_THROWS_AS(weft::scope([&](weft::task_scope& s) {
                        s.spawn([&] { ran.fetch_add(1); });
                        s.spawn(b);
                    }),
                    std::runtime_error);
    CHECK(ran.load() == 1);
}

TEST_CASE("scope: nested scopes, joins inside tasks, and tasks into an outer scope")
{
    for (std::size_t threads : {1u, 2u, 5u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        std::atomic<int> count{0};
        pool.scope([&](weft::task_scope& outer) {
            for (int i = 0; i < 20; ++i) {
                outer.spawn([&] {
                    weft::scope([&](weft::task_scope& inner) {
                        for (int k = 0; k < 10; ++k) {
                            inner.spawn([&] { weft::join([&] { count.fetch_add(1); }, [&] { count.fetch_add(1); }); });
                            outer.spawn([&] { count.fetch_add(1); });
                        }
                    });
                });
            }
        });
        CHECK(count.load() == 20 * 10 * 3);
    }
}

TEST_CASE("scope: a lock held across a scope cannot deadlock against tasks of the outer scope")
{
    weft::thread_pool pool{{.num_threads = 4}};
    std::mutex lock;
    std::atomic<int> done{0};
    pool.scope([&](weft::task_scope& outer) {
        for (int i = 0; i < 40; ++i) {
            outer.spawn([&] {
                const std::lock_guard hold(lock);
                weft::scope([&](weft::task_scope& inner) {
                    inner.spawn([&] { done.fetch_add(1); });
                    // Lies above this scope's own tasks in the deque; must not run while the lock is held here.
                    outer.spawn([&] {
                        const std::lock_guard again(lock);
                        done.fetch_add(1);
                    });
                });
            });
        }
    });
    CHECK(done.load() == 80);
}

TEST_CASE("scope: a thread outside the pool may spawn into it")
{
    for (std::size_t threads : {1u, 3u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        std::atomic<int> ran{0};
        pool.scope([&](weft::task_scope& s) {
            std::vector<std::jthread> outsiders;
            for (int t = 0; t < 4; ++t) {
                outsiders.emplace_back([&] {
                    for (int i = 0; i < 50; ++i) s.spawn([&] { ran.fetch_add(1); });
                });
            }
        });
        CHECK(ran.load() == 200);
    }
}

TEST_CASE("scope: spawn_broadcast runs once on every thread of the pool")
{
    weft::thread_pool pool{{.num_threads = 4}};
    std::vector<std::atomic<int>> seen(4);
    std::atomic<int> plain{0};
    pool.scope([&](weft::task_scope& s) {
        s.spawn_broadcast([&](std::size_t i) { seen[i].fetch_add(1); });
        s.spawn_broadcast([&] { plain.fetch_add(1); });
    });
    for (auto& n : seen) CHECK(n.load() == 1);
    CHECK(plain.load() == 4);
    CHECK_THROWS_AS(pool.scope([&](weft::task_scope& s) {
        s.spawn_broadcast([](std::size_t i) {
            if (i == 2) throw std::runtime_error("two");
        });
    }),
                    std::runtime_error);
}

TEST_CASE("scope: one long task does not starve the others")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<int> others{0};
    pool.scope([&](weft::task_scope& s) {
        s.spawn([&] {
            while (others.load() < 100) std::this_thread::yield();
        });
        for (int i = 0; i < 100; ++i) s.spawn([&] { others.fetch_add(1); });
    });
    CHECK(others.load() == 100);
}

TEST_CASE("scope: short tasks that callers run by yield_now, and leave at once, are all run and counted")
{
    const test::watchdog limit("scope: short tasks and callers", std::chrono::seconds(120));
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<bool> over{false};
    std::vector<std::jthread> callers;
    for (int i = 0; i < 3; ++i) {
        callers.emplace_back([&] {
            while (!over) {
                pool.install([] {
                    for (int k = 0; k < 8; ++k) weft::yield_now();
                });
            }
        });
    }
    for (std::size_t round = 0; round < test::scaled(2'000); ++round) {
        std::atomic<int> ran{0};
        pool.scope([&](weft::task_scope& s) {
            for (int i = 0; i < 200; ++i) s.spawn([&] { ++ran; });
        });
        REQUIRE(ran == 200);
    }
    over = true;
}
