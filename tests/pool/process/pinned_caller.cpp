// A thread that steps in for one that blocks runs where the pool's own threads may, whoever has started it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "../watchdog.hpp"
#include "affinity.hpp"
#include "process.hpp"

#include <unistd.h>

#include <atomic>
#include <thread>

int main()
{
    const test::watchdog limit("pool process: pinned_caller");
    const affinity allowed = affinity_of();
    const auto run = [&](const affinity& expected, weft::thread_pool& pool) {
        std::jthread([&] {
            const affinity one = allowed.first();
            EXPECT(sched_setaffinity(0, sizeof one.set, &one.set) == 0);
            const pid_t caller = gettid();
            std::atomic<int> strangers{0};
            // The caller sits in the only seat, and blocks: what it has spawned wants a thread that is started here.
            pool.install([&] {
                for (int round = 0; round < 3; ++round) {
                    std::atomic<int> ran{0};
                    for (int i = 0; i < 4; ++i) {
                        pool.spawn([&] {
                            if (!(affinity_of() == expected)) strangers.fetch_add(1);
                            weft::blocking([] { std::this_thread::yield(); });
                            ran.fetch_add(1);
                        });
                    }
                    weft::blocking([&] {
                        while (ran.load() < 4) std::this_thread::yield();
                    });
                }
            });
            EXPECT(strangers.load() == 0);
            for (const auto& [thread, now] : affinities()) EXPECT(thread == caller || now == expected);
        });
    };
    weft::thread_pool pool{{.num_threads = 1}};
    run(allowed, pool);
    // What the system confines stays confined: main's own thread too, so that all are alike.
    confine_all(allowed.first());
    run(allowed.first(), pool);
}
