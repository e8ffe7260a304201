// weft/algorithm/detail/count_sort.hpp - sorts integers of one or two bytes: counts the values, and writes them again
// in order.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/base/detail/array.hpp>
#include <weft/pool/context.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

namespace weft::detail::algorithm {

/// The counts of `pieces` pieces of n keys. Bins are in the order of the values, the smallest first.
template <class T>
class key_counts {
public:
    static constexpr std::size_t bins = std::size_t{1} << (8 * sizeof(T));
    static constexpr std::size_t smallest_bin = std::is_signed_v<T> ? bins / 2 : 0;

    static std::size_t bin(T key) { return (static_cast<std::make_unsigned_t<T>>(key) + smallest_bin) % bins; }
    static T key(std::size_t bin) { return static_cast<T>(static_cast<std::make_unsigned_t<T>>(bin + smallest_bin)); }

    static void count(fork_context c, const T* keys, std::size_t n, std::size_t* counts, std::size_t pieces)
    {
        if (pieces == 1) {
            for (std::size_t i = 0; i < n; ++i) ++counts[bin(keys[i])];
            return;
        }
        const std::size_t half = pieces / 2;
        const std::size_t middle = n / pieces * half;
        weft::fork_join(
            c, [&](fork_context here) { count(here, keys, middle, counts, half); },
            [&](fork_context there) { count(there, keys + middle, n - middle, counts + half * bins, pieces - half); });
    }

    /// Writes the keys at [from, to); ends[bin] is where those of a bin end.
    static void fill(T* keys, std::size_t from, std::size_t to, const std::size_t* ends, bool descending)
    {
        const auto key_of = [=](std::size_t i) { return key(descending ? bins - 1 - i : i); };
        auto i = static_cast<std::size_t>(std::upper_bound(ends, ends + bins, from) - ends);
        for (; from < to; ++i) {
            const std::size_t end = std::min(ends[i], to);
            std::fill(keys + from, keys + end, key_of(i));
            from = end;
        }
    }

    static void fill(fork_context c, T* keys, std::size_t from, std::size_t to, const std::size_t* ends,
                     bool descending)
    {
        constexpr std::size_t worth_a_fork = 65536;
        if (to - from > worth_a_fork && c.wanted()) {
            const std::size_t middle = from + (to - from) / 2;
            weft::fork_join(
                c, [&](fork_context here) { fill(here, keys, from, middle, ends, descending); },
                [&](fork_context there) { fill(there, keys, middle, to, ends, descending); });
            return;
        }
        fill(keys, from, to, ends, descending);
    }

    /// `counts` has room for all pieces, and is zero.
    static void sort(fork_context c, T* keys, std::size_t n, bool descending, std::size_t* counts, std::size_t pieces)
    {
        count(c, keys, n, counts, pieces);
        for (std::size_t piece = 1; piece < pieces; ++piece) {
            for (std::size_t i = 0; i < bins; ++i) counts[i] += counts[piece * bins + i];
        }
        if (descending) std::reverse(counts, counts + bins);
        std::size_t end = 0;
        for (std::size_t i = 0; i < bins; ++i) counts[i] = end += counts[i];
        fill(c, keys, 0, n, counts, descending);
    }
};

/// Sorts bytes. Takes no memory except some stack.
template <class T>
void count_sort(fork_context c, T* keys, std::size_t n, bool descending)
{
    constexpr std::size_t most = 16;
    std::size_t counts[most * 256] = {};
    key_counts<T>::sort(c, keys, n, descending, counts,
                        std::clamp(n / 16384, std::size_t{1}, std::min(most, c.num_threads())));
}

/// Sorts numbers of two bytes, with memory for the counts; false, with nothing done, if there is none.
template <class T>
bool try_count_sort(fork_context c, T* keys, std::size_t n, bool descending)
{
    constexpr std::size_t bins = key_counts<T>::bins;
    const std::size_t pieces = std::clamp(n / (4 * bins), std::size_t{1}, c.num_threads());
    std::size_t* counts = nullptr;
    try {
        counts = make_array<std::size_t>(pieces * bins);
    } catch (const std::bad_alloc&) {
        return false;
    }
    key_counts<T>::sort(c, keys, n, descending, counts, pieces);
    dispose_array(counts, pieces * bins);
    return true;
}

}  // namespace weft::detail::algorithm
