// Waking threads does not change where they may run, not even for a moment.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A thread that is tied to one processor when it is woken waits there for whatever else runs, while another processor is
// free; and who looks meanwhile, or confines it, reads or writes something that does not last.
#include <weft/pool/thread_pool.hpp>

#include "../watchdog.hpp"
#include "affinity.hpp"
#include "process.hpp"

#include <atomic>
#include <chrono>
#include <thread>

int main()
{
    const test::watchdog limit("pool process: affinity_kept");
    const affinity allowed = affinity_of();
    std::atomic<int> changed{0};
    const auto look = [&] {
        if (!(affinity_of() == allowed)) changed.fetch_add(1);
    };
    for (const std::size_t threads : {1u, 3u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        std::atomic<bool> stop{false};
        std::jthread observer([&] {
            while (!stop.load()) {
                if (!all_are(allowed)) changed.fetch_add(1);
            }
        });
        for (int round = 0; round < 200; ++round) {
            std::atomic<int> ran{0};
            // From outside, from a task that then goes on, and from a join: each has its own way to wake others.
            pool.spawn([&] {
                look();
                weft::spawn([&] {
                    look();
                    ran.fetch_add(1);
                });
                ran.fetch_add(1);
            });
            pool.join(look, [&] { weft::join(look, look); });
            while (ran.load() < 2) std::this_thread::yield();
            std::this_thread::sleep_for(std::chrono::milliseconds(2));  // until the threads sleep again
        }
        stop = true;
    }
    EXPECT(changed.load() == 0);
}
