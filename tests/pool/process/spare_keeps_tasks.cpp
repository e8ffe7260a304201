// What a thread that stepped in has left in its deque is run, however long the thread rests before that.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "../watchdog.hpp"
#include "process.hpp"

#include <atomic>
#include <chrono>
#include <thread>

int main()
{
    const test::watchdog limit("pool process: spare_keeps_tasks");
    std::atomic<bool> second_may_go{false};
    std::atomic<bool> first_may_go{false};
    std::atomic<int> ran{0};
    {
        weft::thread_pool pool{{.num_threads = 1}};
        // The pool's own thread blocks; a spare runs the second task, spawns there, and blocks in its turn.
        pool.spawn([&] {
            weft::blocking([&] {
                while (!first_may_go.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            });
        });
        pool.spawn([&] {
            for (int i = 0; i < 3; ++i) {
                weft::spawn([&] {
                    // The first that runs keeps the only seat until every spare has rested for longer than it stays.
                    if (ran.fetch_add(1) == 0) {
                        second_may_go = true;
                        std::this_thread::sleep_for(std::chrono::milliseconds(6'500));
                    }
                });
            }
            weft::blocking([&] {
                while (!second_may_go.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            });
        });
        while (ran.load() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        first_may_go = true;
    }
    EXPECT(ran.load() == 3);
}
