// weft/algorithm/detail/key_sort.hpp - the sort of plain numbers: parallel partitions and vectorised leaves; small
// integers are counted.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/count_sort.hpp>
#include <weft/algorithm/detail/ordered.hpp>
#include <weft/algorithm/detail/partition.hpp>
#include <weft/algorithm/detail/plain_order.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/simd/sort.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace weft::detail::algorithm {

/// The type that the vectorised sort knows for numbers of this size and sign.
template <class T>
struct simd_key {
    using sized = std::conditional_t<sizeof(T) == 2, std::int16_t,
                                     std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>>;
    using type = std::conditional_t<std::is_signed_v<T>, sized, std::make_unsigned_t<sized>>;
};
template <std::floating_point T>
struct simd_key<T> {
    using type = T;
};

/// The numbers that have a sort of their own.
template <class T>
concept sort_key =
    std::same_as<T, float> || std::same_as<T, double> || (std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8);

/// Sorts keys of 4 or 8 bytes by all threads.
template <class T>
class key_sorter {
public:
    key_sorter(fork_context c, std::size_t n, bool descending)
        : share_(n / c.num_threads()),
          leaf_(c.num_threads() == 1 ? n : std::max(smallest, share_ / 4)),
          descending_(descending)
    {
    }

    void operator()(fork_context c, T* keys, std::size_t n, int bad_allowed = 16) const
    {
        if (n <= leaf_ || bad_allowed == 0) return simd_sort(keys, n, descending_);
        bool common = false;
        const T pivot = choose(keys, n, common);
        const std::size_t lower = split(c, keys, n, pivot, descending_ ? simd_front::greater : simd_front::less);
        std::size_t equal = 0;
        if (common || lower == 0) {
            equal =
                split(c, keys + lower, n - lower, pivot, descending_ ? simd_front::not_less : simd_front::not_greater);
        }
        T* const right = keys + lower + equal;
        const std::size_t upper = n - lower - equal;
        if (std::max(lower, upper) > n - n / 8) --bad_allowed;
        fork_join(
            c, [&](fork_context here) { (*this)(here, keys, lower, bad_allowed); },
            [&](fork_context there) { (*this)(there, right, upper, bad_allowed); });
    }

private:
    static constexpr std::size_t smallest = std::size_t{1} << 15U;

    /// The median of a sample; `common` tells whether the sample has it several times.
    static T choose(const T* keys, std::size_t n, bool& common)
    {
        constexpr std::size_t size = 255;
        T sample[size];
        for (std::size_t i = 0; i < size; ++i) sample[i] = keys[i * (n / size) + n / (2 * size)];
        simd_sort(sample, size, false);
        const T pivot = sample[size / 2];
        common = !(sample[size / 2 - 4] < pivot) || !(pivot < sample[size / 2 + 4]);
        return pivot;
    }

    std::size_t split(fork_context c, T* keys, std::size_t n, T pivot, simd_front front) const
    {
        const auto piece = [=](T* first, std::size_t size) { return simd_partition(first, size, pivot, front); };
        if (n < worth_par_partition || n <= share_) return piece(keys, n);
        return par_partition_by(c, keys, n, piece);
    }

    std::size_t share_;
    std::size_t leaf_;
    bool descending_;
};

/// NaN goes behind all numbers, in either direction.
template <class T>
std::size_t nan_to_end(fork_context c, T* keys, std::size_t n)
{
    const auto number = [](T x) { return x == x; };
    if (all_good<64>(c, 0, n, [=](std::size_t i) { return number(keys[i]); })) return n;
    return par_partition_by(c, keys, n, [&](T* first, std::size_t size) { return partition_all(first, size, number); });
}

/// Sorts numbers in their natural order.
template <sort_key T>
void sort_numbers(fork_context c, T* keys, std::size_t n, bool descending)
{
    if (n < 2) return;
    if constexpr (sizeof(T) == 1) {
        count_sort(c, keys, n, descending);
    } else {
        using key = typename simd_key<T>::type;
        if constexpr (sizeof(T) == 2) {
            if (n >= 65536 && try_count_sort(c, keys, n, descending)) return;
        }
        if constexpr (std::floating_point<T>) n = nan_to_end(c, keys, n);
        // The kernels see the memory as integers of their own type of the same size.
        auto* const same = reinterpret_cast<key*>(keys);
        asm volatile("" : : "r"(same) : "memory");
        if constexpr (sizeof(T) == 2) {
            simd_sort(same, n, descending);
        } else {
            key_sorter<key>(c, n, descending)(c, same, n);
        }
        asm volatile("" : : "r"(same) : "memory");
    }
}

}  // namespace weft::detail::algorithm
