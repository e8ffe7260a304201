// bench/programs/demos_loop_bench.cpp - the demos that are loops: the loop's body is the demo's, how it is run is the
// peer's.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "programs/demos.hpp"

#include "demos/find.hpp"
#include "demos/life.hpp"
#include "demos/nbody.hpp"
#include "demos/sieve.hpp"
#include "demos/str_split.hpp"
#include "demos/walk.hpp"
#include "demos/word_count.hpp"

#include <tbb/blocked_range.h>
#include <tbb/combinable.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_for_each.h>
#include <tbb/parallel_reduce.h>

#include <atomic>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace demos_bench;
using range = tbb::blocked_range<std::size_t>;

/// Calls f(0) ... f(n - 1).
constexpr auto tbb_for = [](int, std::size_t n, const auto& f) { tbb::parallel_for(std::size_t{0}, n, f); };

#ifdef _OPENMP
constexpr auto omp_for = [](int threads, std::size_t n, const auto& f) {
#pragma omp parallel for num_threads(threads)
    for (std::size_t i = 0; i < n; ++i) f(i);
};
#endif

/// A demo whose peers are a loop: `body(loop, threads)` is one run.
template <class Body>
void add_loops(const std::string& name, Body body)
{
    bench::add_each("demos", name, "tbb", whole, [=](int threads) { body(tbb_for, threads); });
#ifdef _OPENMP
    bench::add_each("demos", name, "openmp", whole, [=](int threads) { body(omp_for, threads); });
#endif
}

// --- n-body, life --------------------------------------------------------------------------------------------------

const bench::definition simulations([] {
    static const nbody::bodies bodies = nbody::random_bodies(2'000);
    bench::add_serial("demos", "nbody 2000", whole, [] { benchmark::DoNotOptimize(nbody::step_serial(bodies)); });
    bench::add_each("demos", "nbody 2000", "weft", whole,
                    [](int) { benchmark::DoNotOptimize(nbody::step_weft(bodies)); });
    add_loops("nbody 2000", [](const auto& loop, int threads) {
        nbody::bodies next(bodies.size());
        loop(threads, bodies.size(), [&](std::size_t i) { next[i] = nbody::moved(bodies[i], bodies); });
        benchmark::DoNotOptimize(next.data());
    });

    static const life::board now = life::random_board(2'000);
    static life::board next = now;
    bench::add_serial("demos", "life 2000", whole, [] { life::step_serial(now, next); });
    bench::add_each("demos", "life 2000", "weft", whole, [](int) { life::step_weft(now, next); });
    add_loops("life 2000", [](const auto& loop, int threads) {
        loop(threads, now.side,
             [](std::size_t y) { life::next_row(now, y, std::span(next.cells).subspan(y * now.side, now.side)); });
    });
});

// --- sieve ---------------------------------------------------------------------------------------------------------

std::uint64_t tbb_sieve(std::uint64_t n)
{
    const auto primes = sieve::odd_primes_to_root(n);
    return 1 + tbb::parallel_reduce(
                   tbb::blocked_range<std::uint64_t>(0, sieve::segments(n)), std::uint64_t{0},
                   [&](const tbb::blocked_range<std::uint64_t>& r, std::uint64_t count) {
                       for (std::uint64_t s = r.begin(); s != r.end(); ++s) count += sieve::count_in(s, n, primes);
                       return count;
                   },
                   std::plus<>());
}

#ifdef _OPENMP
std::uint64_t omp_sieve(std::uint64_t n, int threads)
{
    const auto primes = sieve::odd_primes_to_root(n);
    const std::uint64_t segments = sieve::segments(n);
    std::uint64_t count = 1;
#pragma omp parallel for num_threads(threads) reduction(+ : count)
    for (std::uint64_t s = 0; s < segments; ++s) count += sieve::count_in(s, n, primes);
    return count;
}
#endif

const bench::definition sieves([] {
    constexpr std::uint64_t n = 30'000'000, primes = 1'857'859;
    bench::add_serial("demos", "sieve 30M", whole, [] { check(sieve::count_serial(n) == primes); });
    bench::add_each("demos", "sieve 30M", "weft", whole, [](int) { check(sieve::count_weft(n) == primes); });
    bench::add_each("demos", "sieve 30M", "tbb", whole, [](int) { check(tbb_sieve(n) == primes); });
#ifdef _OPENMP
    bench::add_each("demos", "sieve 30M", "openmp", whole, [](int threads) { check(omp_sieve(n, threads) == primes); });
#endif
});

// --- find ----------------------------------------------------------------------------------------------------------

constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

/// The first match: blocks behind a known one are skipped.
std::size_t tbb_find_first(const find::numbers& hay)
{
    std::atomic<std::size_t> first{nowhere};
    tbb::parallel_for(range(0, hay.size(), 4096), [&](const range& r) {
        if (r.begin() > first.load(std::memory_order_relaxed)) return;
        const auto end = hay.begin() + static_cast<std::ptrdiff_t>(r.end());
        const auto found = std::find_if(hay.begin() + static_cast<std::ptrdiff_t>(r.begin()), end, find::is_needle);
        if (found == end) return;
        const auto at = static_cast<std::size_t>(found - hay.begin());
        std::size_t known = first.load(std::memory_order_relaxed);
        while (at < known && !first.compare_exchange_weak(known, at, std::memory_order_relaxed)) {}
    });
    return first.load(std::memory_order_relaxed);
}

/// Any match: the first one found ends the loop.
std::size_t tbb_find_any(const find::numbers& hay)
{
    std::atomic<std::size_t> any{nowhere};
    tbb::task_group_context context;
    tbb::parallel_for(
        range(0, hay.size(), 4096),
        [&](const range& r) {
            const auto end = hay.begin() + static_cast<std::ptrdiff_t>(r.end());
            const auto found = std::find_if(hay.begin() + static_cast<std::ptrdiff_t>(r.begin()), end, find::is_needle);
            if (found == end) return;
            any.store(static_cast<std::size_t>(found - hay.begin()), std::memory_order_relaxed);
            context.cancel_group_execution();
        },
        context);
    return any.load(std::memory_order_relaxed);
}

const bench::definition finds([] {
    static const find::numbers hay = find::haystack(10'000'000);
    bench::add_serial("demos", "find_first 10M", whole, [] { check(find::first_serial(hay) == 1); });
    bench::add_each("demos", "find_first 10M", "weft", whole, [](int) { check(find::first_weft(hay) == 1); });
    bench::add_each("demos", "find_first 10M", "tbb", whole, [](int) { check(hay[tbb_find_first(hay)] == 1); });
    bench::add_serial("demos", "find_any 10M", whole, [] { check(find::first_serial(hay) == 1); });
    bench::add_each("demos", "find_any 10M", "weft", whole, [](int) { check(find::any_weft(hay).has_value()); });
    bench::add_each("demos", "find_any 10M", "tbb", whole, [](int) { check(tbb_find_any(hay) != nowhere); });
});

// --- files ---------------------------------------------------------------------------------------------------------

walk::totals tbb_walk(const walk::fs::directory_entry& root)
{
    tbb::combinable<walk::totals> sums;
    tbb::parallel_for_each(&root, &root + 1, [&](const walk::fs::directory_entry& e, auto& feeder) {
        walk::totals& mine = sums.local();
        mine = mine + walk::one(e);
        for (auto& child : walk::children(e)) feeder.add(std::move(child));
    });
    return sums.combine(std::plus<>());
}

std::vector<word_count::counts> tbb_count(const std::vector<std::string>& names)
{
    std::vector<word_count::counts> all(names.size());
    tbb::parallel_for(std::size_t{0}, names.size(),
                      [&](std::size_t i) { all[i] = word_count::serial(word_count::read(names[i])); });
    return all;
}

const bench::definition files([] {
    static const walk::fs::directory_entry root(WEFT_SOURCES);
    static const walk::totals totals = walk::serial(root);
    bench::add_serial("demos", "walk sources", whole, [] { check(walk::serial(root) == totals); });
    bench::add_each("demos", "walk sources", "weft", whole, [](int) { check(walk::parallel(root) == totals); });
    bench::add_each("demos", "walk sources", "weft in order", whole,
                    [](int) { check(walk::in_order(root) == totals); });
    bench::add_each("demos", "walk sources", "tbb", whole, [](int) { check(tbb_walk(root) == totals); });

    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const auto& e : walk::fs::recursive_directory_iterator(root)) {
            if (e.is_regular_file()) out.push_back(e.path().string());
        }
        return out;
    }();
    static const std::vector<word_count::counts> counts = word_count::serial(names);
    bench::add_serial("demos", "word_count sources", whole, [] { check(word_count::serial(names) == counts); });
    bench::add_each("demos", "word_count sources", "weft", whole,
                    [](int) { check(word_count::parallel(names) == counts); });
    bench::add_each("demos", "word_count sources", "tbb", whole, [](int) { check(tbb_count(names) == counts); });
});

