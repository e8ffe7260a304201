// tests/pool/process/rest.hpp - whether a process uses processor time although it has nothing to do.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <sys/resource.h>
#include <chrono>
#include <thread>

namespace process_test {

inline double processor_seconds()
{
    rusage use{};
    getrusage(RUSAGE_SELF, &use);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(use.ru_utime) + seconds(use.ru_stime);
}

/// Whether one of ten half seconds takes less than 1 ms of processor time, for everything in the process: on a busy machine
/// threads may be late to fall asleep. The figure itself is measured in bench/run.
inline bool comes_to_rest()
{
    for (int i = 0; i < 10; ++i) {
        const double before = processor_seconds();
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        if (processor_seconds() - before < 0.001) return true;
    }
    return false;
}

}  // namespace process_test
