// The thread that wakes sleepers may run wherever the program may, whoever sleeps first.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../../pool/process/affinity.hpp"
#include "../../pool/process/process.hpp"
#include "../../pool/watchdog.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

/// The number of the thread with this name; 0 if there is none.
pid_t thread_named(const std::string& wanted)
{
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string name;
        std::getline(std::ifstream(entry.path() / "comm"), name);
        if (name == wanted) return std::stoi(entry.path().filename().string());
    }
    return 0;
}

weft::task<> sleeps() { co_await weft::sleep_for(1ms); }

}  // namespace

int main()
{
    const test::watchdog limit("async process: pinned_keeper");
    const affinity allowed = affinity_of();
    weft::thread_pool pool{{.num_threads = 1}};
    std::jthread([&] {
        const affinity one = allowed.first();
        EXPECT(sched_setaffinity(0, sizeof one.set, &one.set) == 0);
        weft::sync_wait(pool, sleeps());  // begins here
        EXPECT(affinity_of() == one);
    }).join();
    const pid_t keeper = thread_named("weft-timer");
    EXPECT(keeper != 0);
    EXPECT(affinity_of(keeper) == allowed);
}
