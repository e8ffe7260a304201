// Tasks that sleep use no processor time, however many they are.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../../pool/process/process.hpp"
#include "../../pool/process/rest.hpp"
#include "../../pool/watchdog.hpp"

#include <atomic>
#include <chrono>
#include <thread>

using namespace std::chrono_literals;

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
        EXPECT(process_test::comes_to_rest());  // as an idle pool
    }
    EXPECT(ended == sleepers);
}
