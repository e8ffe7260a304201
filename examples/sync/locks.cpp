// examples/sync/locks.cpp - a spinlock around a few instructions.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/spinlock.hpp>

#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

int main()
{
    weft::spinlock lock;
    long counter = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 50'000; ++i) {
                    const std::lock_guard hold(lock);
                    ++counter;
                }
            });
        }
    }
    std::printf("4 threads counted to %ld\n", counter);
    return counter == 200'000 ? 0 : 1;
}
