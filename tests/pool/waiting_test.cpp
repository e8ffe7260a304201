// tests/pool/waiting_test.cpp - tasks that wait for other tasks: somebody always has a seat for running those.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A task may wait for another one in three ways: by the pool's own waiting (join, scope, broadcast), in weft::blocking,
// or by some call that the pool knows nothing of. In the last case the thread is lost meanwhile, so these tests leave
// another thread of the pool idle, and expect it to find what is waited for, however deep it lies.
#include <weft/channel/channel.hpp>
#include <weft/iter/for_each.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/range.hpp>
#include <weft/iter/stream.hpp>
#include <weft/pool/thread_pool.hpp>

#include "pool/patience.hpp"
#include "test.hpp"

#include <ctime>
#include <mutex>
#include <numeric>
#include <optional>
#include <vector>

using namespace std::chrono_literals;
using test::busy_for;
using test::wait_for;

namespace {

/// A message from one task to another, which waits for it.
class message {
public:
    void send()
    {
        const auto to = channel_.first;  // whoever waits may destroy this object as soon as it has the message
        static_cast<void>(to.send(1));
    }
    void wait() { static_cast<void>(channel_.second.recv()); }

private:
    decltype(weft::bounded<int>(1)) channel_ = weft::bounded<int>(1);
};

/// Work that takes processor time, however many threads share the processors.
void compute()
{
    volatile int count = 0;
    while (count < 100'000) count = count + 1;
}

/// Blocks `count` tasks at once, and releases them by a task that was spawned after them.
int block_at_once(int count)
{
    weft::thread_pool pool{{.num_threads = 2, .stack_size = 256u << 10}};
    auto [tx, rx] = weft::unbounded<int>();
    std::atomic<int> received{0};
    pool.scope([&, rx = rx, tx = tx](weft::task_scope& s) {
        for (int i = 0; i < count; ++i) {
            s.spawn_fifo([&received, rx] {
                weft::blocking([&] {
                    if (rx.recv()) received.fetch_add(1);
                });
            });
        }
        s.spawn_fifo([&] {
            for (int i = 0; i < count; ++i) static_cast<void>(tx.send(1));
        });
    });
    return received.load();
}

}  // namespace

// In weft::blocking.

TEST_CASE("waiting: the items of a loop may block until a task that each has spawned has run")
{
    const test::test_watchdog limit;
    for (const std::size_t threads : {1u, 2u, 4u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        for (std::size_t round = 0; round < test::scaled(20); ++round) {
            std::atomic<int> ended{0};
            pool.install([&] {
                weft::par_range(0, 200).for_each([&](int) {
                    std::atomic<bool> done{false};
                    weft::spawn([&] { done = true; });
                    weft::blocking([&] { wait_for(done); });
                    ended.fetch_add(1);
                });
            });
            REQUIRE(ended.load() == 200);
        }
    }
}

TEST_CASE("waiting: 70 tasks may block at once")
{
    const test::test_watchdog limit;
    CHECK(block_at_once(70) == 70);
}

TEST_CASE("waiting: 1,000 tasks may block at once")
{
    const test::test_watchdog limit;
    const int tasks = test::sanitized ? 250 : 1'000;
    CHECK(block_at_once(tasks) == tasks);
}

TEST_CASE("waiting: a substitute that waits for the very call that blocks is replaced in its turn")
{
    const test::test_watchdog limit;
    weft::thread_pool pool{{.num_threads = 1}};
    std::atomic<bool> task_begun{false};
    std::atomic<bool> second_half_taken{false};
    const auto second_half = [&] {
        second_half_taken = true;
        message done;
        weft::spawn([&] { done.send(); });
        weft::blocking([&] { done.wait(); });
    };
    pool.scope([&](weft::task_scope& s) {
        s.spawn([&] {
            task_begun = true;
            weft::join(
                [&] {
                    while (!second_half_taken.load()) weft::poll();
                },
                second_half);
        });
        weft::blocking([&] { wait_for(task_begun); });  // a substitute comes, and runs the task
    });  // here this thread takes the second half: it blocks, and the substitute waits for it in a join
    SUCCEED();
}

TEST_CASE("waiting: many rounds of tasks that block, join and spawn, in one pool, all end")
{
    const test::test_watchdog limit;
    for (const std::size_t threads : {1u, 2u, 3u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        for (std::size_t round = 0; round < test::scaled(100); ++round) {
            std::atomic<int> ended{0};
            pool.scope([&](weft::task_scope& s) {
                for (int i = 0; i < 8; ++i) {
                    s.spawn([&] {
                        const auto block = [&] {
                            message sent;
                            weft::spawn([&] { sent.send(); });
                            weft::blocking([&] { sent.wait(); });
                            ended.fetch_add(1);
                        };
                        weft::join(block, block);
                    });
                }
            });
            REQUIRE(ended.load() == 16);
        }
    }
}

TEST_CASE("waiting: when nothing blocks any more, no more tasks compute at once than the pool has threads, and one")
{
    const test::test_watchdog limit;
    constexpr int tasks = 2'000;
    constexpr int blocking_tasks = 200;
    constexpr std::size_t threads = 2;
    weft::thread_pool pool{{.num_threads = threads}};
    std::atomic<int> ended{0};
    std::atomic<int> computing{0};
    test::highest most;
    pool.scope([&](weft::task_scope& s) {
        for (int i = 0; i < tasks; ++i) {
            s.spawn([&] {
                if (ended.load() < blocking_tasks) weft::blocking([] { std::this_thread::sleep_for(1ms); });
                const int now = computing.fetch_add(1) + 1;
                if (ended.load() >= tasks / 2) most.see(now);
                compute();
                computing.fetch_sub(1);
                ended.fetch_add(1);
            });
        }
    });
    CHECK(ended.load() == tasks);
    CHECK(most.get() <= static_cast<int>(threads) + 1);
}

// In calls that the pool knows nothing of, while another thread is idle.

TEST_CASE("waiting: the second half of a join inside a join is found although the first half waits for it")
{
    const test::test_watchdog limit;
    weft::thread_pool pool{{.num_threads = 4}};
    for (std::size_t round = 0; round < test::scaled(20); ++round) {
        message sent;
        pool.install([&] {
            weft::join([&] { weft::join([&] { sent.wait(); }, [&] { sent.send(); }); }, [] { busy_for(1ms); });
        });
    }
    SUCCEED();
}

TEST_CASE("waiting: a task of a scope in a task of a scope is found by the thread that waits for the outer scope")
{
    const test::test_watchdog limit;
    weft::thread_pool pool{{.num_threads = 2}};
    message sent;
    pool.scope([&](weft::task_scope& outer) {
        outer.spawn([&] {
            weft::scope([&](weft::task_scope& inner) {
                inner.spawn([&] { sent.send(); });
                sent.wait();
            });
        });
        std::this_thread::sleep_for(50ms);  // the other thread has the task by now, and this one waits below
    });
    SUCCEED();
}

TEST_CASE("waiting: of three forks inside each other the middle one is found although the innermost waits for it")
{
    const test::test_watchdog limit;
    weft::thread_pool pool{{.num_threads = 4}};
    message sent;
    pool.install([&] {
        weft::join(
            [&] {
                weft::join([&] { weft::join([&] { sent.wait(); }, [] { busy_for(10us); }); }, [&] { sent.send(); });
            },
            [] { busy_for(100ms); });
    });
    SUCCEED();
}

TEST_CASE("waiting: a task waits for what another one sends that it has spawned into its own scope")
{
    const test::test_watchdog limit;
    weft::thread_pool pool{{.num_threads = 2}};
    for (std::size_t round = 0; round < test::scaled(20); ++round) {
        message sent;
        pool.scope([&](weft::task_scope& s) {
            s.spawn([&] {
                s.spawn([&] { sent.send(); });
                sent.wait();
            });
        });
    }
    SUCCEED();
}

TEST_CASE("waiting: the same, ten scopes deep")
{
    const test::test_watchdog limit;
    weft::thread_pool pool{{.num_threads = 2}};
    message sent;
    const auto descend = [&](const auto& self, int depth) -> void {
        weft::scope([&](weft::task_scope& s) {
            if (depth > 0) {
                s.spawn([&, depth] { self(self, depth - 1); });
            } else {
                s.spawn([&] { sent.send(); });
                sent.wait();
            }
        });
    };
    pool.install([&] { descend(descend, 10); });
    SUCCEED();
}

// Broadcasts.

TEST_CASE("waiting: a lock that is held across join is not wanted on top of it by a broadcast")
{
    const test::test_watchdog limit;
    weft::thread_pool pool{{.num_threads = 2}};
    std::mutex lock;
    std::atomic<bool> stop{false};
    std::jthread broadcaster([&] {
        while (!stop.load()) pool.broadcast([&] { const std::lock_guard hold(lock); });
    });
    pool.install([&] {
        for (std::size_t i = 0; i < test::scaled(2'000); ++i) {
            const std::lock_guard hold(lock);
            weft::join([] { busy_for(5us); }, [] { busy_for(50us); });
        }
    });
    stop = true;
    broadcaster.join();
    SUCCEED();
}

TEST_CASE("waiting: parts of broadcasts do not pile up on a thread that waits in one of them")
{
    const test::test_watchdog limit;
    static thread_local int depth = 0;
    weft::thread_pool pool{{.num_threads = 8}};
    test::highest deepest;
    std::atomic<int> ran{0};
    const int broadcasts = static_cast<int>(test::scaled(300));
    pool.scope([&](weft::task_scope& s) {
        for (int i = 0; i < broadcasts; ++i) {
            s.spawn_broadcast([&](std::size_t index) {
                if (index != 0) return;
                ++depth;
                deepest.see(depth);
                std::atomic<bool> taken{false};
                weft::join(
                    [&] {
                        // So that this thread waits in the join: for another one that has taken the second half.
                        const auto end = std::chrono::steady_clock::now() + 5ms;
                        while (!taken.load() && std::chrono::steady_clock::now() < end) weft::poll();
                    },
                    [&] {
                        taken = true;
                        std::this_thread::sleep_for(2ms);
                    });
                --depth;
                ran.fetch_add(1);
            });
            std::this_thread::sleep_for(300us);
        }
    });
    CHECK(ran.load() == broadcasts);
    CHECK(deepest.get() == 1);  // a join runs what descends from it, and nothing else
}

TEST_CASE("waiting: a function of a stream may broadcast while the thread of the loop waits for it")
{
    const test::test_watchdog limit;
    weft::thread_pool pool{{.num_threads = 2}};
    std::vector<int> numbers(64);
    std::iota(numbers.begin(), numbers.end(), 0);
    const std::size_t rounds = test::scaled(20);
    long sum = 0;
    pool.install([&] {
        const auto loop_thread = std::this_thread::get_id();
        for (std::size_t round = 0; round < rounds; ++round) {
            auto results = weft::stream(numbers).parallel_map(
                [&](int x) {
                    if (std::this_thread::get_id() == loop_thread) {
                        busy_for(100us);
                    } else {
                        std::this_thread::sleep_for(1ms);  // the loop's thread has nothing else to do by now
                        weft::broadcast([] {});
                    }
                    return x;
                },
                8);
            for (const int x : std::move(results).ordered()) sum += x;
        }
    });
    CHECK(sum == static_cast<long>(rounds) * 63 * 64 / 2);
}

// Many tasks.

TEST_CASE("waiting: tasks that a thread outside spawns, and that wait, cost about what the same tasks of the body cost")
{
    const test::test_watchdog limit;
    weft::thread_pool pool{{.num_threads = 2}};
    // Each task opens a scope of its own and waits there for the other thread: whoever waits looks for what it may run.
    // If it looks through all tasks from outside each time, their cost grows with the square of their number.
    const std::size_t count = test::scaled(4'000);
    const auto processor_seconds = [&](bool from_outside) {
        std::atomic<std::size_t> ended{0};
        const std::clock_t start = std::clock();
        pool.scope([&](weft::task_scope& s) {
            const auto spawn_all = [&] {
                for (std::size_t i = 0; i < count; ++i) {
                    s.spawn([&] {
                        weft::scope([](weft::task_scope& inner) { inner.spawn_broadcast([] {}); });
                        ended.fetch_add(1);
                    });
                }
            };
            if (from_outside) {
                std::jthread outside(spawn_all);
                weft::blocking([&] { outside.join(); });
            } else {
                spawn_all();
            }
        });
        REQUIRE(ended.load() == count);
        return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    };
    const double by_the_body = processor_seconds(false);
    const double from_outside = processor_seconds(true);
    // Processor time, ten times as much, and a floor: this is not a measurement, on a machine that may have other work.
    CHECK(from_outside < 10 * by_the_body + 0.2);
}
