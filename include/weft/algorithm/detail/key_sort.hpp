// weft/algorithm/detail/key_sort.hpp - the sort of plain numbers: parallel partitions, vectorised leaves.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/simd/sort.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace weft::detail::algorithm {

template <class Compare, class T>
concept plain_less = std::same_as<Compare, std::ranges::less> || std::same_as<Compare, std::less<>> ||
                     std::same_as<Compare, std::less<T>>;
template <class Compare, class T>
concept plain_greater = std::same_as<Compare, std::ranges::greater> || std::same_as<Compare, std::greater<>> ||
                        std::same_as<Compare, std::greater<T>>;

template <class T, class... Ts>
concept one_of = (std::same_as<T, Ts> || ...);

/// The numbers that the vectorised sort knows.
template <class T>
concept sort_key =
    one_of<T, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float, double>;

template <class T, class Less>
void sort_keys(fork_context c, T* keys, std::size_t n, std::size_t leaf, bool descending, const Less& less)
{
    while (n > leaf) {
        // The median of a sample, put in front.
        constexpr std::size_t sample = 33;
        T picked[sample];
        for (std::size_t i = 0; i < sample; ++i) picked[i] = keys[i * (n / sample)];
        insertion_sort(picked, sample, less);
        const T pivot = picked[sample / 2];
        for (std::size_t i = 0; i < sample; ++i) {
            if (keys[i * (n / sample)] == pivot) {
                std::swap(keys[0], keys[i * (n / sample)]);
                break;
            }
        }
        const std::size_t lower = partition_rest(keys, n, [&](const T& x) { return less(x, pivot); });
        std::swap(keys[0], keys[lower]);
        const std::size_t upper = n - lower - 1;
        if (std::min(lower, upper) < n / 16) leaf = n;  // many equals: the leaf sort is fast on them
        T* const right = keys + lower + 1;
        fork_join(
            c, [&](fork_context here) { sort_keys(here, keys, lower, leaf, descending, less); },
            [&](fork_context there) { sort_keys(there, right, upper, leaf, descending, less); });
        return;
    }
    simd_sort(keys, n, descending);
}

/// NaN goes behind all numbers, in either direction.
template <class T, class Less>
void sort_all_keys(fork_context c, T* keys, std::size_t n, bool descending, const Less& less)
{
    if constexpr (std::floating_point<T>)
        n = static_cast<std::size_t>(std::partition(keys, keys + n, [](T x) { return x == x; }) - keys);
    constexpr std::size_t smallest = std::size_t{1} << 16U;
    const std::size_t threads = c.num_threads();
    sort_keys(c, keys, n, threads == 1 ? n : std::max(smallest, n / threads / 2), descending, less);
}

}  // namespace weft::detail::algorithm
