// tests/sync/mutex_test.cpp - mutex and sharded_mutex exclude, hand over, and may be tried.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/fair_mutex.hpp>
#include <weft/sync/mutex.hpp>
#include <weft/sync/sharded_mutex.hpp>
#include <weft/sync/spinlock.hpp>

#include "test.hpp"

#include <time.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

TEMPLATE_TEST_CASE("lock: try_lock tells whether it is free", "", weft::mutex, weft::fair_mutex, weft::spinlock,
                   weft::sharded_mutex)
{
    TestType lock;
    REQUIRE(lock.try_lock());
    CHECK_FALSE(lock.try_lock());
    lock.unlock();
    lock.lock();
    CHECK_FALSE(lock.try_lock());
    lock.unlock();
    CHECK(lock.try_lock());
    lock.unlock();
}

TEMPLATE_TEST_CASE("lock: holders exclude each other, with more threads than cores", "", weft::mutex, weft::fair_mutex,
                   weft::spinlock, weft::sharded_mutex)
{
    TestType lock;
    long counter = 0;
    const long each = static_cast<long>(test::scaled(5'000));
    test::run_threads(8, [&](std::size_t) {
        for (long i = 0; i < each; ++i) {
            const std::lock_guard hold(lock);
            ++counter;
        }
    });
    CHECK(counter == 8 * each);
}

TEMPLATE_TEST_CASE("lock: a holder that takes long does not lose the waiters", "", weft::mutex, weft::fair_mutex,
                   weft::sharded_mutex)
{
    TestType lock;
    std::atomic<int> got{0};
    test::run_threads(4, [&](std::size_t) {
        for (int i = 0; i < 5; ++i) {
            const std::lock_guard hold(lock);
            std::this_thread::sleep_for(std::chrono::microseconds(300));  // the others go to sleep
            got.fetch_add(1);
        }
    });
    CHECK(got.load() == 20);
}

#ifdef CLOCK_THREAD_CPUTIME_ID
TEMPLATE_TEST_CASE("lock: a thread that waits long uses no processor time", "", weft::mutex, weft::fair_mutex,
                   weft::sharded_mutex)
{
    const auto used = [] {
        timespec t{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
    };
    TestType lock;
    std::vector<double> times(3);
    lock.lock();
    std::atomic<std::size_t> next{0};
    const auto wait = [&] {
        double& mine = times[next.fetch_add(1)];
        const double begin = used();
        lock.lock();
        mine = used() - begin;
        lock.unlock();
    };
    {
        std::vector<std::jthread> waiters;
        while (waiters.size() < times.size()) waiters.emplace_back(wait);
        std::this_thread::sleep_for(std::chrono::milliseconds(100));  // that is a long wait
        lock.unlock();
    }
    // Each thread spins for some microseconds, and again if it has been woken for a lock that another one took.
    for (const double t : times) CHECK(t < 0.01);
}
#endif

TEST_CASE("sharded_mutex: a writer waits for readers on every shard, whenever they came first")
{
    weft::sharded_mutex lock;
    long value = 0;
    std::atomic<int> torn{0};
    // Each round brings threads that have not read before: they mark shards while others write.
    for (int round = 0; round < 6; ++round) {
        test::run_threads(5, [&](std::size_t id) {
            for (std::size_t i = 0; i < test::scaled(400); ++i) {
                if (id < 2) {
                    const std::lock_guard hold(lock);
                    ++value;
                    ++value;
                } else {
                    const std::shared_lock hold(lock);
                    if (value % 2 != 0) torn.fetch_add(1);
                }
            }
        });
    }
    CHECK(torn.load() == 0);
    CHECK(value == static_cast<long>(6 * 2 * 2 * test::scaled(400)));
}

TEST_CASE("sharded_mutex: readers share, writers do not")
{
    weft::sharded_mutex lock;
    lock.lock_shared();
    std::jthread([&] {
        const bool shared = lock.try_lock_shared();
        const bool exclusive = lock.try_lock();
        if (shared) lock.unlock_shared();
        if (!shared || exclusive) std::terminate();
    }).join();
    CHECK_FALSE(lock.try_lock());
    lock.unlock_shared();
    REQUIRE(lock.try_lock());
    CHECK_FALSE(lock.try_lock_shared());
    lock.unlock();
    CHECK(lock.try_lock_shared());
    lock.unlock_shared();
}

TEST_CASE("sharded_mutex: readers never see half of a write")
{
    weft::sharded_mutex lock;
    long a = 0;
    long b = 0;
    std::atomic<int> torn{0};
    std::atomic<bool> done{false};
    test::run_threads(4, [&](std::size_t id) {
        if (id == 0) {
            for (std::size_t i = 0; i < test::scaled(5'000); ++i) {
                const std::lock_guard hold(lock);
                ++a;
                ++b;
            }
            done.store(true);
        } else {
            while (!done.load()) {
                const std::shared_lock hold(lock);
                if (a != b) torn.fetch_add(1);
            }
        }
    });
    CHECK(torn.load() == 0);
    CHECK(a == static_cast<long>(test::scaled(5'000)));
}
