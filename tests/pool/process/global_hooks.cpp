// on_thread_start of the global pool may use the global pool, fork, and wait for another thread that does one of these.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "../watchdog.hpp"
#include "child.hpp"
#include "process.hpp"

#include <atomic>
#include <string>
#include <thread>

namespace {

std::atomic<int> used{0};

void use(const std::string& how)
{
    if (how == "join") {
        weft::join([] { used.fetch_add(1); }, [] {});
    } else if (how == "broadcast") {
        weft::broadcast([](std::size_t index) { used.fetch_add(index == 0); });
    } else if (how == "fork") {
        const child_end end = run_child(5, [] { return 0; });
        EXPECT(end.exit_code == 0);
        used.fetch_add(1);
    } else if (how == "another_thread") {
        std::jthread other([] { weft::join([] { used.fetch_add(1); }, [] {}); });
    } else {
        EXPECT(how == "count");
        used.fetch_add(weft::current_num_threads() == 2);
    }
}

}  // namespace

int main(int, char** arguments)
{
    const std::string how = arguments[1];
    const test::watchdog limit("pool process: global_hooks " + how);
    weft::init_global_pool({.num_threads = 2, .on_thread_start = [&](std::size_t) { use(how); }});
    EXPECT(weft::join([] { return 1; }, [] { return 2; }) == std::tuple(1, 2));
    // The hooks may still run when the pool can be used; a broadcast needs both threads.
    weft::broadcast([] {});
    EXPECT(used.load() == 2);
}
