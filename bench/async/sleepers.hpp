// bench/async/sleepers.hpp - tasks that sleep: what they cost, and how late they wake. What each peer runs is its own.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "harness/bench.hpp"
#include "harness/measure.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
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

/// How long after its time a nap ends now that began at `begin`, in seconds.
inline double late_since(clock::time_point begin)
{
    return std::chrono::duration<double>(clock::now() - begin - nap).count();
}

/// The processor time that `f()` takes, of all threads.
template <class F>
double processor_time_of(F f)
{
    const double before = bench::seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    f();
    return bench::seconds_of(CLOCK_PROCESS_CPUTIME_ID) - before;
}

/// `run(state, measure)` calls measure(all) in each iteration: by all() `many` tasks sleep for time_of(i), and have ended.
template <class Run>
void add_many(const std::string& impl, int threads, Run run)
{
    bench::add(
        "async", "100,000 sleepers, processor time", impl, threads, {"ns/timer", many},
        [=](benchmark::State& state) { run(state, [&](auto all) { state.SetIterationTime(processor_time_of(all)); }); })
        ->UseManualTime()
        ->Unit(benchmark::kNanosecond);
}

/// `run(state, note)` calls note(late) in each iteration: how late each of some naps has ended.
template <class Run>
void add_lateness(const std::string& impl, int threads, Run run)
{
    for (const auto& [name, share] :
         {std::pair{"late after 1 ms, median", 0.5}, std::pair{"late after 1 ms, 99 of 100", 0.99}}) {
        bench::add("async", name, impl, threads, {"ns", 1},
                   [=, share = share](benchmark::State& state) {
                       run(state, [&](const std::vector<double>& late) {
                           state.SetIterationTime(bench::quantile(late, share));
                       });
                   })
            ->UseManualTime()
            ->Iterations(1);
    }
}

/// `run(state, wait)`: in each iteration many tasks fall asleep, wait() is called, and then they are given up.
template <class Run>
void add_idle(const std::string& impl, int threads, Run run)
{
    bench::add(
        "async", "idle for 1 s, 100,000 asleep", impl, threads, {"ns", 1},
        [=](benchmark::State& state) {
            run(state, [&] {
                state.SetIterationTime(processor_time_of([] { std::this_thread::sleep_for(std::chrono::seconds(1)); }));
            });
        })
        ->UseManualTime()
        ->Iterations(1);
}

}  // namespace sleepers
