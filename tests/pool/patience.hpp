// tests/pool/patience.hpp - what tests of waiting have in common: to wait without a pool's help, and to be busy.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "pool/watchdog.hpp"
#include "test.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace test {

/// A watchdog with the name of the running test.
struct test_watchdog : watchdog {
    test_watchdog() : watchdog(Catch::getResultCapture().getCurrentTestName()) {}
};

/// Waits in the system, so that the pool sees nothing of it. MinGW drops what is not a whole millisecond: a shorter nap there
/// is none, and hundreds of threads that wait would take the processors from the one that they wait for.
inline void wait_for(const std::atomic<bool>& flag)
{
#if defined(_WIN32)
    constexpr std::chrono::milliseconds nap{1};
#else
    constexpr std::chrono::microseconds nap{50};
#endif
    while (!flag.load()) std::this_thread::sleep_for(nap);
}

/// Computes, and neither forks nor polls, for this long.
inline void busy_for(std::chrono::microseconds time)
{
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {}
}

/// Keeps the highest of what it is told.
class highest {
public:
    void see(int value)
    {
        int known = value_.load();
        while (known < value && !value_.compare_exchange_weak(known, value)) {}
    }
    int get() const { return value_.load(); }

private:
    std::atomic<int> value_{0};
};

}  // namespace test
