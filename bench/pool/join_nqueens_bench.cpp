// bench/pool/join_nqueens_bench.cpp - counting the ways to place queens: a task for every square that is not attacked.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/pool/join.hpp>

#include <tbb/task_group.h>

#include <array>
#include <bit>

namespace {

constexpr unsigned n = 10;
constexpr unsigned all = (1u << n) - 1;

/// The attacked columns and diagonals of the next row.
struct board {
    unsigned columns = 0;
    unsigned left = 0;
    unsigned right = 0;

    [[nodiscard]] unsigned free() const { return all & ~(columns | left | right); }
    [[nodiscard]] board with(unsigned square) const
    {
        return {columns | square, (left | square) << 1, (right | square) >> 1};
    }
    [[nodiscard]] bool full() const { return columns == all; }
};

long serial(board b)
{
    if (b.full()) return 1;
    long found = 0;
    for (unsigned open = b.free(); open != 0; open &= open - 1) found += serial(b.with(open & (0 - open)));
    return found;
}

long join(board b);

/// The squares in `open`: joins the first with the rest.
long any_of(board b, unsigned open)
{
    const unsigned first = open & (0 - open);
    const unsigned rest = open & (open - 1);
    if (rest == 0) return join(b.with(first));
    const auto [x, y] = weft::join([&] { return join(b.with(first)); }, [&] { return any_of(b, rest); });
    return x + y;
}

long join(board b)
{
    if (b.full()) return 1;
    const unsigned open = b.free();
    return open == 0 ? 0 : any_of(b, open);
}

long tbb_group(board b)
{
    if (b.full()) return 1;
    std::array<long, n> found{};
    tbb::task_group group;
    std::size_t i = 0;
    for (unsigned open = b.free(); open != 0; open &= open - 1, ++i) {
        group.run([&found, i, next = b.with(open & (0 - open))] { found[i] = tbb_group(next); });
    }
    group.wait();
    long sum = 0;
    for (const long f : found) sum += f;
    return sum;
}

#ifdef _OPENMP
long omp_tasks(board b)
{
    if (b.full()) return 1;
    std::array<long, n> found{};
    std::size_t i = 0;
    for (unsigned open = b.free(); open != 0; open &= open - 1, ++i) {
        const board next = b.with(open & (0 - open));
#pragma omp task shared(found) firstprivate(i, next)
        found[i] = omp_tasks(next);
    }
#pragma omp taskwait
    long sum = 0;
    for (const long f : found) sum += f;
    return sum;
}
#endif

const bench::definition here([] {
    const bench::unit whole{"ns/board"};
    bench::add_serial("join", "nqueens", whole, [] { benchmark::DoNotOptimize(serial({})); });
    bench::add_each("join", "nqueens", "weft", whole, [](int) { benchmark::DoNotOptimize(join({})); });
    bench::add_each("join", "nqueens", "tbb", whole, [](int) { benchmark::DoNotOptimize(tbb_group({})); });
#ifdef _OPENMP
    bench::add_each("join", "nqueens", "openmp", whole, [](int threads) {
        long r = 0;
#pragma omp parallel num_threads(threads)
#pragma omp single
        r = omp_tasks({});
        benchmark::DoNotOptimize(r);
    });
#endif
});

}  // namespace
