// bench/pool/server_bench.cpp - many threads of a program that call into one pool, as a server's do.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// requests: each caller is a thread of its own, and runs one small parallel loop after the other in the pool. memory:
// 500 callers come at once, and leave; by how much the process has grown for good.
#include "harness/bench.hpp"

#include <weft/iter/map.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/range.hpp>
#include <weft/iter/reduce.hpp>

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

constexpr std::uint64_t loop_items = 10'000;
constexpr std::size_t requests = 16'000;  // of all callers together
constexpr std::size_t crowd = 500;

std::uint64_t item(std::uint64_t i) { return (i * 0x9e3779b97f4a7c15u) >> 40; }

std::uint64_t weft_loop()
{
    return weft::par_range(std::uint64_t{0}, loop_items).map([](std::uint64_t i) { return item(i); }).sum();
}

std::uint64_t tbb_loop()
{
    return tbb::parallel_reduce(
        tbb::blocked_range<std::uint64_t>(0, loop_items), std::uint64_t{0},
        [](const tbb::blocked_range<std::uint64_t>& part, std::uint64_t sum) {
            for (std::uint64_t i = part.begin(); i != part.end(); ++i) sum += item(i);
            return sum;
        },
        std::plus<>());
}

/// Runs `f()` on `callers` threads of its own, all started at once; returns the seconds from then until all have ended.
template <class F>
double run_callers(std::size_t callers, F f)
{
    std::latch ready(static_cast<std::ptrdiff_t>(callers));
    std::latch go(1);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < callers; ++i) {
        threads.emplace_back([&] {
            ready.count_down();
            go.wait();
            f();
        });
    }
    ready.wait();
    const auto start = clock_type::now();
    go.count_down();
    threads.clear();
    return std::chrono::duration<double>(clock_type::now() - start).count();
}

/// `make()` returns a function that runs one request.
template <class Make>
void define_requests(const std::string& impl, int threads, Make make)
{
    for (const std::size_t callers : {4u, 16u, 64u}) {
        bench::add("server", std::to_string(callers) + " callers, requests", impl, threads,
                   {"requests/s", static_cast<double>(requests)},
                   [=](benchmark::State& state) {
                       const auto call = make();
                       for (auto _ : state) {
                           state.SetIterationTime(run_callers(callers, [&] {
                               for (std::size_t i = 0; i < requests / callers; ++i) call();
                           }));
                       }
                   })
            ->UseManualTime();
    }
}

double resident_mebibytes()
{
    long pages = 0;
    if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
        std::fclose(file);
    }
    return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// `make()` returns a function that runs `f()` in a new pool, which is not destroyed: what a pool gives back at its end
/// is another matter.
template <class Make>
void define_memory(const std::string& impl, int threads, Make make)
{
    bench::add("server", "500 callers, memory", impl, threads, {"MiB"},
               [=](benchmark::State& state) {
                   // All callers stay until the same time, so that all are inside at once, if the library lets them in.
                   const auto meet = [](auto call) {
                       const auto until = clock_type::now() + std::chrono::milliseconds(100);
                       run_callers(crowd, [&] { call([&] { std::this_thread::sleep_until(until); }); });
                   };
                   for (auto _ : state) {
                       auto run = make();
                       run([] {});
                       meet([](auto request) { request(); });  // what threads cost by themselves has been paid already
                       const double before = resident_mebibytes();
                       meet(run);
                       const double more = resident_mebibytes() - before;
                       state.SetIterationTime(std::max(more, 0.001) * 1e-9);
                   }
               })
        ->UseManualTime()
        ->Iterations(1);
}

const bench::definition here([] {
    for (const int threads : bench::thread_counts()) {
        define_requests("weft", threads, [=] {
            auto& pool = bench::pool(threads);  // made here, before the callers come
            return [&pool] { pool.install([] { benchmark::DoNotOptimize(weft_loop()); }); };
        });
        auto* const arena = new tbb::task_arena(threads, 1);  // one for all callers, never destroyed
        define_requests("tbb", threads,
                        [=] { return [arena] { arena->execute([] { benchmark::DoNotOptimize(tbb_loop()); }); }; });

        define_memory("weft", threads, [=] {
            auto* const pool =
                new weft::thread_pool(weft::pool_options{.num_threads = static_cast<std::size_t>(threads)});
            return [=](auto f) { pool->install(f); };
        });
        define_memory("tbb", threads, [=] {
            auto* const own = new tbb::task_arena(threads, 1);
            return [=](auto f) { own->execute(f); };
        });
    }
});

}  // namespace
