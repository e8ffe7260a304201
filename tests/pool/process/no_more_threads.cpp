// If thread number k cannot be started, the constructor throws a clear error, and the earlier threads have ended.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "process.hpp"

#include <sys/resource.h>
#include <atomic>
#include <cstring>
#include <system_error>

int main()
{
    // Stacks that fit into the address space a few times, but not 64 times.
    rlimit limit{};
    EXPECT(getrlimit(RLIMIT_AS, &limit) == 0);
    limit.rlim_cur = 4ul << 30;
    EXPECT(setrlimit(RLIMIT_AS, &limit) == 0);
    std::atomic<int> running{0};
    bool failed = false;
    try {
        weft::thread_pool pool{{.num_threads = 64,
                                .stack_size = 256u << 20,
                                .on_thread_start = [&] { running.fetch_add(1); },
                                .on_thread_exit = [&] { running.fetch_sub(1); }}};
    } catch (const std::system_error& e) {
        failed = true;
        EXPECT(std::strstr(e.what(), "weft: cannot start a thread") != nullptr);
    }
    EXPECT(failed);
    EXPECT(running.load() == 0);
    // Small ones can still be had.
    weft::thread_pool pool{{.num_threads = 2, .stack_size = 256u << 10}};
    EXPECT(pool.join([] { return 1; }, [] { return 2; }) == std::tuple(1, 2));
}
