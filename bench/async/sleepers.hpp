// bench/async/sleepers.hpp - tasks that sleep: what they cost, and how late they wake. What each peer runs is its own.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "harness/bench.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

namespace sleepers {

using clock = std::chrono::steady_clock;

inline constexpr int many = 100'000;
inline constexpr int naps = 200;
inline constexpr auto nap = std::chrono::milliseconds(1);

/// How long the i-th of many sleeps: up to half a second, in no order.
inline std::chrono::microseconds time_of(int i)
{
    return std::chrono::microseconds(1000 + static_cast<std::uint32_t>(i) * 2654435761u % 500'000);
}

/// The processor time that this process has used, in seconds.
inline double processor_time()
{
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

inline double seconds_since(clock::time_point begin)
{
    return std::chrono::duration<double>(clock::now() - begin).count();
}

/// `run()`: `many` tasks sleep for time_of(i), and all have ended.
template <class Run>
void add_many(const std::string& impl, int threads, Run run)
{
    bench::add("async", "100,000 sleepers, processor time", impl, threads, {"ns/timer", many},
               [=](benchmark::State& state) {
                   run(state, [&](auto all) {
                       const double before = processor_time();
                       all();
                       state.SetIterationTime(processor_time() - before);
                   });
               })
        ->UseManualTime()
        ->Unit(benchmark::kNanosecond);
}

/// `run()` gives how late each of some naps has ended, in seconds.
template <class Run>
void add_lateness(const std::string& impl, int threads, Run run)
{
    for (const auto& [name, share] :
         {std::pair{"late after 1 ms, median", 0.5}, std::pair{"late after 1 ms, 99 of 100", 0.99}}) {
        bench::add("async", name, impl, threads, {"ns", 1},
                   [=, share = share](benchmark::State& state) {
                       run(state, [&](std::vector<double> late) {
                           const auto nth =
                               late.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(late.size() - 1));
                           std::nth_element(late.begin(), nth, late.end());
                           state.SetIterationTime(*nth);
                       });
                   })
            ->UseManualTime()
            ->Iterations(1);
    }
}

/// `run(wait)`: many tasks fall asleep, wait() is called, and then they are given up.
template <class Run>
void add_idle(const std::string& impl, int threads, Run run)
{
    bench::add("async", "idle for 1 s, 100,000 asleep", impl, threads, {"ns", 1},
               [=](benchmark::State& state) {
                   run(state, [&] {
                       timespec second{1, 0};
                       const double before = processor_time();
                       nanosleep(&second, nullptr);
                       state.SetIterationTime(processor_time() - before);
                   });
               })
        ->UseManualTime()
        ->Iterations(1);
}

}  // namespace sleepers
