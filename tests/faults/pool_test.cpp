// tests/faults/pool_test.cpp - no memory, no threads: what the pool does then.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/pool/per_worker.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "faults.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace {

int fib(int n)
{
    if (n < 2) return n;
    const auto [a, b] = weft::join([&] { return fib(n - 1); }, [&] { return fib(n - 2); });
    return a + b;
}

const auto two_threads = [] { return std::make_unique<weft::thread_pool>(weft::pool_options{.num_threads = 2}); };
const auto one_thread = [] { return std::make_unique<weft::thread_pool>(weft::pool_options{.num_threads = 1}); };
const auto in_test_pool = [] { return std::make_unique<weft::test_pool>(5); };
const auto usable = [](auto& pool) {
    std::atomic<int> ran = 0;
    pool->scope([&](weft::task_scope& s) {
        for (int i = 0; i < 3; ++i) s.spawn([&] { ran.fetch_add(1); });
    });
    return pool->install([] { return fib(10); }) == 55 && ran == 3;
};

/// The attempt on a pool of one thread, on one of two, and on a test_pool.
template <class Attempt>
void check_on_every_pool(const char* what, Attempt attempt, bool may_allocate = true)
{
    faults::check(std::string(what) + ", one thread", faults::fail_everywhere(one_thread, attempt, usable),
                  may_allocate);
    faults::check(std::string(what) + ", two threads", faults::fail_everywhere(two_threads, attempt, usable),
                  may_allocate);
    faults::check(std::string(what) + ", in a test pool", faults::fail_everywhere(in_test_pool, attempt, usable),
                  may_allocate);
}

}  // namespace

TEST_CASE("a pool's constructor gives back all it has if memory runs out")
{
    const auto nothing = [] { return 0; };
    const auto always = [](auto&) { return true; };
    faults::check("thread_pool", faults::fail_everywhere(
                                     nothing,
                                     [](int) {
                                         weft::thread_pool pool({.num_threads = 3});
                                         return pool.num_threads() == 3;
                                     },
                                     always));
    faults::check("test_pool", faults::fail_everywhere(
                                   nothing,
                                   [](int) {
                                       weft::test_pool pool(3);
                                       return pool.num_threads() == 4;
                                   },
                                   always));
}

TEST_CASE("join, install and loops without a container allocate nothing")
{
    const std::vector<int> numbers(1000, 1);
    check_on_every_pool(
        "join",
        [&](auto& pool) {
            return pool->install([&] {
                return fib(8) == 21 && weft::par_iter(numbers).sum() == 1000 &&
                       weft::par_iter(numbers).count() == 1000 &&
                       !weft::par_iter(numbers).find_any([](int x) { return x == 2; });
            });
        },
        false);
}

TEST_CASE("scope: a task that cannot be spawned throws, the others run")
{
    check_on_every_pool("spawn", [](auto& pool) {
        std::atomic<int> ran = 0;
        std::atomic<int> spawned = 0;
        const long before = test::counted::alive();
        try {
            pool->scope([&](weft::task_scope& s) {
                for (int i = 0; i < 10; ++i) {
                    s.spawn([&, c = test::counted(i)](weft::task_scope& again) {
                        ran.fetch_add(c.value >= 0 ? 1 : 100);
                        again.spawn_fifo([&, d = c] { ran.fetch_add(d.value >= 0 ? 1 : 100); });
                        spawned.fetch_add(1);
                    });
                    spawned.fetch_add(1);
                }
            });
        } catch (const std::bad_alloc&) {
            if (ran != spawned || test::counted::alive() != before) return false;
            throw;
        }
        return ran == 20 && test::counted::alive() == before;
    });
}

TEST_CASE("scope: tasks that lie in the way of a waiting worker survive that there is no memory")
{
    check_on_every_pool("nested scopes", [](auto& pool) {
        std::atomic<int> ran = 0;
        pool->scope([&](weft::task_scope& outer) {
            weft::scope([&](weft::task_scope& inner) {
                for (int i = 0; i < 70; ++i) {
                    inner.spawn([&] { ran.fetch_add(1); });
                    outer.spawn([&] { ran.fetch_add(1); });
                }
            });
        });
        return ran == 140;
    });
}

