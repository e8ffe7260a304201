// The child of a fork that uses a pool does not change where the threads of its parent may run.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The child has the numbers of its parent's threads in its memory, and the system takes them from any process.
#include <weft/pool/thread_pool.hpp>

#include "../watchdog.hpp"
#include "affinity.hpp"
#include "child.hpp"
#include "process.hpp"

#include <chrono>
#include <thread>

int main()
{
    const test::watchdog limit("pool process: fork_affinity");
    const affinity allowed = affinity_of();
    weft::thread_pool pool{{.num_threads = 3}};
    pool.join([] {}, [] {});
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // until all sleep: the child will want to wake them
    EXPECT(all_are(allowed));
    for (int round = 0; round < 5; ++round) {
        const child_end end = run_child(5, [&] {
            int ran = 0;
            for (int i = 0; i < 5; ++i) {
                pool.join([&] { ++ran; }, [&] { ++ran; });
                pool.spawn([&] { ++ran; });
            }
            return ran == 15 ? 0 : 1;
        });
        EXPECT(!end.hung);
        EXPECT(end.exit_code == 0);
        EXPECT(all_are(allowed));
    }
}
