// bench/iter/skewed_bench.cpp - loops in which a few items of a millisecond lie among cheap ones.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The dear items sleep, so that any number of threads can "work" on a machine of few processors. 500 ms divided by the number
// of threads would be ideal; a sleep takes longer than it says. Each loop runs once before it is measured: from then on
// weft knows that it is uneven.
#include "harness/bench.hpp"

#include <weft/algorithm/par_transform.hpp>
#include <weft/iter/for_each.hpp>
#include <weft/iter/par_iter.hpp>

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t items = 200'000;
constexpr std::size_t dear_items = 500;
constexpr std::chrono::milliseconds dear_time(1);

/// Which items are dear.
using pattern = std::vector<std::uint8_t>;

pattern dear_from(std::size_t first)
{
    pattern dear(items);
    for (std::size_t i = 0; i < dear_items; ++i) dear[first + i] = 1;
    return dear;
}

pattern dear_at_random()
{
    pattern dear(items);
    std::mt19937 random(1);
    for (std::size_t found = 0; found < dear_items;) {
        std::uint8_t& item = dear[random() % items];
        found += item == 0 ? 1 : 0;
        item = 1;
    }
    return dear;
}

constexpr auto work = [](std::uint8_t dear) {
    if (dear != 0) std::this_thread::sleep_for(dear_time);
};

template <class F>
void define_for(const std::string& where, const std::string& impl, int threads, F loop)
{
    bench::add("skewed", where, impl, threads, {"ms", 1e6},
               [=](benchmark::State& state) {
                   const auto run = [&] {
                       loop();
                       for (auto _ : state) loop();
                   };
                   if (impl.starts_with("weft")) {
                       bench::pool(threads).install(run);
                   } else {
                       bench::in_tbb(threads, run);
                   }
               })
        ->UseRealTime()
        ->Iterations(2);
}

/// `Where` keeps the loops apart: each is one of its own, as in a program.
template <int Where>
void define(const std::string& where, const pattern& dear)
{
    const std::vector<int> counts =
        bench::thread_counts_are_given() ? bench::thread_counts() : std::vector<int>{2, 8, 32};
    for (const int threads : counts) {
        bench::allow_threads(threads);
        define_for(where, "weft", threads, [=] { weft::par_iter(dear).for_each([](std::uint8_t x) { work(x); }); });
        define_for(where, "weft-transform", threads, [=] {
            pattern out(items);
            weft::par_transform(dear, out.begin(), [](std::uint8_t x) { return work(x), x; });
        });
        define_for(where, "tbb", threads, [=] {
            tbb::parallel_for(tbb::blocked_range<std::size_t>(0, items), [&](const tbb::blocked_range<std::size_t>& r) {
                for (std::size_t i = r.begin(); i < r.end(); ++i) work(dear[i]);
            });
        });
    }
}

const bench::definition here([] {
    define<0>("at the end", dear_from(items - dear_items));
    define<1>("at the start", dear_from(0));
    define<2>("in one run", dear_from(items / 3));
    define<3>("at random", dear_at_random());
});

}  // namespace
