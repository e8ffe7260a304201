// Tasks that sleep use no processor time, however many they are.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../../pool/process/process.hpp"
#include "../../pool/watchdog.hpp"

#include <sys/resource.h>
#include <atomic>
#include <chrono>
#include <thread>

using namespace std::chrono_literals;

namespace {

double processor_seconds()
{
    rusage use{};
    getrusage(RUSAGE_SELF, &use);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(use.ru_utime) + seconds(use.ru_stime);
}

}  // namespace

int main()
{
    const test::watchdog limit("async process: idle_sleepers");
    constexpr int sleepers = 100'000;
    std::atomic<int> asleep{0};
    std::atomic<int> ended{0};
    {
        weft::thread_pool pool{{.num_threads = 2}};
        const auto sleeps = [](std::atomic<int>& begun, std::atomic<int>& over) -> weft::task<> {
            struct counts {
                std::atomic<int>& at;
                ~counts() { ++at; }
            };
            const counts at_end{over};
            ++begun;
            co_await weft::sleep_for(1h);
        };
        for (int i = 0; i < sleepers; ++i) static_cast<void>(pool.spawn(sleeps(asleep, ended)));
        while (asleep != sleepers) std::this_thread::sleep_for(1ms);
        std::this_thread::sleep_for(50ms);  // far longer than a thread looks for work
        const double before = processor_seconds();
        std::this_thread::sleep_for(500ms);
        // As with an idle pool: 1 ms in 500 ms for everything in the process.
        EXPECT(processor_seconds() - before < 0.001);
    }
    EXPECT(ended == sleepers);
}