// --- split ---------------------------------------------------------------------------------------------------------

/// The text in 64 parts, each cut where a piece ends; then the parts one after the other.
std::vector<std::string_view> tbb_split(std::string_view text)
{
    constexpr std::size_t parts = 64;
    std::vector<std::vector<std::string_view>> found(parts);
    const auto begin_of = [=](std::size_t part) {
        if (part == 0) return std::size_t{0};
        const std::size_t comma = text.find(',', text.size() * part / parts);
        return comma == text.npos ? text.size() + 1 : comma + 1;
    };
    tbb::parallel_for(std::size_t{0}, parts, [&](std::size_t part) {
        const std::size_t begin = begin_of(part);
        const std::size_t end = part + 1 == parts ? text.size() + 1 : begin_of(part + 1);
        if (begin < end) found[part] = str_split::serial(text.substr(begin, end - 1 - begin));
    });
    std::vector<std::string_view> all;
    for (const auto& some : found) all.insert(all.end(), some.begin(), some.end());
    return all;
}

const bench::definition splits([] {
    static const std::string text = str_split::random_text(10'000'000);
    static const std::size_t pieces = str_split::serial(text).size();
    bench::add_serial("demos", "str_split 10M", whole, [] { check(str_split::serial(text).size() == pieces); });
    bench::add_each("demos", "str_split 10M", "weft", whole,
                    [](int) { check(str_split::parallel(text).size() == pieces); });
    bench::add_each("demos", "str_split 10M", "tbb", whole, [](int) { check(tbb_split(text).size() == pieces); });
});

}  // namespace
