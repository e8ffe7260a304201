// A crowd of callers that has gone leaves little memory behind.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "../watchdog.hpp"
#include "process.hpp"

#include <malloc.h>
#include <cstdio>
#include <latch>
#include <thread>
#include <vector>

namespace {

/// Of this process, in KiB.
long resident()
{
    malloc_trim(0);
    std::FILE* const file = std::fopen("/proc/self/statm", "r");
    long all = 0;
    long pages = 0;
    EXPECT(file != nullptr && std::fscanf(file, "%ld %ld", &all, &pages) == 2);
    std::fclose(file);
    return pages * 4;
}

/// `callers` threads are in the pool at once, and each spawns many tasks.
void crowd(weft::thread_pool& pool, int callers)
{
    std::latch all_here(callers);
    std::vector<std::jthread> threads;
    for (int i = 0; i < callers; ++i) {
        threads.emplace_back([&] {
            pool.scope([&](weft::task_scope& s) {
                weft::blocking([&] { all_here.arrive_and_wait(); });
                for (int k = 0; k < 20'000; ++k) s.spawn([] {});
            });
        });
    }
}

}  // namespace

int main()
{
    const test::watchdog limit("pool process: callers_memory");
    weft::thread_pool pool{{.num_threads = 2}};
    crowd(pool, 2);
    const long before = resident();
    constexpr int callers = 100;
    crowd(pool, callers);
    const long after = resident();
    std::fprintf(stderr, "%ld KiB, then %ld KiB\n", before, after);
    EXPECT(after - before < callers * 256);  // of 512 and more that the tasks of one took
}
