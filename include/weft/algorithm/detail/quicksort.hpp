// weft/algorithm/detail/quicksort.hpp - the unstable sort in place.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Pattern-defeating quicksort (Peters 2021): pivots chosen from nine elements, equal elements set aside in one pass,
// heap sort after too many unbalanced partitions, so always O(n log n). Each side of a partition may be taken by
// another worker. Every loop has bounds of its own: a comparator that lies cannot lead out of the range.
#pragma once

#include <weft/algorithm/detail/nth.hpp>
#include <weft/algorithm/detail/partition.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/context.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

namespace weft::detail::algorithm {

/// Stable.
template <class I, class Less>
void insertion_sort(I first, std::size_t n, const Less& less)
{
    for (std::size_t i = 1; i < n; ++i) {
        if (!less(nth(first, i), nth(first, i - 1))) continue;
        auto value = std::ranges::iter_move(past(first, i));
        std::size_t hole = i;
        do {
            nth(first, hole) = std::ranges::iter_move(past(first, hole - 1));
            --hole;
        } while (hole > 0 && less(value, nth(first, hole - 1)));
        nth(first, hole) = std::move(value);
    }
}

template <class I, class Less>
void heap_sort(I first, std::size_t n, const Less& less)
{
    const auto sink = [&](std::size_t at, std::size_t size) {
        for (std::size_t child = 2 * at + 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && less(nth(first, child), nth(first, child + 1))) ++child;
            if (!less(nth(first, at), nth(first, child))) return;
            std::ranges::iter_swap(past(first, at), past(first, child));
            at = child;
        }
    };
    for (std::size_t i = n / 2; i-- > 0;) sink(i, n);
    for (std::size_t size = n; size-- > 1;) {
        if (less.failed()) return;
        std::ranges::iter_swap(first, past(first, size));
        sink(0, size);
    }
}

/// Moves the elements that `keep` accepts to the front, by all threads if that pays; returns how many. The first
/// element stays, without being looked at.
template <class I, class Keep>
std::size_t partition_rest(fork_context c, I first, std::size_t n, const Keep& keep)
{
    const auto piece = [&](I from, std::size_t size) { return algorithm::partition_all(from, size, keep); };
    if (n < worth_par_partition || !c.wanted()) return piece(past(first, 1), n - 1);
    return algorithm::par_partition_by(c, past(first, 1), n - 1, piece);
}

/// Puts a middling element first: the median of three, or of three medians.
template <class I, class Less>
void pivot_to_front(I first, std::size_t n, const Less& less)
{
    const auto median = [&](std::size_t a, std::size_t b, std::size_t c) {
        if (less(nth(first, b), nth(first, a))) std::swap(a, b);
        if (less(nth(first, c), nth(first, b))) std::swap(b, c);
        if (less(nth(first, b), nth(first, a))) std::swap(a, b);
        return b;
    };
    const std::size_t middle = n / 2;
    std::size_t at = 0;
    if (n > 128) {
        at = median(median(0, middle, n - 1), median(1, middle - 1, n - 2), median(2, middle + 1, n - 3));
    } else {
        at = median(0, middle, n - 1);
    }
    if (at != 0) std::ranges::iter_swap(first, past(first, at));
}

template <class I, class Less>
void quicksort(fork_context c, I first, std::size_t n, const Less& less, int bad_allowed, bool leftmost)
{
    constexpr std::size_t small = 20;
    constexpr std::size_t worth_a_fork = 2048;
    for (;;) {
        if (less.failed()) return;
        if (n <= small) return algorithm::insertion_sort(first, n, less);
        if (bad_allowed == 0) return algorithm::heap_sort(first, n, less);
        algorithm::pivot_to_front(first, n, less);
        if (!leftmost && !less(*(first - 1), *first)) {
            // Nothing here is less than the element before, which the pivot equals: set all its equals aside.
            const std::size_t equals =
                algorithm::partition_rest(c, first, n, [&](const auto& x) { return !less(*first, x); }) + 1;
            first = past(first, equals);
            n -= equals;
            continue;
        }
        const std::size_t lower =
            algorithm::partition_rest(c, first, n, [&](const auto& x) { return less(x, *first); });
        if (lower != 0) std::ranges::iter_swap(first, past(first, lower));
        const std::size_t upper = n - lower - 1;
        if (std::min(lower, upper) < n / 8) {
            --bad_allowed;
            // Break the pattern that fooled the choice of the pivot.
            for (const auto& [from, size] : {std::pair(std::size_t{0}, lower), std::pair(lower + 1, upper)}) {
                if (size < small) continue;
                const I part = past(first, from);
                std::ranges::iter_swap(part, past(part, size / 4));
                std::ranges::iter_swap(past(part, size / 2), past(part, size / 2 + size / 4));
                std::ranges::iter_swap(past(part, size - 1), past(part, size - size / 4));
            }
        }
        const I right = past(first, lower + 1);
        if (std::min(lower, upper) >= worth_a_fork && c.wanted()) {
            weft::fork_join(
                c, [&](fork_context here) { algorithm::quicksort(here, first, lower, less, bad_allowed, leftmost); },
                [&](fork_context there) { algorithm::quicksort(there, right, upper, less, bad_allowed, false); });
            return;
        }
        if (lower < upper) {
            algorithm::quicksort(c, first, lower, less, bad_allowed, leftmost);
            first = right;
            n = upper;
            leftmost = false;
        } else {
            algorithm::quicksort(c, right, upper, less, bad_allowed, false);
            n = lower;
        }
    }
}

template <class I, class Less>
void quicksort(fork_context c, I first, std::size_t n, const Less& less)
{
    algorithm::quicksort(c, first, n, less, static_cast<int>(std::bit_width(n)) / 2 + 1, true);
}

}  // namespace weft::detail::algorithm
