// bench/pool/spawn_bench.cpp - tasks so small that only spawning them is measured; skynet and n-queens by scopes; and a
// loop of joins too small to share.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/pool/join.hpp>
#include <weft/pool/scope.hpp>

#include <tbb/parallel_invoke.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace {

// --- empty tasks -----------------------------------------------------------------------------------------------------

constexpr int tasks = 10'000;

/// Nothing; but compilers leave out what they see to be nothing.
void nothing() { benchmark::ClobberMemory(); }

void weft_scopes(int of)
{
    for (int done = 0; done < tasks; done += of) {
        weft::scope([of](weft::task_scope& s) {
            for (int i = 0; i < of; ++i) s.spawn(nothing);
        });
    }
}

void tbb_groups(int of)
{
    for (int done = 0; done < tasks; done += of) {
        tbb::task_group group;
        for (int i = 0; i < of; ++i) group.run(nothing);
        group.wait();
    }
}

#ifdef _OPENMP
void openmp_groups(int of, int threads)
{
#pragma omp parallel num_threads(threads)
#pragma omp single
    for (int done = 0; done < tasks; done += of) {
#pragma omp taskgroup
        for (int i = 0; i < of; ++i) {
#pragma omp task
            nothing();
        }
    }
}
#endif

// --- skynet: a tree with ten children per node -----------------------------------------------------------------------

constexpr long leaves = 100'000;
constexpr long children = 10;
using sums = std::array<long, children>;

long sum_of(const sums& all)
{
    long sum = 0;
    for (const long s : all) sum += s;
    return sum;
}

long weft_skynet(long number, long size)
{
    if (size == 1) return number;
    sums all{};
    weft::scope([&](weft::task_scope& s) {
        for (long i = 0; i < children; ++i) {
            s.spawn([&all, number, size, i] {
                all[static_cast<std::size_t>(i)] = weft_skynet(number + i * (size / children), size / children);
            });
        }
    });
    return sum_of(all);
}

long tbb_skynet(long number, long size)
{
    if (size == 1) return number;
    sums all{};
    tbb::task_group group;
    for (long i = 0; i < children; ++i) {
        group.run([&all, number, size, i] {
            all[static_cast<std::size_t>(i)] = tbb_skynet(number + i * (size / children), size / children);
        });
    }
    group.wait();
    return sum_of(all);
}

// --- n-queens --------------------------------------------------------------------------------------------------------

constexpr int queens = 10;
using board = std::array<signed char, queens>;

bool is_safe(const board& b, int row)
{
    for (int i = 0; i < row; ++i) {
        const int apart = b[static_cast<std::size_t>(i)] - b[static_cast<std::size_t>(row)];
        if (apart == 0 || apart == row - i || apart == i - row) return false;
    }
    return true;
}

/// Calls spawn(column, board) for each place in `row` where a queen is safe.
template <class Spawn>
void each_place(const board& b, int row, Spawn&& spawn)
{
    for (int column = 0; column < queens; ++column) {
        board next = b;
        next[static_cast<std::size_t>(row)] = static_cast<signed char>(column);
        if (is_safe(next, row)) spawn(static_cast<std::size_t>(column), next);
    }
}

using counts = std::array<long, queens>;

long total(const counts& all)
{
    long sum = 0;
    for (const long c : all) sum += c;
    return sum;
}

long weft_queens(const board& b, int row)
{
    if (row == queens) return 1;
    counts all{};
    weft::scope([&](weft::task_scope& s) {
        each_place(b, row, [&](std::size_t column, const board& next) {
            s.spawn([&all, column, next, row] { all[column] = weft_queens(next, row + 1); });
        });
    });
    return total(all);
}

long tbb_queens(const board& b, int row)
{
    if (row == queens) return 1;
    counts all{};
    tbb::task_group group;
    each_place(b, row, [&](std::size_t column, const board& next) {
        group.run([&all, column, next, row] { all[column] = tbb_queens(next, row + 1); });
    });
    group.wait();
    return total(all);
}

// --- joins too small to share ----------------------------------------------------------------------------------------

constexpr int joins = 100'000;

void weft_joins()
{
    int a = 0;
    int b = 0;
    for (int k = 0; k < joins; ++k) {
        weft::join([&] { a = k; }, [&] { b = k; });
        benchmark::DoNotOptimize(a);
        benchmark::DoNotOptimize(b);
    }
}

void tbb_joins()
{
    int a = 0;
    int b = 0;
    for (int k = 0; k < joins; ++k) {
        tbb::parallel_invoke([&] { a = k; }, [&] { b = k; });
        benchmark::DoNotOptimize(a);
        benchmark::DoNotOptimize(b);
    }
}

const bench::definition here([] {
    const bench::unit per_task{"ns/task", tasks};
    for (const int of : {1, 100, tasks}) {
        const std::string name = of == 1 ? "a task a scope" : std::to_string(of) + " tasks a scope";
        bench::add_each("spawn", name, "weft", per_task, [of](int) { weft_scopes(of); });
        bench::add_each("spawn", name, "tbb", per_task, [of](int) { tbb_groups(of); });
#ifdef _OPENMP
        bench::add_each("spawn", name, "openmp", per_task, [of](int threads) { openmp_groups(of, threads); });
#endif
    }

    const bench::unit per_leaf{"ns/leaf", leaves};
    bench::add_each("spawn", "skynet", "weft", per_leaf, [](int) { benchmark::DoNotOptimize(weft_skynet(0, leaves)); });
    bench::add_each("spawn", "skynet", "tbb", per_leaf, [](int) { benchmark::DoNotOptimize(tbb_skynet(0, leaves)); });

    const bench::unit per_board{"us", 1};
    bench::add_each("spawn", "n-queens", "weft", per_board, [](int) { benchmark::DoNotOptimize(weft_queens({}, 0)); });
    bench::add_each("spawn", "n-queens", "tbb", per_board, [](int) { benchmark::DoNotOptimize(tbb_queens({}, 0)); });

    const bench::unit per_join{"ns/join", joins};
    bench::add_each("spawn", "tiny joins", "weft", per_join, [](int) { weft_joins(); });
    bench::add_each("spawn", "tiny joins", "tbb", per_join, [](int) { tbb_joins(); });
});

}  // namespace
