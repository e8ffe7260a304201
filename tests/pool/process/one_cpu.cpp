// With one processor allowed everything works, and automatic pools have one thread.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "process.hpp"

#include <sched.h>
#include <atomic>

int main()
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    EXPECT(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
    int first = 0;
    while (!CPU_ISSET(first, &allowed)) ++first;
    CPU_ZERO(&allowed);
    CPU_SET(first, &allowed);
    EXPECT(sched_setaffinity(0, sizeof allowed, &allowed) == 0);

    EXPECT(weft::current_num_threads() == 1);
    weft::thread_pool pool{{.num_threads = 4}};
    std::atomic<int> count{0};
    for (int round = 0; round < 20; ++round) {
        const auto work = [&](weft::task_scope& s) {
            for (int i = 0; i < 50; ++i) {
                s.spawn([&] { weft::join([&] { count.fetch_add(1); }, [&] { count.fetch_add(1); }); });
            }
        };
        weft::scope(work);
        pool.scope(work);
    }
    EXPECT(count.load() == 20 * 2 * 100);
    // Two functions that need two threads, on one processor.
    std::atomic<int> here{0};
    const auto meet = [&] {
        here.fetch_add(1);
        while (here.load() < 2) sched_yield();
    };
    pool.join(meet, meet);
}
