// bench/pool/join_skynet_bench.cpp - a tree with ten children per node, whose 100,000 leaves number themselves; their
// sum.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/pool/join.hpp>

#include <tbb/task_group.h>

#include <array>

namespace {

constexpr long leaves = 100'000;
constexpr long children = 10;

/// Keeps the compiler from finding the closed form.
long leaf(long number)
{
    benchmark::DoNotOptimize(number);
    return number;
}

long serial(long number, long size)
{
    if (size == 1) return leaf(number);
    long sum = 0;
    for (long i = 0; i < children; ++i) sum += serial(number + i * (size / children), size / children);
    return sum;
}

long join(long number, long size);

/// Children `first` .. `last` - 1 of a node.
long some(long number, long size, long first, long last)
{
    if (last - first == 1) return join(number + first * size, size);
    const long middle = (first + last) / 2;
    const auto [a, b] =
        weft::join([&] { return some(number, size, first, middle); }, [&] { return some(number, size, middle, last); });
    return a + b;
}

long join(long number, long size) { return size == 1 ? leaf(number) : some(number, size / children, 0, children); }

long tbb_group(long number, long size)
{
    if (size == 1) return leaf(number);
    std::array<long, children> sums{};
    tbb::task_group group;
    for (long i = 0; i < children; ++i) {
        group.run([&sums, number, size, i] {
            sums[static_cast<std::size_t>(i)] = tbb_group(number + i * (size / children), size / children);
        });
    }
    group.wait();
    long sum = 0;
    for (const long s : sums) sum += s;
    return sum;
}

#ifdef _OPENMP
long omp_tasks(long number, long size)
{
    if (size == 1) return leaf(number);
    std::array<long, children> sums{};
    for (long i = 0; i < children; ++i) {
#pragma omp task shared(sums) firstprivate(number, size, i)
        sums[static_cast<std::size_t>(i)] = omp_tasks(number + i * (size / children), size / children);
    }
#pragma omp taskwait
    long sum = 0;
    for (const long s : sums) sum += s;
    return sum;
}
#endif

const bench::definition here([] {
    const bench::unit per_leaf{"ns/leaf", leaves};
    bench::add_serial("join", "skynet", per_leaf, [] { benchmark::DoNotOptimize(serial(0, leaves)); });
    bench::add_each("join", "skynet", "weft", per_leaf, [](int) { benchmark::DoNotOptimize(join(0, leaves)); });
    bench::add_each("join", "skynet", "tbb", per_leaf, [](int) { benchmark::DoNotOptimize(tbb_group(0, leaves)); });
#ifdef _OPENMP
    bench::add_each("join", "skynet", "openmp", per_leaf, [](int threads) {
        long r = 0;
#pragma omp parallel num_threads(threads)
#pragma omp single
        r = omp_tasks(0, leaves);
        benchmark::DoNotOptimize(r);
    });
#endif
});

}  // namespace
