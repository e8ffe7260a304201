// weft/simd/sort.hpp - the vectorised sort and partition of keys, on one thread. par_sort calls them for its pieces.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// Which keys a partition moves to the front.
enum class simd_front : unsigned { less, not_greater, greater, not_less };

/// Moves the keys that compare so with the pivot to the front; returns how many. In place. T has 4 or 8 bytes, and
/// there is no NaN.
template <class T>
std::size_t simd_partition(T* keys, std::size_t n, T pivot, simd_front front);

/// How many keys from the first on are in order, as far as NaN: each not less than the one before it, or not greater. T
/// has 4 or 8 bytes.
template <class T>
std::size_t simd_run(const T* keys, std::size_t n, bool descending);

/// Swaps first[i] with last[-1 - i] for i < n. Requires: 2 * n <= last - first.
template <class T>
void simd_swap_mirrored(T* first, T* last, std::size_t n);

/// Sorts n keys of 2, 4 or 8 bytes in place. Requires: no NaN among them.
///
/// Cost:   n log n always, linear for few distinct values; no memory but some stack.
/// Source: Blacher, Giesen, Sanders, Wassenberg, Vectorized and performance-portable Quicksort, 2022. Its sorting
///         networks, in Highway, sort the leaves; the partitions are weft's own, which never compress into memory: that
///         takes a hundred cycles on Zen 4.
template <class T>
void simd_sort(T* keys, std::size_t n, bool descending);

}  // namespace weft::detail
