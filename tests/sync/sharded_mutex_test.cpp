// tests/sync/sharded_mutex_test.cpp - readers and writers that sleep, and locks that end right after their last use.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/sharded_mutex.hpp>

#include "test.hpp"

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

TEST_CASE("sharded_mutex: a writer that has waited long gets the lock when the last reader leaves")
{
    weft::sharded_mutex lock;
    std::atomic<int> readers_left{0};
    int seen_by_writer = -1;
    lock.lock_shared();
    std::thread writer([&] {
        const std::lock_guard hold(lock);
        seen_by_writer = readers_left.load(std::memory_order_relaxed);
    });
    // Once new readers are refused, the writer has announced itself.
    bool refused = false;
    while (!refused) {
        std::thread([&] {
            refused = !lock.try_lock_shared();
            if (!refused) lock.unlock_shared();
        }).join();
    }
    for (int i = 0; i < 50; ++i) std::this_thread::yield();  // long enough to fall asleep, mostly
    readers_left.store(1, std::memory_order_relaxed);
    lock.unlock_shared();
    writer.join();
    CHECK(seen_by_writer == 1);
}

TEST_CASE("sharded_mutex: readers that wait for a writer all go on")
{
    weft::sharded_mutex lock;
    std::atomic<int> done{0};
    lock.lock();
    {
        std::vector<std::jthread> readers;
        for (int i = 0; i < 6; ++i) {
            readers.emplace_back([&] {
                const std::shared_lock hold(lock);
                done.fetch_add(1, std::memory_order_relaxed);
            });
        }
        for (int i = 0; i < 200; ++i) std::this_thread::yield();
        CHECK(done.load() == 0);
        lock.unlock();
    }
    CHECK(done.load() == 6);
}

TEST_CASE("sharded_mutex: the holder that comes last may destroy it")
{
    struct shared {
        weft::sharded_mutex lock;
        int holders = 2;
    };
    const std::size_t rounds = test::scaled(4'000);
    std::atomic<shared*> current{nullptr};
    std::atomic<std::size_t> ended{0};
    test::run_threads(2, [&](std::size_t who) {
        for (std::size_t round = 0; round < rounds; ++round) {
            if (who == 0) current.store(new shared, std::memory_order_release);
            shared* s = nullptr;
            while ((s = current.load(std::memory_order_acquire)) == nullptr) std::this_thread::yield();
            s->lock.lock_shared();
            s->lock.unlock_shared();
            s->lock.lock();
            const bool last = --s->holders == 0;
            if (last) current.store(nullptr, std::memory_order_relaxed);
            s->lock.unlock();
            if (last) {
                delete s;
                ended.fetch_add(1, std::memory_order_release);
            } else {
                while (ended.load(std::memory_order_acquire) <= round) std::this_thread::yield();
            }
        }
    });
    CHECK(ended.load() == rounds);
}
