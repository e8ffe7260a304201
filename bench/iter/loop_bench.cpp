// bench/iter/loop_bench.cpp - loops of 10 to 100 million items with trivial, even and uneven bodies, no grain given.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/iter/par_iter.hpp>

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <cstdint>
#include <functional>
#include <string>

namespace {

/// Trivial: a few instructions that stay in registers.
std::uint64_t tiny(std::uint64_t i) { return (i ^ (i >> 7)) * 0x9e3779b97f4a7c15u; }

/// Even: some ten nanoseconds, the same for every item.
std::uint64_t even(std::uint64_t i)
{
    for (int k = 0; k < 8; ++k) i = tiny(i) + 1;
    return i;
}

/// Uneven: one item in 64 takes a hundred times as long, and they come in clumps.
std::uint64_t uneven(std::uint64_t i)
{
    const int rounds = (tiny(i >> 8) >> 32) % 64 == 0 ? 400 : 4;
    for (int k = 0; k < rounds; ++k) i = tiny(i) + 1;
    return i;
}

#ifdef _OPENMP
template <std::uint64_t (*Body)(std::uint64_t)>
std::uint64_t omp_loop(std::uint64_t n, int threads)
{
    std::uint64_t sum = 0;
#pragma omp parallel for num_threads(threads) reduction(+ : sum)
    for (std::uint64_t i = 0; i < n; ++i) sum += Body(i);
    return sum;
}
#endif

template <std::uint64_t (*Body)(std::uint64_t)>
void define(const std::string& body, std::uint64_t size)
{
    const std::string name = body + " " + std::to_string(size);
    const bench::unit whole{"ns/loop"};
    bench::add_serial("loop", name, whole, [=] {
        std::uint64_t n = size;
        benchmark::DoNotOptimize(n);
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < n; ++i) sum += Body(i);
        benchmark::DoNotOptimize(sum);
    });
    bench::add_each("loop", name, "weft", whole, [=](int) {
        std::uint64_t n = size;
        benchmark::DoNotOptimize(n);
        benchmark::DoNotOptimize(
            weft::par_range(std::uint64_t{0}, n).map([](std::uint64_t i) { return Body(i); }).sum());
    });
    bench::add_each("loop", name, "tbb", whole, [=](int) {
        std::uint64_t n = size;
        benchmark::DoNotOptimize(n);
        benchmark::DoNotOptimize(tbb::parallel_reduce(
            tbb::blocked_range<std::uint64_t>(0, n), std::uint64_t{0},
            [](const tbb::blocked_range<std::uint64_t>& r, std::uint64_t sum) {
                for (std::uint64_t i = r.begin(); i != r.end(); ++i) sum += Body(i);
                return sum;
            },
            std::plus<>()));
    });
#ifdef _OPENMP
    bench::add_each("loop", name, "openmp", whole, [=](int threads) {
        std::uint64_t n = size;
        benchmark::DoNotOptimize(n);
        benchmark::DoNotOptimize(omp_loop<Body>(n, threads));
    });
#endif
}

const bench::definition here([] {
    for (std::uint64_t size = 10; size <= 100'000'000; size *= 10) define<tiny>("tiny", size);
    for (std::uint64_t size = 10; size <= 10'000'000; size *= 10) define<even>("even", size);
    for (std::uint64_t size = 1000; size <= 1'000'000; size *= 10) define<uneven>("uneven", size);
});

}  // namespace
