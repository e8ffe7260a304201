// weft/simd/detail/sort.hpp - the vectorised sort and partition of keys, on one thread; par_sort uses them for pieces.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// Which keys a partition moves to the front.
enum class simd_front : unsigned { less, not_greater, greater, not_less };

/// Moves the keys that compare like this with the pivot to the front; returns how many. In place. T has 4 or 8 bytes,
/// and no key is NaN.
template <class T>
std::size_t simd_partition(T* keys, std::size_t n, T pivot, simd_front front);

/// How many keys from the first on are in order, up to the first NaN: each not less than the one before it, or not
/// greater. T has 4 or 8 bytes.
template <class T>
std::size_t simd_run(const T* keys, std::size_t n, bool descending);

/// Swaps first[i] with last[-1 - i] for i < n. Requires: 2 * n <= last - first.
template <class T>
void simd_swap_mirrored(T* first, T* last, std::size_t n);

/// Whether no key is NaN, nor one that simd_sort must take care of: infinities and -0, where it has vectors. T is float
/// or double.
template <class T>
bool simd_plain(const T* keys, std::size_t n);

/// Sorts n keys of 2, 4 or 8 bytes in place. Zeros of both signs are equal, and each keeps its sign. Requires: no NaN
/// among them; if `plain` is set, simd_plain() holds and is not asked again.
///
/// Cost:   always O(n log n), linear for few distinct values; no memory except some stack.
/// Source: Blacher, Giesen, Sanders, Wassenberg, Vectorized and performance-portable Quicksort, 2022. Its sorting
///         networks, in Highway, sort the leaves; the partitions are weft's own, which never compress into memory: that
///         takes a hundred cycles on Zen 4.
template <class T>
void simd_sort(T* keys, std::size_t n, bool descending, bool plain = false);

}  // namespace weft::detail