TEST_CASE("spawn_broadcast and broadcast throw, or reach every thread")
{
    check_on_every_pool("spawn_broadcast", [](auto& pool) {
        std::atomic<int> ran = 0;
        pool->scope(
            [&](weft::task_scope& s) { s.spawn_broadcast([&ran, c = test::counted(1)] { ran.fetch_add(c.value); }); });
        return ran == static_cast<int>(pool->num_threads());
    });
    check_on_every_pool("broadcast", [](auto& pool) {
        const auto all = pool->broadcast([](std::size_t i) { return std::vector<std::size_t>(1, i); });
        return all.size() == pool->num_threads() && all.back().front() == all.size() - 1;
    });
}

TEST_CASE("spawn: a detached task that cannot be kept throws, and is freed")
{
    check_on_every_pool("spawn, detached", [](auto& pool) {
        for (int i = 0; i < 100; ++i) pool->spawn([c = test::counted(i)] { static_cast<void>(c); });
        pool->install([&] {
            for (int i = 0; i < 100; ++i) weft::spawn([c = test::counted(i)] { static_cast<void>(c); });
        });
        return true;
    });
    CHECK(test::counted::alive() == 0);
}

TEST_CASE("per_worker: a value that cannot be made is not kept")
{
    check_on_every_pool("per_worker", [](auto& pool) {
        weft::per_worker<std::vector<int>> lists{std::vector<int>(3, 1)};
        pool->install([&] { weft::join([&] { lists.local().push_back(1); }, [&] { lists.local().push_back(1); }); });
        std::size_t all = 0;
        for (const auto& list : lists) all += list.size() - 3;
        return all == 2;
    });
}

TEST_CASE("blocking goes on without a substitute, and has one again when memory is back")
{
    const auto attempt = [](auto& pool) { return pool->install([] { return weft::blocking([] { return true; }); }); };
    const auto has_substitute = [](auto& pool) {
        // The only thread of the pool blocks until a task has run: a substitute must run it.
        pool->install([] {
            test::latch done(1);
            weft::spawn([&] { done.count_down(); });
            weft::blocking([&] { done.wait(); });
        });
        return usable(pool);
    };
    faults::check("blocking", faults::fail_everywhere(one_thread, attempt, has_substitute), false);
}

TEST_CASE("more callers than seats: who finds no memory for a seat gets std::bad_alloc")
{
    // Its only seat is taken by another caller as long as this lives.
    struct taken_pool {
        std::unique_ptr<weft::thread_pool> pool = one_thread();
        test::latch taken{1};
        test::latch leave{1};
        std::thread caller{[this] {
            pool->install([this] {
                taken.count_down();
                leave.wait();
            });
        }};
        taken_pool() { taken.wait(); }
        ~taken_pool()
        {
            leave.count_down();
            caller.join();
        }
    };
    faults::check("install",
                  faults::fail_everywhere([] { return std::make_unique<taken_pool>(); },
                                          [](auto& p) { return p->pool->install([] { return fib(5); }) == 5; },
                                          [](auto& p) { return usable(p->pool); }));
}

#ifdef WEFT_TEST_THREAD_FAULTS
TEST_CASE("if thread number k cannot be started the constructor says so, and the others have ended")
{
    for (long k = 0; k < 4; ++k) {
        const long before = faults::live_blocks();
        std::atomic<int> running = 0;
        bool refused = false;
        faults::fail_thread(k);
        try {
            weft::thread_pool pool({.num_threads = 4,
                                    .on_thread_start = [&] { running.fetch_add(1); },
                                    .on_thread_exit = [&] { running.fetch_sub(1); }});
        } catch (const std::system_error& e) {
            refused = e.code() == std::errc::resource_unavailable_try_again;
        }
        faults::stop_failing();
        CHECK(refused);
        CHECK(running == 0);
        CHECK(faults::live_blocks() == before);
    }
}

TEST_CASE("blocking goes on if no thread can be started, and has one when threads are to be had again")
{
    const auto pool = std::make_unique<weft::thread_pool>(weft::pool_options{.num_threads = 1});
    test::latch ran(1);
    faults::fail_thread(0);
    const int result = pool->install([&] {
        weft::spawn([&] { ran.count_down(); });  // so that a thread is wanted
        return weft::blocking([] { return fib(5); });
    });
    CHECK(result == 5);
    CHECK(faults::stop_failing() == 1);
    ran.wait();
    CHECK(usable(pool));
    pool->install([&] {
        test::latch done(1);
        weft::spawn([&] { done.count_down(); });
        weft::blocking([&] { done.wait(); });
    });
    CHECK(usable(pool));
}
#endif
