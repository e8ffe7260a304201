// bench/pool/region_bench.cpp - how long a nearly empty parallel loop takes: at once, and after a rest.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/iter/par_iter.hpp>
#include <weft/pool/join.hpp>

#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace {

using clock = std::chrono::steady_clock;

std::vector<int>& items()
{
    static std::vector<int> v(1000, 1);
    return v;
}

void plain()
{
    for (int& x : items()) x += 1;
    benchmark::ClobberMemory();
}

void weft_loop()
{
    weft::par_iter(items()).for_each([](int& x) { x += 1; });
    benchmark::ClobberMemory();
}

void tbb_loop()
{
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, items().size()), [](const tbb::blocked_range<std::size_t>& r) {
        for (std::size_t i = r.begin(); i != r.end(); ++i) items()[i] += 1;
    });
    benchmark::ClobberMemory();
}

#ifdef _OPENMP
void omp_loop(int threads)
{
    int* const v = items().data();
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < 1000; ++i) v[i] += 1;
    benchmark::ClobberMemory();
}
#endif

/// Two functions that each wait until the other one runs: no implementation can get by with one thread.
struct meeting {
    std::atomic<int> arrived{0};
    void come()
    {
        arrived.fetch_add(1, std::memory_order_acq_rel);
        while (arrived.load(std::memory_order_acquire) < 2) benchmark::ClobberMemory();
    }
};

void weft_meet()
{
    meeting m;
    weft::join([&] { m.come(); }, [&] { m.come(); });
}

void tbb_meet()
{
    meeting m;
    tbb::parallel_invoke([&] { m.come(); }, [&] { m.come(); });
}

#ifdef _OPENMP
void omp_meet()
{
    meeting m;
#pragma omp parallel num_threads(2)
    m.come();
}
#endif

/// One iteration is a rest of 20 ms, not counted, and then `body`.
template <class F>
void rested(const std::string& name, const std::string& impl, int threads, F body)
{
    bench::add("region", name, impl, threads, {"ns"},
               [=](benchmark::State& state) {
                   const auto loop = [&] {
                       for (auto _ : state) {
                           std::this_thread::sleep_for(std::chrono::milliseconds(20));
                           const auto begin = clock::now();
                           body();
                           state.SetIterationTime(std::chrono::duration<double>(clock::now() - begin).count());
                       }
                   };
                   if (impl == "weft") {
                       bench::pool(threads).install(loop);
                   } else if (impl == "tbb") {
                       bench::in_tbb(threads, loop);
                   } else {
                       loop();
                   }
               })
        ->UseManualTime()
        ->Iterations(15);
}

const bench::definition here([] {
    bench::add_serial("region", "hot 1000", {"ns"}, plain);
    bench::add_each("region", "hot 1000", "weft", {"ns"}, [](int) { weft_loop(); });
    bench::add_each("region", "hot 1000", "tbb", {"ns"}, [](int) { tbb_loop(); });
    rested("rested 1000", "serial", 1, plain);
    rested("rested 1000", "weft", 2, weft_loop);
    rested("rested 1000", "tbb", 2, tbb_loop);
    bench::add("region", "hot meet", "weft", 2, {"ns"}, [](benchmark::State& state) {
        bench::pool(2).install([&] {
            for (auto _ : state) weft_meet();
        });
    })->UseRealTime();
    bench::add("region", "hot meet", "tbb", 2, {"ns"}, [](benchmark::State& state) {
        bench::in_tbb(2, [&] {
            for (auto _ : state) tbb_meet();
        });
    })->UseRealTime();
    rested("rested meet", "weft", 2, weft_meet);
    rested("rested meet", "tbb", 2, tbb_meet);
#ifdef _OPENMP
    bench::add_each("region", "hot 1000", "openmp", {"ns"}, omp_loop);
    rested("rested 1000", "openmp", 2, [] { omp_loop(2); });
    bench::add("region", "hot meet", "openmp", 2, {"ns"}, [](benchmark::State& state) {
        for (auto _ : state) omp_meet();
    })->UseRealTime();
    rested("rested meet", "openmp", 2, omp_meet);
#endif
});

}  // namespace
