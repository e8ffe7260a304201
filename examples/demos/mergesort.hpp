// examples/demos/mergesort.hpp - merge sort in which not only the halves but the merge is divided.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace mergesort {

using numbers = std::span<std::uint32_t>;

/// Merges two sorted sequences. The middle of the longer one determines where to cut the other: what is left of the
/// cuts comes before what is right of them, so both sides can be merged at the same time.
template <class Join>
void merge(numbers a, numbers b, numbers out, const Join& join)
{
    if (a.size() < b.size()) std::swap(a, b);
    if (a.size() < 2'000) {
        std::merge(a.begin(), a.end(), b.begin(), b.end(), out.begin());
        return;
    }
    const std::size_t i = a.size() / 2;
    const auto j = static_cast<std::size_t>(std::lower_bound(b.begin(), b.end(), a[i]) - b.begin());
    join([&] { merge(a.first(i), b.first(j), out.first(i + j), join); },
         [&] { merge(a.subspan(i), b.subspan(j), out.subspan(i + j), join); });
}

/// Sorts `v`. The result is in `buffer` if `to_buffer`, else in `v` itself; the halves end in the other one.
template <class Join>
void sort(numbers v, numbers buffer, bool to_buffer, const Join& join)
{
    if (v.size() < 500) {
        std::sort(v.begin(), v.end());
        if (to_buffer) std::copy(v.begin(), v.end(), buffer.begin());
        return;
    }
    const std::size_t half = v.size() / 2;
    join([&] { sort(v.first(half), buffer.first(half), !to_buffer, join); },
         [&] { sort(v.subspan(half), buffer.subspan(half), !to_buffer, join); });
    const auto [from, to] = to_buffer ? std::pair(v, buffer) : std::pair(buffer, v);
    merge(from.first(half), from.subspan(half), to, join);
}

}  // namespace mergesort
