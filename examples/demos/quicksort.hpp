// examples/demos/quicksort.hpp - quicksort whose halves may run at once: join in place of two calls.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

namespace quicksort {

using numbers = std::span<std::uint32_t>;

/// Moves what is less than the middle element to the front, and returns what lies before and behind its equals.
inline std::pair<numbers, numbers> divide(numbers v)
{
    const std::uint32_t pivot = v[v.size() / 2];
    const auto less = std::partition(v.begin(), v.end(), [pivot](std::uint32_t x) { return x < pivot; });
    const auto equal = std::partition(less, v.end(), [pivot](std::uint32_t x) { return x == pivot; });
    return {{v.begin(), less}, {equal, v.end()}};
}

template <class Join>
void sort(numbers v, const Join& join)
{
    if (v.size() < 32) return std::sort(v.begin(), v.end());
    const auto halves = divide(v);
    join([&] { sort(halves.first, join); }, [&] { sort(halves.second, join); });
}

}  // namespace quicksort
