// bench/pool/idle_bench.cpp - what a pool costs while it has nothing to do: processor time in 300 ms of rest.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"
#include "harness/measure.hpp"

#include <weft/pool/join.hpp>

#include <tbb/parallel_for.h>

#include <chrono>
#include <thread>

namespace {

constexpr double rest_seconds = 0.3;

template <class F>
void define(const std::string& impl, F work)
{
    bench::add("idle", "rest", impl, 2, {"ns CPU/s", rest_seconds},
               [=](benchmark::State& state) {
                   for (auto _ : state) {
                       work();
                       std::this_thread::sleep_for(std::chrono::milliseconds(20));  // ending work is not idling
                       const double before = bench::seconds_of(CLOCK_PROCESS_CPUTIME_ID);
                       std::this_thread::sleep_for(std::chrono::duration<double>(rest_seconds));
                       state.SetIterationTime(bench::seconds_of(CLOCK_PROCESS_CPUTIME_ID) - before);
                   }
               })
        ->UseManualTime()
        ->Iterations(2);
}

const bench::definition here([] {
    define("serial", [] {});
    define("weft", [] { bench::pool(2).install([] { weft::join([] {}, [] {}); }); });
    define("tbb", [] { bench::in_tbb(2, [] { tbb::parallel_for(0, 1000, [](int) {}); }); });
});

}  // namespace
