// weft/algorithm/detail/ordered.hpp - is it sorted already?
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/base/atomic.hpp>
#include <weft/pool/context.hpp>

#include <algorithm>
#include <cstddef>

namespace weft::detail::algorithm {

/// True if good(i) for all i in [lo, hi). Stops soon after the first that is not.
template <class Good>
void check_all(fork_context c, std::size_t lo, std::size_t hi, const Good& good, atomic<bool>& broken)
{
    constexpr std::size_t block = 4096;
    while (lo < hi) {
        if (broken.load(order::relaxed)) return;
        if (hi - lo > 4 * block && c.wanted()) {
            const std::size_t middle = lo + (hi - lo) / 2;
            fork_join(
                c, [&](fork_context here) { check_all(here, lo, middle, good, broken); },
                [&](fork_context there) { check_all(there, middle, hi, good, broken); });
            return;
        }
        for (const std::size_t end = std::min(hi, lo + block); lo < end; ++lo) {
            if (!good(lo)) return broken.store(true, order::relaxed);
        }
    }
}

template <class Good>
bool all_good(fork_context c, std::size_t lo, std::size_t hi, const Good& good)
{
    atomic<bool> broken{false};
    check_all(c, lo, hi, good, broken);
    return !broken.load(order::relaxed);
}

template <class I, class Less>
bool is_ascending(fork_context c, I first, std::size_t n, const Less& less)
{
    return n < 2 || all_good(c, 1, n, [&](std::size_t i) { return !less(nth(first, i), nth(first, i - 1)); });
}

/// Sorts what is sorted already or strictly descending, in one pass; false if it is neither.
template <class I, class Less>
bool sort_if_ordered(fork_context c, I first, std::size_t n, const Less& less)
{
    if (n < 2 || is_ascending(c, first, n, less)) return true;
    if (!all_good(c, 1, n, [&](std::size_t i) { return less(nth(first, i), nth(first, i - 1)); })) return false;
    std::ranges::reverse(first, past(first, n));
    return true;
}

}  // namespace weft::detail::algorithm
