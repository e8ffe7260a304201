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
#include <weft/simd/detail/sort.hpp>

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

/// Numbers side by side, in their natural order or its reverse.
template <class I, class Compare, class Projection>
concept numbers_in_order = std::contiguous_iterator<I> && sort_key<std::iter_value_t<I>> &&
                           plain_order<Compare, std::iter_value_t<I>> && std::same_as<Projection, std::identity>;

/// The median of a sample; `common` tells whether it occurs in the sample several times.
template <class T>
T sample_median(const T* keys, std::size_t n, bool& common)
{
    constexpr std::size_t size = 255;
    T sample[size];
    for (std::size_t i = 0; i < size; ++i) sample[i] = keys[i * (n / size) + n / (2 * size)];
    detail::simd_sort(sample, size, false);
    const T pivot = sample[size / 2];
    common = !(sample[size / 2 - 4] < pivot) || !(pivot < sample[size / 2 + 4]);
    return pivot;
}

constexpr simd_front before_pivot(bool descending) { return descending ? simd_front::greater : simd_front::less; }
constexpr simd_front not_behind_pivot(bool descending)
{
    return descending ? simd_front::not_less : simd_front::not_greater;
}

/// Partitions keys of 4 or 8 bytes, by all threads if they are more than a thread's share.
template <class T>
std::size_t split_keys(fork_context c, T* keys, std::size_t n, T pivot, simd_front front, std::size_t share)
{
    const auto piece = [=](T* first, std::size_t size) { return detail::simd_partition(first, size, pivot, front); };
    if (n < worth_par_partition || n <= share) return piece(keys, n);
    return algorithm::par_partition_by(c, keys, n, piece);
}

/// Sorts keys of 4 or 8 bytes by all threads.
template <class T>
class key_sorter {
public:
    key_sorter(fork_context c, std::size_t n, bool descending, bool plain)
        : share_(n / c.num_threads()),
          leaf_(c.num_threads() == 1 ? n : std::max(smallest, share_ / 4)),
          descending_(descending),
          plain_(plain)
    {
    }

    void operator()(fork_context c, T* keys, std::size_t n, int bad_allowed = 16) const
    {
        if (n <= leaf_ || bad_allowed == 0) return detail::simd_sort(keys, n, descending_, plain_);
        bool common = false;
        const T pivot = algorithm::sample_median(keys, n, common);
        const std::size_t lower = algorithm::split_keys(c, keys, n, pivot, before_pivot(descending_), share_);
        std::size_t equal = 0;
        if (common || lower == 0)
            equal = algorithm::split_keys(c, keys + lower, n - lower, pivot, not_behind_pivot(descending_), share_);
        T* const right = keys + lower + equal;
        const std::size_t upper = n - lower - equal;
        if (std::max(lower, upper) > n - n / 8) --bad_allowed;
        weft::fork_join(
            c, [&](fork_context here) { (*this)(here, keys, lower, bad_allowed); },
            [&](fork_context there) { (*this)(there, right, upper, bad_allowed); });
    }

private:
    static constexpr std::size_t smallest = std::size_t{1} << 15U;

    std::size_t share_;
    std::size_t leaf_;
    bool descending_;
    bool plain_;
};

/// Whether all are plain (simd_plain). Stops soon after the first that is not.
template <class T>
bool all_plain(fork_context c, const T* keys, std::size_t n)
{
    constexpr std::size_t piece = 32768;
    if (n > 2 * piece && c.wanted()) {
        const std::size_t middle = n / 2;
        bool left = false;
        bool right = false;
        weft::fork_join(
            c, [&](fork_context here) { left = algorithm::all_plain(here, keys, middle); },
            [&](fork_context there) { right = algorithm::all_plain(there, keys + middle, n - middle); });
        return left && right;
    }
    for (; n > piece; keys += piece, n -= piece) {
        if (!detail::simd_plain(keys, piece)) return false;
    }
    return detail::simd_plain(keys, n);
}

/// Moves NaN after all numbers, in either direction. Tells whether all keys are plain.
template <class T>
std::size_t nan_keys_to_end(fork_context c, T* keys, std::size_t n, bool& plain)
{
    plain = algorithm::all_plain(c, keys, n);
    if (plain) return n;
    const auto number = [](T x) { return x == x; };
    if (algorithm::all_good<64>(c, 0, n, [=](std::size_t i) { return number(keys[i]); })) return n;
    return algorithm::par_partition_by(
        c, keys, n, [&](T* first, std::size_t size) { return algorithm::partition_all(first, size, number); });
}

/// The compiler moves no access to the memory behind `keys` across this call, and keeps nothing of it in registers. It
/// stands where the type changes through which the same numbers are accessed: the rules of aliasing would let the
/// compiler exchange a store through the one type and a load through the other. It emits no instruction.
[[gnu::always_inline]] inline void aliasing_barrier(void* keys) { asm volatile("" : : "r"(keys) : "memory"); }

