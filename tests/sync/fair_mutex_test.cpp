// tests/sync/fair_mutex_test.cpp - threads get a fair_mutex in the order in which they come.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/fair_mutex.hpp>

#include "test.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

TEST_CASE("fair_mutex: threads get it in the order in which they came")
{
    weft::fair_mutex lock;
    std::vector<int> order;
    std::vector<std::jthread> threads;
    lock.lock();
    for (int i = 0; i < 6; ++i) {
        std::atomic<bool> here{false};
        threads.emplace_back([&, i] {
            here = true;
            const std::lock_guard hold(lock);
            order.push_back(i);
        });
        while (!here.load()) std::this_thread::yield();
        std::this_thread::sleep_for(20ms);  // until it is in the queue
    }
    CHECK_FALSE(lock.try_lock());
    lock.unlock();
    threads.clear();
    CHECK(order == std::vector{0, 1, 2, 3, 4, 5});
}

TEST_CASE("fair_mutex: a thread that takes it again and again cannot keep it from another")
{
    weft::fair_mutex lock;
    std::array<int, 2> turns{};
    test::run_threads(2, [&](std::size_t who) {
        for (bool more = true; more;) {
            const std::lock_guard hold(lock);
            std::this_thread::sleep_for(1ms);  // the other one comes meanwhile, and waits
            ++turns[who];
            more = turns[0] + turns[1] < 60;
        }
    });
    CHECK(std::min(turns[0], turns[1]) >= 15);
}
