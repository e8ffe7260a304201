// Threads stay where the system confines them while the pool runs, and are free again when it lets them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "../watchdog.hpp"
#include "affinity.hpp"
#include "process.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace {

void compute(std::chrono::milliseconds time)
{
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {}
}

/// Puts threads to sleep and wakes them, in every way that a pool has.
void sleep_and_wake(weft::thread_pool& pool)
{
    using std::chrono::milliseconds;
    for (int round = 0; round < 20; ++round) {
        pool.join([] { compute(milliseconds(1)); },
                  [] { weft::join([] { compute(milliseconds(1)); }, [] { compute(milliseconds(1)); }); });
        std::atomic<bool> ran{false};
        pool.spawn([&] { ran = true; });
        while (!ran.load()) std::this_thread::yield();
        pool.install([] { weft::blocking([] { std::this_thread::sleep_for(milliseconds(1)); }); });
        pool.broadcast([] {});
        std::this_thread::sleep_for(milliseconds(2));
    }
}

}  // namespace

int main()
{
    const test::watchdog limit("pool process: confined_later");
    const affinity everywhere = affinity_of();
    const affinity confined = everywhere.first();
    for (const weft::pin_policy pin : {weft::pin_policy::none, weft::pin_policy::core}) {
        weft::thread_pool pool{{.num_threads = 3, .pin = pin}};
        sleep_and_wake(pool);
        confine_all(confined);
        EXPECT(all_are(confined));
        sleep_and_wake(pool);
        EXPECT(all_are(confined));
        confine_all(everywhere);
        sleep_and_wake(pool);
        EXPECT(all_are(everywhere));
    }
}
