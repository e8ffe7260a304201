// src/simd/partition.hpp - partitions, sort, runs and reversal of one type of keys, and the plain ones.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/simd/detail/sort.hpp>

#include "simd/quicksort.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

namespace weft::detail {

template <class T>
struct simd_sorts {
    std::size_t (*partition[4])(T*, std::size_t, T);    ///< by simd_front
    void (*sort[2])(T*, std::size_t, bool descending);  ///< any keys except NaN; plain ones
    bool (*plain)(const T*, std::size_t);               ///< no NaN, and no key that the sort of plain ones may lose
    std::size_t (*run[2])(const T*, std::size_t);       ///< ascending, descending
    void (*swap_mirrored)(T*, T*, std::size_t);
};

/// The best for this machine that WEFT_SIMD allows.
template <class T>
const simd_sorts<T>& simd_sorts_of() noexcept;

namespace scalar {

/// No branch depends on the keys.
template <simd_front Front, class T>
std::size_t partition(T* keys, std::size_t n, T pivot)
{
    std::size_t front = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const T x = keys[i];
        bool moves = false;
        if constexpr (Front == simd_front::less) moves = x < pivot;
        if constexpr (Front == simd_front::not_greater) moves = x <= pivot;
        if constexpr (Front == simd_front::greater) moves = x > pivot;
        if constexpr (Front == simd_front::not_less) moves = x >= pivot;
        keys[i] = keys[front];
        keys[front] = x;
        front += moves ? 1 : 0;
    }
    return front;
}

/// The parts of a quicksort where there are no vectors.
template <class T>
struct branchless_parts {
    static std::size_t leaf() { return 24; }
    static std::size_t before(T* keys, std::size_t n, T pivot, bool descending)
    {
        return descending ? partition<simd_front::greater>(keys, n, pivot)
                          : partition<simd_front::less>(keys, n, pivot);
    }
    static std::size_t not_behind(T* keys, std::size_t n, T pivot, bool descending)
    {
        return descending ? partition<simd_front::not_less>(keys, n, pivot)
                          : partition<simd_front::not_greater>(keys, n, pivot);
    }
    static void sort_leaf(T* keys, std::size_t n, bool descending)
    {
        if (descending) {
            insert(keys, n, std::greater<>());
        } else {
            insert(keys, n, std::less<>());
        }
    }
    template <class Less>
    static void insert(T* keys, std::size_t n, Less less)
    {
        for (std::size_t i = 1; i < n; ++i) {
            const T x = keys[i];
            std::size_t hole = i;
            for (; hole > 0 && less(x, keys[hole - 1]); --hole) keys[hole] = keys[hole - 1];
            keys[hole] = x;
        }
    }
};

template <class T>
void sort(T* keys, std::size_t n, bool descending)
{
    sort_by_parts<T, branchless_parts<T>>(keys, n, descending);
}

/// This sort loses no keys, so it need not know more of them.
template <class T>
bool no_nan(const T* keys, std::size_t n)
{
    constexpr std::size_t block = 64;
    std::size_t i = 0;
    for (; i + block <= n; i += block) {
        // Without a branch between them, so that the compiler can use whatever vectors there are.
        bool all = true;
        for (std::size_t k = 0; k < block; ++k) all &= keys[i + k] == keys[i + k];
        if (!all) return false;
    }
    while (i < n && keys[i] == keys[i]) ++i;
    return i == n;
}

template <bool Down, class T>
std::size_t run(const T* keys, std::size_t n)
{
    std::size_t i = 1;
    while (i < n && (Down ? keys[i - 1] >= keys[i] : keys[i - 1] <= keys[i])) ++i;
    return i < n ? i : n;
}

template <class T>
void swap_mirrored(T* first, T* last, std::size_t n)
{
    for (std::size_t i = 0; i < n; ++i) std::swap(first[i], *--last);
}

template <class T>
struct parts {
    static std::size_t leaf() { return 256; }
    static void sort_leaf(T* keys, std::size_t n, bool descending) { sort(keys, n, descending); }
};

template <class T>
inline constexpr simd_sorts<T> sorts{{partition<simd_front::less, T>, partition<simd_front::not_greater, T>,
                                      partition<simd_front::greater, T>, partition<simd_front::not_less, T>},
                                     {sort<T>, sort<T>},
                                     no_nan<T>,
                                     {run<false, T>, run<true, T>},
                                     swap_mirrored<T>};

}  // namespace scalar
}  // namespace weft::detail
