// bench/harness/bench.hpp - what the benchmark programs share: names, thread counts, pools and peers.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A benchmark is named group/case/impl/threads. Implementations of one case run in random order, repetition by
// repetition, so that whatever else the machine does affects all of them.
#pragma once

#include <weft/pool/thread_pool.hpp>

#include <benchmark/benchmark.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// The thread counts to measure, from WEFT_BENCH_THREADS ("1,2,8"); 1 and all processors by default.
const std::vector<int>& thread_counts();

/// Whether WEFT_BENCH_THREADS is set: otherwise a group may have a list of its own.
bool thread_counts_are_given();

/// Lets oneTBB have this many threads, if that is more than thread_counts() has. Call it from definitions.
void allow_threads(int threads);

/// Whether a rough result will do (WEFT_BENCH_QUICK is set): then cases that fill the memory are smaller.
bool quick();

/// What a result is divided by, and how the report names the quotient.
struct unit {
    const char* name = "ns";   ///< "ns/join"; "…/s" for a rate
    double per_iteration = 1;  ///< how many of these are in one iteration
};

/// Registers `body(state)`. The caller says what is measured: ->UseRealTime(), or ->UseManualTime().
template <class F>
benchmark::internal::Benchmark* add(const std::string& group, const std::string& name, const std::string& impl,
                                    int threads, unit u, F body)
{
    return benchmark::RegisterBenchmark((group + "/" + name + "/" + impl + "/" + std::to_string(threads)).c_str(),
                                        [=](benchmark::State& state) {
                                            body(state);
                                            state.SetLabel(u.name);
                                            state.counters["per_iteration"] = u.per_iteration;
                                        });
}

/// The pool with this many threads; made once.
weft::thread_pool& pool(int threads);

/// Runs `f()` where oneTBB uses this many threads, the caller included.
template <class F>
decltype(auto) in_tbb(int threads, F&& f)
{
    static thread_local std::vector<std::pair<int, tbb::task_arena*>>
        arenas;  // made once and never destroyed, as in a program
    for (auto& [n, arena] : arenas) {
        if (n == threads) return arena->execute(std::forward<F>(f));
    }
    arenas.emplace_back(threads, new tbb::task_arena(threads));
    return arenas.back().second->execute(std::forward<F>(f));
}

/// Registers one implementation for every thread count: `body(threads)` is one iteration.
template <class F>
void add_each(const std::string& group, const std::string& name, const std::string& impl, unit u, F body)
{
    for (const int threads : thread_counts()) {
        add(group, name, impl, threads, u, [=](benchmark::State& state) {
            if (impl.starts_with("weft")) {
                pool(threads).install([&] {
                    for (auto _ : state) body(threads);
                });
            } else if (impl == "tbb") {
                in_tbb(threads, [&] {
                    for (auto _ : state) body(threads);
                });
            } else {
                for (auto _ : state) body(threads);
            }
        })->UseRealTime();
    }
}

/// Registers the plain code that the others are compared with.
template <class F>
void add_serial(const std::string& group, const std::string& name, unit u, F body)
{
    add(group, name, "serial", 1, u, [=](benchmark::State& state) {
        for (auto _ : state) body();
    })->UseRealTime();
}

/// Calls `define()` before main: this is how each file registers its benchmarks.
struct definition {
    template <class F>
    explicit definition(F define)
    {
        definitions().push_back(define);
    }
    static std::vector<void (*)()>& definitions();
};

}  // namespace bench
