// An idle pool uses no processor time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "process.hpp"

#include <sys/resource.h>
#include <chrono>
#include <thread>

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
    weft::thread_pool pool{{.num_threads = 8}};
    for (int i = 0; i < 1000; ++i) pool.join([] {}, [] {});
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // far longer than a thread looks for work
    const double before = processor_seconds();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    // 1 ms in 500 ms for everything in the process; the figure itself is measured in bench/run.
    EXPECT(processor_seconds() - before < 0.001);
}
