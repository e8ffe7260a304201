// bench/iter/chain_bench.cpp - chains of adaptors beside the loops that you would write by hand.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/sources.hpp>

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <cstdint>
#include <functional>
#include <ranges>
#include <span>
#include <string>
#include <vector>

namespace {

const std::vector<int>& items()
{
    static const std::vector<int> v = [] {
        std::vector<int> out(1'000'000);
        std::uint32_t x = 1;
        for (int& i : out) i = static_cast<int>((x = x * 1664525u + 1013904223u) >> 8);
        return out;
    }();
    return v;
}

/// Separate vectors, since reading one twice is cheaper than reading two.
const std::vector<int>& others()
{
    static const std::vector<int> v(items().rbegin(), items().rend());
    return v;
}
const std::vector<int>& thirds()
{
    static const std::vector<int> v(others());
    return v;
}

constexpr auto doubled = [](int x) { return 2L * x + 1; };
constexpr auto third = [](long x) { return x % 3 == 0; };

/// A case: the loop over positions [lo, hi) by hand, and the same as a chain.
template <class Hand, class Chain>
void define(const std::string& name, Hand hand, Chain chain)
{
    const bench::unit per_item{"ns/item", static_cast<double>(items().size())};
    bench::add_serial("chain", name, per_item, [=] { benchmark::DoNotOptimize(hand(0, items().size())); });
    bench::add_each("chain", name, "weft", per_item, [=](int) { benchmark::DoNotOptimize(chain()); });
    bench::add_each("chain", name, "tbb", per_item, [=](int) {
        benchmark::DoNotOptimize(tbb::parallel_reduce(
            tbb::blocked_range<std::size_t>(0, items().size()), 0L,
            [=](const tbb::blocked_range<std::size_t>& r, long sum) { return sum + hand(r.begin(), r.end()); },
            std::plus<>()));
    });
}

const bench::definition here([] {
    define(
        "map filter sum",
        [](std::size_t lo, std::size_t hi) {
            const int* const v = items().data();
            long sum = 0;
            for (std::size_t i = lo; i < hi; ++i) {
                const long y = doubled(v[i]);
                if (third(y)) sum += y;
            }
            return sum;
        },
        [] { return weft::par_iter(items()).map(doubled).filter(third).sum(); });
    define(
        "map sum",
        [](std::size_t lo, std::size_t hi) {
            const int* const v = items().data();
            long sum = 0;
            for (std::size_t i = lo; i < hi; ++i) sum += doubled(v[i]);
            return sum;
        },
        [] { return weft::par_iter(items()).map(doubled).sum(); });
    define(
        "zip map sum",
        [](std::size_t lo, std::size_t hi) {
            const int* const v = items().data();
            const int* const w = others().data();
            long sum = 0;
            for (std::size_t i = lo; i < hi; ++i) sum += static_cast<long>(v[i]) * w[i];
            return sum;
        },
        [] {
            return weft::par_iter(items())
                .zip(others())
                .map([](int a, int b) { return static_cast<long>(a) * b; })
                .sum();
        });
    define(
        "zip of three map sum",
        [](std::size_t lo, std::size_t hi) {
            const int* const v = items().data();
            const int* const w = others().data();
            const int* const u = thirds().data();
            long sum = 0;
            for (std::size_t i = lo; i < hi; ++i) sum += static_cast<long>(v[i]) * w[i] + u[i];
            return sum;
        },
        [] {
            return weft::par_iter(items())
                .zip(others(), thirds())
                .map([](int a, int b, int c) { return static_cast<long>(a) * b + c; })
                .sum();
        });
    const auto windows_alone = [](std::size_t lo, std::size_t hi) {
        const int* const v = items().data();
        const std::size_t last = items().size() - 2;
        long sum = 0;
        for (std::size_t i = lo; i < (hi < last ? hi : last); ++i) sum += static_cast<long>(v[i]) * v[i + 2] + v[i + 1];
        return sum;
    };
    define("windows map sum", windows_alone, [] {
        return weft::par_windows(items(), 3)
            .map([](std::span<const int> w) { return static_cast<long>(w[0]) * w[2] + w[1]; })
            .sum();
    });
    define("windows of a fixed length map sum", windows_alone, [] {
        return weft::par_windows<3>(items())
            .map([](std::span<const int, 3> w) { return static_cast<long>(w[0]) * w[2] + w[1]; })
            .sum();
    });
    define(
        "flat_map_iter sum",
        [](std::size_t lo, std::size_t hi) {
            const int* const v = items().data();
            long sum = 0;
            for (std::size_t i = lo; i < hi; ++i) {
                for (int k = 0; k < (v[i] & 3); ++k) sum += static_cast<long>(v[i]) ^ k;
            }
            return sum;
        },
        [] {
            return weft::par_iter(items())
                .flat_map_iter([](int x) {
                    return std::views::iota(0, x & 3) |
                           std::views::transform([x](int k) { return static_cast<long>(x) ^ k; });
                })
                .sum();
        });
    define(
        "flat_map of one item",
        [](std::size_t lo, std::size_t hi) {
            const int* const v = items().data();
            long sum = 0;
            for (std::size_t i = lo; i < hi; ++i) sum += static_cast<long>(v[i]) * v[i];
            return sum;
        },
        [] {
            return weft::par_once(1)
                .flat_map(
                    [](int) { return weft::par_iter(items()).map([](int x) { return static_cast<long>(x) * x; }); })
                .sum();
        });
    define(
        "enumerate map sum",
        [](std::size_t lo, std::size_t hi) {
            const int* const v = items().data();
            long sum = 0;
            for (std::size_t i = lo; i < hi; ++i) sum += static_cast<long>(i) ^ v[i];
            return sum;
        },
        [] {
            return weft::par_iter(items())
                .enumerate()
                .map([](std::size_t i, int x) { return static_cast<long>(i) ^ x; })
                .sum();
        });
    define(
        "count",
        [](std::size_t lo, std::size_t hi) {
            const int* const v = items().data();
            long n = 0;
            for (std::size_t i = lo; i < hi; ++i) n += v[i] % 5 == 0;
            return n;
        },
        [] { return static_cast<long>(weft::par_iter(items()).filter([](int x) { return x % 5 == 0; }).count()); });
});

}  // namespace
