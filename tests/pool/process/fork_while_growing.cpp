// The child of a fork never hangs in a pool of its own, whatever the parent's threads do at that moment.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "../watchdog.hpp"
#include "child.hpp"
#include "process.hpp"

#include <atomic>
#include <thread>
#include <vector>

int main()
{
    const test::watchdog limit("pool process: fork_while_growing");
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<bool> stop{false};
    std::vector<std::jthread> callers;
    for (int i = 0; i < 3; ++i) {
        callers.emplace_back([&] {
            // More callers than seats, who block: seats, and threads for them, come and go.
            while (!stop.load()) pool.install([] { weft::blocking([] {}); });
        });
    }
    for (int round = 0; round < 100; ++round) {
        const child_end end = run_child(5, [&] {
            int ran = 0;
            pool.join([&] { ++ran; }, [&] { ++ran; });
            pool.install([&] { weft::blocking([&] { ++ran; }); });
            pool.scope([&](weft::task_scope& s) { s.spawn([&] { ++ran; }); });
            return ran == 4 ? 0 : 1;
        });
        EXPECT(!end.hung);
        EXPECT(end.exit_code == 0);
    }
    stop = true;
}
