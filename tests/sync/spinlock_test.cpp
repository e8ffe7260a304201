// tests/sync/spinlock_test.cpp - the spinlock excludes, hands over and may be tried.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/spinlock.hpp>

#include "test.hpp"

#include <mutex>
#include <vector>

TEST_CASE("spinlock: try_lock tells whether it is free")
{
    weft::spinlock lock;
    REQUIRE(lock.try_lock());
    CHECK_FALSE(lock.try_lock());
    lock.unlock();
    CHECK(lock.try_lock());
    lock.unlock();
}

TEST_CASE("spinlock: holders exclude each other, even with more threads than cores")
{
    weft::spinlock lock;
    std::vector<int> shared;
    const int each = static_cast<int>(test::scaled(5'000));
    long counter = 0;
    test::run_threads(8, [&](std::size_t id) {
        for (int i = 0; i < each; ++i) {
            if (i % 7 == 0) {
                while (!lock.try_lock()) std::this_thread::yield();
                ++counter;
                lock.unlock();
            } else {
                const std::lock_guard hold(lock);
                ++counter;
                if (i % 100 == 0) shared.push_back(static_cast<int>(id));
            }
        }
    });
    CHECK(counter == 8L * each);
}
