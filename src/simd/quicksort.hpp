// src/simd/quicksort.hpp - a quicksort of keys over any partition and any sort of small pieces.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <functional>

namespace weft::detail {
// Each instruction set has its own, through its Parts, so that nothing is inlined into the wrong one.
namespace {

/// The median of a sample. `common` tells whether it occurs in the sample twice.
template <class T, class Parts>
T choose_pivot(const T* keys, std::size_t n, bool& common)
{
    constexpr std::size_t most = 31;
    const std::size_t size = n > 65536 ? most : n > 4096 ? 15 : 7;
    T sample[most];
    for (std::size_t i = 0; i < size; ++i) {
        const T x = keys[i * (n / size) + n / (2 * size)];
        std::size_t at = i;
        for (; at > 0 && x < sample[at - 1]; --at) sample[at] = sample[at - 1];
        sample[at] = x;
    }
    const std::size_t middle = size / 2;
    const T pivot = sample[middle];
    common = !(sample[middle - 1] < pivot) || !(pivot < sample[middle + 1]);
    return pivot;
}

/// Heap sort: the last resort when too many pivots were bad.
template <class T, class Parts>
void sort_badly_split(T* keys, std::size_t n, bool descending)
{
    std::make_heap(keys, keys + n);
    std::sort_heap(keys, keys + n);
    if (descending) std::reverse(keys, keys + n);
}

template <class T, class Parts>
void quicksort(T* keys, std::size_t n, bool descending, int bad_allowed)
{
    while (n > Parts::leaf()) {
        if (bad_allowed == 0) return sort_badly_split<T, Parts>(keys, n, descending);
        bool common = false;
        const T pivot = choose_pivot<T, Parts>(keys, n, common);
        const std::size_t lower = Parts::before(keys, n, pivot, descending);
        // The equal keys are set aside in one pass if there are many; if nothing comes before them they must be.
        const std::size_t equal =
            common || lower == 0 ? Parts::not_behind(keys + lower, n - lower, pivot, descending) : 0;
        T* const right = keys + lower + equal;
        const std::size_t upper = n - lower - equal;
        if (std::max(lower, upper) > n - n / 8) --bad_allowed;
        if (lower < upper) {
            quicksort<T, Parts>(keys, lower, descending, bad_allowed);
            keys = right;
            n = upper;
        } else {
            quicksort<T, Parts>(right, upper, descending, bad_allowed);
            n = lower;
        }
    }
    if (n > 1) Parts::sort_leaf(keys, n, descending);
}

template <class T, class Parts>
void sort_by_parts(T* keys, std::size_t n, bool descending)
{
    quicksort<T, Parts>(keys, n, descending, static_cast<int>(std::bit_width(n)) + 1);
}

}  // namespace
}  // namespace weft::detail
