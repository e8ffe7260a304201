// bench/programs/demos_recursion_bench.cpp - the recursive demos: the same source, with four ways to call two branches.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "programs/demos.hpp"

#include <weft/base/rng.hpp>
#include "demos/matmul.hpp"
#include "demos/mergesort.hpp"
#include "demos/nqueens.hpp"
#include "demos/quicksort.hpp"
#include "demos/tree_sum.hpp"
#include "demos/tsp.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_reduce.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace {

using namespace demos_bench;

// --- products and sorts --------------------------------------------------------------------------------------------

struct product {
    matmul::square a = matmul::random_square(512, 1);
    matmul::square b = matmul::random_square(512, 2);
    matmul::square out{512};
};

struct unsorted {
    std::vector<std::uint32_t> start = std::vector<std::uint32_t>(1'000'000);
    std::vector<std::uint32_t> now, buffer = start;

    unsorted()
    {
        weft::rng random(1);
        for (std::uint32_t& x : start) x = random.below(1U << 31U);
    }
};

const bench::definition products([] {
    define_recursion("matmul 512", [](const auto& join) {
        static product p;
        matmul::strassen(p.out, p.a, p.b, join);
        benchmark::DoNotOptimize(p.out.numbers.data());
    });
    define_recursion("mergesort 1M", [](const auto& join) {
        static unsorted u;
        u.now = u.start;
        mergesort::sort(u.now, u.buffer, false, join);
        check(std::is_sorted(u.now.begin(), u.now.end()));
    });
    define_recursion("quicksort 1M", [](const auto& join) {
        static unsorted u;
        u.now = u.start;
        quicksort::sort(u.now, join);
        check(std::is_sorted(u.now.begin(), u.now.end()));
    });
});

// --- a tree --------------------------------------------------------------------------------------------------------

const tree_sum::node* tree()
{
    static const auto root = [] {
        weft::rng random(1);
        return tree_sum::random_tree(1'000'000, random);
    }();
    return root.get();
}

template <class Join>
std::uint64_t sum(const tree_sum::node* n, const Join& join)
{
    if (n == nullptr) return 0;
    std::uint64_t left = 0, right = 0;
    join([&] { left = sum(n->left.get(), join); }, [&] { right = sum(n->right.get(), join); });
    return n->value + left + right;
}

const bench::definition trees([] {
    static const std::uint64_t expected = tree_sum::sum_serial(tree());
    bench::add_serial("demos", "tree_sum 1M", whole, [] { check(tree_sum::sum_serial(tree()) == expected); });
    bench::add_each("demos", "tree_sum 1M", "weft", whole, [](int) { check(tree_sum::sum_weft(tree()) == expected); });
    bench::add_each("demos", "tree_sum 1M", "tbb", whole, [](int) { check(sum(tree(), in_tbb) == expected); });
#ifdef _OPENMP
    bench::add_each("demos", "tree_sum 1M", "openmp", whole,
                    [](int threads) { omp_team(threads, [] { check(sum(tree(), in_omp) == expected); }); });
#endif
});

// --- searches ------------------------------------------------------------------------------------------------------

constexpr auto tbb_each = [](std::size_t n, const auto& f) { tbb::parallel_for(std::size_t{0}, n, f); };

long tbb_queens(nqueens::board b, int row, int n)
{
    if (row == 4) return nqueens::serial(b, row, n);
    return tbb::parallel_reduce(
        tbb::blocked_range<int>(0, n), 0L,
        [=](const tbb::blocked_range<int>& r, long ways) {
            for (int c = r.begin(); c != r.end(); ++c) {
                if (b.is_free(c)) ways += tbb_queens(b.with(c), row + 1, n);
            }
            return ways;
        },
        std::plus<>());
}

#ifdef _OPENMP
constexpr auto omp_each = [](std::size_t n, const auto& f) {
    for (std::size_t i = 0; i < n; ++i) omp_task([&f, i] { f(i); });
#pragma omp taskwait
};

/// A task for each column of the first rows.
void omp_queens(nqueens::board b, int row, int n, long& ways)
{
    if (row == 4) {
        ways = nqueens::serial(b, row, n);
        return;
    }
    std::vector<long> found(static_cast<std::size_t>(n));
    for (int c = 0; c < n; ++c) {
        if (!b.is_free(c)) continue;
#pragma omp task default(none) shared(found) firstprivate(b, c, row, n)
        omp_queens(b.with(c), row + 1, n, found[static_cast<std::size_t>(c)]);
    }
#pragma omp taskwait
    for (const long f : found) ways += f;
}
#endif

const bench::definition searches([] {
    static const tsp::cities cities = tsp::random_cities(13);
    static const int shortest = tsp::shortest_trip(cities, tsp::one_by_one);
    bench::add_serial("demos", "tsp 13", whole, [] { check(tsp::shortest_trip(cities, tsp::one_by_one) == shortest); });
    bench::add_each("demos", "tsp 13", "weft", whole,
                    [](int) { check(tsp::shortest_trip(cities, tsp::at_once) == shortest); });
    bench::add_each("demos", "tsp 13", "tbb", whole,
                    [](int) { check(tsp::shortest_trip(cities, tbb_each) == shortest); });

    bench::add_serial("demos", "nqueens 12", whole, [] { check(nqueens::serial({}, 0, 12) == 14'200); });
    bench::add_each("demos", "nqueens 12", "weft", whole, [](int) { check(nqueens::parallel({}, 0, 12) == 14'200); });
    bench::add_each("demos", "nqueens 12", "tbb", whole, [](int) { check(tbb_queens({}, 0, 12) == 14'200); });
#ifdef _OPENMP
    bench::add_each("demos", "tsp 13", "openmp", whole, [](int threads) {
        omp_team(threads, [] { check(tsp::shortest_trip(cities, omp_each) == shortest); });
    });
    bench::add_each("demos", "nqueens 12", "openmp", whole, [](int threads) {
        omp_team(threads, [] {
            long ways = 0;
            omp_queens({}, 0, 12, ways);
            check(ways == 14'200);
        });
    });
#endif
});

}  // namespace
