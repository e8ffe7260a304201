// examples/sync/sharded_mutex.cpp - a table that everybody reads and hardly anybody writes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/sharded_mutex.hpp>

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

int main()
{
    std::map<std::string, int> prices{{"apple", 3}, {"pear", 4}};
    weft::sharded_mutex lock;
    std::atomic<long> looked_up{0};
    {
        std::vector<std::jthread> readers;
        for (int t = 0; t < 3; ++t) {
            readers.emplace_back([&] {
                for (int i = 0; i < 20'000; ++i) {
                    const std::shared_lock hold(lock);  // readers do not slow each other down
                    if (prices.contains("apple")) looked_up.fetch_add(1, std::memory_order_relaxed);
                }
            });
        }
        for (int p = 5; p < 10; ++p) {
            const std::lock_guard hold(lock);
            prices["apple"] = p;
        }
    }
    std::printf("%ld look-ups, an apple costs %d now\n", looked_up.load(), prices["apple"]);
    return looked_up.load() == 60'000 && prices["apple"] == 9 ? 0 : 1;
}
