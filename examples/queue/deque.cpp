// examples/queue/deque.cpp - the owner works at one end of its deque, thieves at the other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/deque.hpp>

#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

int main()
{
    constexpr int items = 100'000;
    weft::deque<int> mine;
    std::atomic<long> sum{0};
    std::atomic<bool> done{false};
    {
        std::vector<std::jthread> thieves;
        for (int i = 0; i < 2; ++i) {
            thieves.emplace_back([&, from = mine.stealer()] {
                while (true) {
                    const bool last = done.load(std::memory_order_acquire);
                    const auto stolen = from.steal();  // the oldest
                    if (stolen) {
                        sum.fetch_add(*stolen, std::memory_order_relaxed);
                    } else if (stolen.empty() && last) {
                        return;
                    }
                }
            });
        }
        for (int i = 0; i < items; ++i) {
            mine.push(i);
            if (i % 2 == 0) {
                if (const auto newest = mine.pop()) sum.fetch_add(*newest, std::memory_order_relaxed);
            }
        }
        done.store(true, std::memory_order_release);
    }
    std::printf("all of them together: %ld\n", sum.load());
    return sum.load() == static_cast<long>(items) * (items - 1) / 2 ? 0 : 1;
}
