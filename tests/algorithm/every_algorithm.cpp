// tests/algorithm/every_algorithm.cpp
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_filter.hpp>
#include <weft/algorithm/par_group.hpp>
#include <weft/algorithm/par_nth_element.hpp>
#include <weft/algorithm/par_scan.hpp>
#include <weft/algorithm/par_shuffle.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/algorithm/par_sort_permutation.hpp>
#include <weft/algorithm/par_transform.hpp>

#include "algorithm/every_algorithm.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

namespace test {
namespace {

constexpr int n = 50;

/// 0 .. n - 1 in a fixed disorder, made without copies.
std::vector<fragile> mixed()
{
    std::vector<fragile> v;
    for (int i = 0; i < n; ++i) v.emplace_back(i * 37 % n);
    return v;
}

std::vector<fragile> ascending()
{
    std::vector<fragile> v;
    for (int i = 0; i < n; ++i) v.emplace_back(i);
    return v;
}

/// Whether these are the numbers 0 .. n - 1, in any order: what an algorithm that failed must leave behind.
bool is_permutation(const std::vector<fragile>& v)
{
    std::vector<int> values;
    for (const fragile& x : v) values.push_back(x.value);
    std::sort(values.begin(), values.end());
    for (int i = 0; i < n; ++i) {
        if (values[static_cast<std::size_t>(i)] != i) return false;
    }
    return values.size() == n;
}

/// Calls f(v); if it throws, `v` must still hold the same elements: else the call counts as wrong, not as thrown.
template <class F>
bool keeps_all(std::vector<fragile> v, F f)
{
    try {
        return f(v);
    } catch (...) {
        if (!is_permutation(v)) return false;
        throw;
    }
}

const use_case cases[] = {
    {"par_sort",
     [](const bomb& b) {
         return keeps_all(mixed(), [&](auto& v) {
             weft::par_sort(v, [&](const fragile& x, const fragile& y) { return b.tick(x.value < y.value); });
             return std::is_sorted(v.begin(), v.end());
         });
     }},
    {"par_stable_sort",
     [](const bomb& b) {
         return keeps_all(mixed(), [&](auto& v) {
             weft::par_stable_sort(
                 v, [&](const fragile& x, const fragile& y) { return b.tick(x.value / 7 < y.value / 7); });
             return std::is_sorted(v.begin(), v.end(), [](auto& x, auto& y) { return x.value / 7 < y.value / 7; });
         });
     }},
    {"par_sort by projection",
     [](const bomb& b) {
         return keeps_all(mixed(), [&](auto& v) {
             weft::par_sort(v, std::ranges::greater(), [&](const fragile& x) { return b.tick(x.value); });
             return std::is_sorted(v.rbegin(), v.rend());
         });
     }},
    {"par_sort_by_cached_key, numbers",
     [](const bomb& b) {
         return keeps_all(mixed(), [&](auto& v) {
             weft::par_sort_by_cached_key(v, [&](const fragile& x) { return b.tick(x.value); });
             return std::is_sorted(v.begin(), v.end());
         });
     }},
    {"par_sort_by_cached_key, strings",
     [](const bomb& b) {
         return keeps_all(mixed(), [&](auto& v) {
             weft::par_sort_by_cached_key(
                 v, [&](const fragile& x) { return b.tick(std::string(30, 'a') + std::to_string(100 + x.value)); });
             return std::is_sorted(v.begin(), v.end());
         });
     }},
    {"par_sort_by_cached_key, others",
     [](const bomb& b) {
         return keeps_all(mixed(), [&](auto& v) {
             weft::par_sort_by_cached_key(v, [&](const fragile& x) { return b.tick(std::vector<int>(1, x.value)); });
             return std::is_sorted(v.begin(), v.end());
         });
     }},
    {"par_sort_permutation",
     [](const bomb& b) {
         const auto v = mixed();
         const auto order = weft::par_sort_permutation(
             v, [&](const fragile& x, const fragile& y) { return b.tick(x.value < y.value); });
         return v[order[0]].value == 0 && v[order[n - 1]].value == n - 1;
     }},
    {"par_sort_permutation by projection",
     [](const bomb& b) {
         const auto v = mixed();
         const auto order = weft::par_sort_permutation(v, {}, [&](const fragile& x) { return b.tick(x.value); });
         return v[order[0]].value == 0 && v[order[n - 1]].value == n - 1;
     }},
    {"par_sort_by_key",
     [](const bomb& b) {
         return keeps_all(mixed(), [&](auto& v) {
             std::vector<int> places(n);
             std::iota(places.begin(), places.end(), 0);
             weft::par_sort_by_key([&](const fragile& x, const fragile& y) { return b.tick(x.value < y.value); }, v,
                                   places);
             return std::is_sorted(v.begin(), v.end()) && mixed()[static_cast<std::size_t>(places[5])].value == 5;
         });
     }},
    {"par_nth_element",
     [](const bomb& b) {
         return keeps_all(mixed(), [&](auto& v) {
             weft::par_nth_element(v, v.begin() + 20,
                                   [&](const fragile& x, const fragile& y) { return b.tick(x.value < y.value); });
             return v[20].value == 20;
         });
     }},
    {"par_partial_sort",
     [](const bomb& b) {
         return keeps_all(mixed(), [&](auto& v) {
             weft::par_partial_sort(v, v.begin() + 20,
                                    [&](const fragile& x, const fragile& y) { return b.tick(x.value < y.value); });
             return v[0].value == 0 && v[19].value == 19;
         });
     }},
    {"par_is_sorted",
     [](const bomb& b) {
         return weft::par_is_sorted(ascending(),
                                    [&](const fragile& x, const fragile& y) { return b.tick(x.value < y.value); });
     }},
    {"par_merge",
     [](const bomb& b) {
         const auto v = ascending();
         std::vector<fragile> out(2 * n);
         weft::par_merge(v, v, out.begin(),
                         [&](const fragile& x, const fragile& y) { return b.tick(x.value < y.value); });
         return std::is_sorted(out.begin(), out.end());
     }},
    {"par_inclusive_scan",
     [](const bomb& b) {
         const auto v = ascending();
         std::vector<fragile> out(n);
         weft::par_inclusive_scan(v, out.begin(),
                                  [&](fragile x, const fragile& y) { return b.tick(), fragile(x.value + y.value); });
         return out.back().value == n * (n - 1) / 2;
     }},
    {"par_exclusive_scan",
     [](const bomb& b) {
         const auto v = ascending();
         std::vector<fragile> out(n);
         weft::par_exclusive_scan(v, out.begin(), fragile(3),
                                  [&](fragile x, const fragile& y) { return b.tick(), fragile(x.value + y.value); });
         return out[0].value == 3 && out[4].value == 3 + 6;
     }},
    {"par_copy_if",
     [](const bomb& b) {
         const auto v = ascending();
         std::vector<fragile> out(n);
         return weft::par_copy_if(v, out.begin(), [&](const fragile& x) { return b.tick(x.value) % 2 == 0; }) ==
                out.begin() + n / 2;
     }},
    {"par_partition",
     [](const bomb& b) {
         return keeps_all(mixed(), [&](auto& v) {
             const auto others = weft::par_partition(v, [&](const fragile& x) { return b.tick(x.value) < 13; });
             return others.begin() == v.begin() + 13;
         });
     }},
    {"par_stable_partition",
     [](const bomb& b) {
         return keeps_all(ascending(), [&](auto& v) {
             const auto others =
                 weft::par_stable_partition(v, [&](const fragile& x) { return b.tick(x.value) % 2 == 0; });
             return others.begin() == v.begin() + n / 2 && std::is_sorted(others.begin(), others.end());
         });
     }},
    {"par_unique",
     [](const bomb& b) {
         auto v = ascending();
         const auto rest = weft::par_unique(
             v, [&](const fragile& x, const fragile& y) { return b.tick(x.value / 2 == y.value / 2); });
         return rest.begin() == v.begin() + n / 2 && v[3].value == 6;
     }},
    {"par_histogram",
     [](const bomb& b) {
         return weft::par_histogram(ascending(), 5, [&](const fragile& x) {
                    return static_cast<std::size_t>(b.tick(x.value) % 5);
                }) == std::vector<std::size_t>(5, n / 5);
     }},
    {"par_group_by",
     [](const bomb& b) {
         const auto groups = weft::par_group_by(ascending(), [&](const fragile& x) { return b.tick(x.value) % 5; });
         return groups.size() == 5 && groups[4].second.size() == n / 5 && groups[4].second[1].value == 9;
     }},
    {"par_group_by strings",
     [](const bomb& b) {
         return weft::par_group_by(ascending(), [&](const fragile& x) {
                    return b.tick(std::string(40, 'x') + std::to_string(x.value % 5));
                }).size() == 5;
     }},
    {"par_reduce_by_key",
     [](const bomb& b) {
         std::vector<int> keys(n);
         for (int i = 0; i < n; ++i) keys[static_cast<std::size_t>(i)] = i % 5;
         const auto sums = weft::par_reduce_by_key(
             keys, ascending(), [&](fragile x, const fragile& y) { return b.tick(), fragile(x.value + y.value); });
         return sums.size() == 5 && sums[0].second.value == 5 * (n / 5) * (n / 5 - 1) / 2;
     }},
    {"par_shuffle",
     [](const bomb&) {
         return keeps_all(ascending(), [&](auto& v) {
             weft::par_shuffle(v, 5);
             return is_permutation(v) && !std::is_sorted(v.begin(), v.end());
         });
     }},
    {"par_fill, par_transform",
     [](const bomb& b) {
         auto v = ascending();
         std::vector<fragile> out(n);
         weft::par_transform(v, out.begin(), [&](const fragile& x) { return b.tick(), fragile(x.value + 1); });
         weft::par_transform(v, out, out.begin(), [&](const fragile&, const fragile& x) { return b.tick(), x; });
         weft::par_fill(v, fragile(4));
         return out[7].value == 8 && v[9].value == 4;
     }},
};

}  // namespace

std::span<const use_case> every_algorithm() { return cases; }

}  // namespace test
