// weft/algorithm/detail/ordered.hpp - is it sorted already?
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/pool/context.hpp>
#include <weft/seam/atomic.hpp>

#include <algorithm>
#include <cstddef>

namespace weft::detail::algorithm {

/// True if good(i) for all i in [lo, hi). Stops soon after the first that is not. If told to, looks at several at once,
/// without a branch between them, so that the compiler can use vectors.
template <std::size_t AtOnce, class Good>
void check_all(fork_context c, std::size_t lo, std::size_t hi, const Good& good, atomic<bool>& broken)
{
    constexpr std::size_t block = 4096;
    while (lo < hi) {
        if (broken.load(order::relaxed)) return;
        if (hi - lo > 4 * block && c.wanted()) {
            const std::size_t middle = lo + (hi - lo) / 2;
            weft::fork_join(
                c, [&](fork_context here) { algorithm::check_all<AtOnce>(here, lo, middle, good, broken); },
                [&](fork_context there) { algorithm::check_all<AtOnce>(there, middle, hi, good, broken); });
            return;
        }
        for (const std::size_t end = std::min(hi, lo + block); lo < end;) {
            bool all = true;
            if (end - lo >= AtOnce) {
                for (std::size_t i = 0; i < AtOnce; ++i) all &= good(lo + i);
                lo += AtOnce;
            } else {
                all = good(lo++);
            }
            if (!all) return broken.store(true, order::relaxed);
        }
    }
}

template <std::size_t AtOnce = 1, class Good>
bool all_good(fork_context c, std::size_t lo, std::size_t hi, const Good& good)
{
    atomic<bool> broken{false};
    algorithm::check_all<AtOnce>(c, lo, hi, good, broken);
    return !broken.load(order::relaxed);
}

template <class I, class Less>
bool is_ascending(fork_context c, I first, std::size_t n, const Less& less)
{
    return n < 2 ||
           algorithm::all_good(c, 1, n, [&](std::size_t i) { return !less(nth(first, i), nth(first, i - 1)); });
}

/// Swaps the elements [lo, hi) with their counterparts from the end.
template <class I>
void reverse(fork_context c, I first, std::size_t n, std::size_t lo, std::size_t hi)
{
    constexpr std::size_t worth_a_fork = 16384;
    if (hi - lo > worth_a_fork && c.wanted()) {
        const std::size_t middle = lo + (hi - lo) / 2;
        weft::fork_join(
            c, [&](fork_context here) { algorithm::reverse(here, first, n, lo, middle); },
            [&](fork_context there) { algorithm::reverse(there, first, n, middle, hi); });
        return;
    }
    for (; lo < hi; ++lo) std::ranges::iter_swap(past(first, lo), past(first, n - 1 - lo));
}

/// Sorts input that is sorted already or strictly descending, in one pass; false if it is neither.
template <class I, class Less>
bool sort_if_ordered(fork_context c, I first, std::size_t n, const Less& less)
{
    if (n < 2 || algorithm::is_ascending(c, first, n, less)) return true;
    if (!algorithm::all_good(c, 1, n, [&](std::size_t i) { return less(nth(first, i), nth(first, i - 1)); }))
        return false;
    algorithm::reverse(c, first, n, 0, n / 2);
    return true;
}

}  // namespace weft::detail::algorithm
