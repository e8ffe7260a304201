// bench/algorithm/histogram_bench.cpp - counting by key: few bins, whose counts are needed again at once, and many.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/algorithm/par_group.hpp>

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cstdint>
#include <ranges>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

std::size_t large() { return bench::quick() ? 20'000'000 : 100'000'000; }

using counts = std::vector<std::uint32_t>;

template <class T>
std::span<const T> keys(std::size_t n, std::size_t bins, bool skewed)
{
    static std::vector<T> all[2];
    std::vector<T>& v = all[skewed ? 1 : 0];
    if (v.size() < n) {
        v.resize(n);
        std::uint64_t x = 1;
        for (T& key : v) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            // Skewed: seven of eight are the same.
            key = static_cast<T>(skewed && x >> 61 != 0 ? 7 : (x >> 33) % bins);
        }
    }
    return std::span<const T>(v.data(), n);
}

template <class T>
void define(const std::string& name, std::size_t n, std::size_t bins, bool skewed = false)
{
    const bench::unit items{"items/s", static_cast<double>(n)};
    const std::string full = name + " " + std::to_string(n);
    bench::add_serial("histogram", full, items, [=] {
        counts all(bins);
        for (const T key : keys<T>(n, bins, skewed)) ++all[key];
        benchmark::DoNotOptimize(all.data());
    });
    if (bins <= 256) {
        // Four tables, so that a count need not wait for the one before: the fastest on one thread.
        bench::add("histogram", full, "hand", 1, items, [=](benchmark::State& state) {
            for (auto _ : state) {
                counts all(4 * bins);
                const std::span<const T> in = keys<T>(n, bins, skewed);
                for (std::size_t i = 0; i + 4 <= n; i += 4) {
                    ++all[in[i]];
                    ++all[bins + in[i + 1]];
                    ++all[2 * bins + in[i + 2]];
                    ++all[3 * bins + in[i + 3]];
                }
                for (std::size_t b = 0; b < bins; ++b) all[b] += all[bins + b] + all[2 * bins + b] + all[3 * bins + b];
                benchmark::DoNotOptimize(all.data());
            }
        })->UseRealTime();
    }
    bench::add_each("histogram", full, "weft", items,
                    [=](int) { benchmark::DoNotOptimize(weft::par_histogram(keys<T>(n, bins, skewed), bins)); });
    bench::add_each("histogram", full, "tbb", items, [=](int) {
        const std::span<const T> in = keys<T>(n, bins, skewed);
        tbb::enumerable_thread_specific<counts> each([=] { return counts(bins); });
        tbb::parallel_for(tbb::blocked_range<std::size_t>(0, n), [&](const tbb::blocked_range<std::size_t>& r) {
            counts& mine = each.local();
            for (std::size_t i = r.begin(); i < r.end(); ++i) ++mine[in[i]];
        });
        counts all(bins);
        for (const counts& one : each) {
            for (std::size_t b = 0; b < bins; ++b) all[b] += one[b];
        }
        benchmark::DoNotOptimize(all.data());
    });
#ifdef _OPENMP
    if (bins > 65'536) return;  // a thread's table lies on its stack
    bench::add_each("histogram", full, "openmp", items, [=](int threads) {
        const std::span<const T> in = keys<T>(n, bins, skewed);
        counts all(bins);
        std::uint32_t* const table = all.data();
#pragma omp parallel for num_threads(threads) reduction(+ : table[0 : bins])
        for (std::size_t i = 0; i < n; ++i) ++table[in[i]];
        benchmark::DoNotOptimize(all.data());
    });
#endif
}

/// Elements by key, and sums by key, beside a hash table whose keys are sorted at the end.
void define_groups(std::size_t n, std::size_t keys_in_use)
{
    const bench::unit items{"items/s", static_cast<double>(n)};
    const std::string size = " " + std::to_string(keys_in_use) + " keys " + std::to_string(n);
    const auto key = [=](std::uint32_t x) {
        return static_cast<std::uint32_t>((x * 0x9E3779B97F4A7C15u) >> 40) % keys_in_use;
    };
    const auto input = [=] { return keys<std::uint32_t>(n, 1'000'000, false); };

    bench::add_serial("histogram", "group_by" + size, items, [=] {
        std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> table;
        for (const std::uint32_t x : input()) table[key(x)].push_back(x);
        std::vector<std::pair<std::uint64_t, std::vector<std::uint32_t>>> groups;
        groups.reserve(table.size());
        for (auto& [k, group] : table) groups.emplace_back(k, std::move(group));
        std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        benchmark::DoNotOptimize(groups.data());
    });
    bench::add_each("histogram", "group_by" + size, "weft", items,
                    [=](int) { benchmark::DoNotOptimize(weft::par_group_by(input(), key).data()); });

    bench::add_serial("histogram", "reduce_by_key" + size, items, [=] {
        std::unordered_map<std::uint64_t, std::uint64_t> table;
        for (const std::uint32_t x : input()) table[key(x)] += x;
        std::vector<std::pair<std::uint64_t, std::uint64_t>> sums(table.begin(), table.end());
        std::sort(sums.begin(), sums.end());
        benchmark::DoNotOptimize(sums.data());
    });
    bench::add_each("histogram", "reduce_by_key" + size, "weft", items, [=](int) {
        const auto in = input();
        const auto of = std::views::transform(in, key);
        const auto wide = std::views::transform(in, [](std::uint32_t x) { return std::uint64_t{x}; });
        benchmark::DoNotOptimize(weft::par_reduce_by_key(of, wide).data());
    });
}

const bench::definition here([] {
    define<std::uint8_t>("256 bins u8", 10'000, 256);
    define<std::uint8_t>("256 bins u8", large(), 256);
    define<std::uint8_t>("256 bins u8 skewed", large(), 256, true);
    define<std::uint32_t>("1000000 bins u32", large(), 1'000'000);
    define_groups(5'000'000, 1000);
    define_groups(5'000'000, 1'000'000);
});

}  // namespace