/// Calls f with numbers as the kernels see them: as integers of their own type of the same size, if they are integers.
template <class T, class F>
decltype(auto) with_simd_keys(T* keys, F&& f)
{
    auto* const same = reinterpret_cast<typename simd_key<T>::type*>(keys);
    algorithm::aliasing_barrier(same);
    struct at_end {
        void* keys;
        ~at_end() { algorithm::aliasing_barrier(keys); }
    };
    const at_end barrier{same};
    return f(same);
}

/// Keys of which one may not be in its place yet.
struct unselected {
    std::size_t first;
    std::size_t n;
};

/// Puts at `wanted` the key that would be there if all were sorted, with nothing greater before it and nothing less
/// after it. Gives up after too many bad pivots: then it has yet to be looked for among the keys that are returned.
template <class T>
unselected select_keys(fork_context c, T* keys, std::size_t n, std::size_t wanted, bool descending, bool plain)
{
    constexpr std::size_t worth_a_partition = 1024;
    const std::size_t share = n / c.num_threads();
    std::size_t first = 0;
    for (int bad_allowed = 8; n > worth_a_partition;) {
        if (bad_allowed == 0) return {first, n};
        bool common = false;
        T* const here = keys + first;
        const T pivot = algorithm::sample_median(here, n, common);
        const std::size_t lower = algorithm::split_keys(c, here, n, pivot, before_pivot(descending), share);
        const std::size_t was = n;
        if (wanted < first + lower) {
            n = lower;
        } else {
            const std::size_t equal = common || lower == 0 ? algorithm::split_keys(c, here + lower, n - lower, pivot,
                                                                                   not_behind_pivot(descending), share)
                                                           : 0;
            first += lower + equal;
            n -= lower + equal;
            if (wanted < first) return {first, 0};
        }
        if (n > was - was / 8) --bad_allowed;
    }
    detail::simd_sort(keys + first, n, descending, plain);
    return {first, 0};
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
    /// NaN does not belong to any run.
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
            return i - 1 + detail::simd_run(keys_ + i - 1, end - i + 1, falling);
        } else {
            while (i < end && goes(i, falling)) ++i;
            return i;
        }
    }

    const T* keys_;
    bool descending_;
};

/// Reverses the keys [0, n), of which this call swaps [lo, hi) with their counterparts.
template <class T>
void reverse_keys(fork_context c, T* keys, std::size_t n, std::size_t lo, std::size_t hi)
{
    constexpr std::size_t worth_a_fork = 32768;
    if (hi - lo > worth_a_fork && c.wanted()) {
        const std::size_t middle = lo + (hi - lo) / 2;
        weft::fork_join(
            c, [&](fork_context here) { algorithm::reverse_keys(here, keys, n, lo, middle); },
            [&](fork_context there) { algorithm::reverse_keys(there, keys, n, middle, hi); });
        return;
    }
    if constexpr (sizeof(T) >= 4) {
        detail::simd_swap_mirrored(keys + lo, keys + n - lo, hi - lo);
    } else {
        for (; lo < hi; ++lo) std::swap(keys[lo], keys[n - 1 - lo]);
    }
}

/// Sorts numbers that are in order already, or consist of so few runs that merging them is less work than a sort.
template <class T>
bool sort_number_runs(fork_context c, T* keys, std::size_t n, bool descending)
{
    if (n < 2) return true;
    const number_pairs<T> pairs(keys, descending);
    const auto reverse = [&](fork_context k, std::size_t begin, std::size_t end) {
        algorithm::reverse_keys(k, keys + begin, end - begin, 0, (end - begin) / 2);
    };
    constexpr std::size_t most = sizeof(T) >= 8 ? 4 : sizeof(T) == 4 ? 2 : 1;
    if (descending) return algorithm::sort_runs(c, keys, n, most, pairs, [](T a, T b) { return a > b; }, reverse);
    return algorithm::sort_runs(c, keys, n, most, pairs, [](T a, T b) { return a < b; }, reverse);
}

/// Sorts numbers in their natural order.
template <sort_key T>
void sort_numbers(fork_context c, T* keys, std::size_t n, bool descending)
{
    if constexpr (sizeof(T) == 1) {
        if (!algorithm::sort_number_runs(c, keys, n, descending)) algorithm::count_sort(c, keys, n, descending);
    } else {
        const bool done = algorithm::with_simd_keys(
            keys, [&](auto* same) { return algorithm::sort_number_runs(c, same, n, descending); });
        if (done) return;
        if constexpr (sizeof(T) == 2) {
            if (n >= 65536 && algorithm::try_count_sort(c, keys, n, descending)) return;
        }
        bool plain = true;
        if constexpr (std::floating_point<T>) n = algorithm::nan_keys_to_end(c, keys, n, plain);
        algorithm::with_simd_keys(keys, [&]<class K>(K* same) {
            if constexpr (sizeof(T) == 2) {
                detail::simd_sort(same, n, descending);
            } else {
                key_sorter<K>(c, n, descending, plain)(c, same, n);
            }
        });
    }
}

}  // namespace weft::detail::algorithm
