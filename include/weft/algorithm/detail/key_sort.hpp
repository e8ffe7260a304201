// weft/algorithm/detail/key_sort.hpp - the sort of plain numbers: parallel partitions and vectorised leaves; small
// integers are counted.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/count_sort.hpp>
#include <weft/algorithm/detail/ordered.hpp>
#include <weft/algorithm/detail/partition.hpp>
#include <weft/algorithm/detail/plain_order.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/runs.hpp>
#include <weft/simd/sort.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

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

/// Pairs of neighbouring numbers; equals may go either way.
template <class T>
class number_pairs {
public:
    number_pairs(const T* keys, bool descending) : keys_(keys), descending_(descending) {}

    [[nodiscard]] bool up(std::size_t i) const { return goes(i, descending_); }
    [[nodiscard]] bool down(std::size_t i) const { return goes(i, !descending_); }
    [[nodiscard]] std::size_t up_until(std::size_t i, std::size_t end) const { return until(i, end, descending_); }
    [[nodiscard]] std::size_t down_until(std::size_t i, std::size_t end) const { return until(i, end, !descending_); }
    [[nodiscard]] bool may_go_down(std::size_t lo, std::size_t end) const { return keys_[lo] == keys_[end - 1]; }
    /// NaN belongs to no run.
    [[nodiscard]] bool sound(std::size_t i) const { return up(i) || down(i); }
    [[nodiscard]] static constexpr bool failed() { return false; }

private:
    [[nodiscard]] bool goes(std::size_t i, bool falling) const
    {
        return falling ? keys_[i - 1] >= keys_[i] : keys_[i - 1] <= keys_[i];
    }
    [[nodiscard]] std::size_t until(std::size_t i, std::size_t end, bool falling) const
    {
        if constexpr (sizeof(T) >= 4) {
            return i - 1 + simd_run(keys_ + i - 1, end - i + 1, falling);
        } else {
            while (i < end && goes(i, falling)) ++i;
            return i;
        }
    }

    const T* keys_;
    bool descending_;
};

/// Reverses the keys [0, n), here the part of them that is swapped with [lo, hi).
template <class T>
void reverse_keys(fork_context c, T* keys, std::size_t n, std::size_t lo, std::size_t hi)
{
    constexpr std::size_t worth_a_fork = 32768;
    if (hi - lo > worth_a_fork && c.wanted()) {
        const std::size_t middle = lo + (hi - lo) / 2;
        fork_join(
            c, [&](fork_context here) { reverse_keys(here, keys, n, lo, middle); },
            [&](fork_context there) { reverse_keys(there, keys, n, middle, hi); });
        return;
    }
    if constexpr (sizeof(T) >= 4) {
        simd_swap_mirrored(keys + lo, keys + n - lo, hi - lo);
    } else {
        for (; lo < hi; ++lo) std::swap(keys[lo], keys[n - 1 - lo]);
    }
}

/// Sorts numbers that are in order already, or consist of so few runs that to merge them is less work than a sort.
template <class T>
bool sort_number_runs(fork_context c, T* keys, std::size_t n, bool descending)
{
    if (n < 2) return true;
    const number_pairs<T> pairs(keys, descending);
    const auto reverse = [&](fork_context k, std::size_t begin, std::size_t end) {
        reverse_keys(k, keys + begin, end - begin, 0, (end - begin) / 2);
    };
    constexpr std::size_t most = sizeof(T) >= 8 ? 4 : sizeof(T) == 4 ? 2 : 1;
    if (descending) return sort_runs(c, keys, n, most, pairs, [](T a, T b) { return a > b; }, reverse);
    return sort_runs(c, keys, n, most, pairs, [](T a, T b) { return a < b; }, reverse);
}

/// Sorts numbers in their natural order.
template <sort_key T>
void sort_numbers(fork_context c, T* keys, std::size_t n, bool descending)
{
    if constexpr (sizeof(T) == 1) {
        if (!sort_number_runs(c, keys, n, descending)) count_sort(c, keys, n, descending);
    } else {
        using key = typename simd_key<T>::type;
        // The kernels see the memory as integers of their own type of the same size.
        auto* const same = reinterpret_cast<key*>(keys);
        asm volatile("" : : "r"(same) : "memory");
        const bool done = sort_number_runs(c, same, n, descending);
        asm volatile("" : : "r"(same) : "memory");
        if (done) return;
        if constexpr (sizeof(T) == 2) {
            if (n >= 65536 && try_count_sort(c, keys, n, descending)) return;
        }
        if constexpr (std::floating_point<T>) n = nan_to_end(c, keys, n);
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
