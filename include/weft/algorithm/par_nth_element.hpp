// weft/algorithm/par_nth_element.hpp - what would stand at one place, or at the first places, if all were sorted.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/base/ranges.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::algorithm {

template <class I, class Less>
void select(fork_context c, I first, std::size_t n, std::size_t wanted, const Less& less, std::size_t trust);

/// Puts the median of the medians of five in front: three tenths at least are not less, and as many not greater.
template <class I, class Less>
void sure_pivot_to_front(fork_context c, I first, std::size_t n, const Less& less)
{
    std::size_t medians = 0;
    for (std::size_t i = 0; i + 5 <= n; i += 5) {
        insertion_sort(past(first, i), 5, less);
        std::ranges::iter_swap(past(first, medians++), past(first, i + 2));
    }
    select(c, first, medians, medians / 2, less, 0);
    std::ranges::iter_swap(first, past(first, medians / 2));
}

/// Quickselect. The pivots are guessed until partitions have looked at `trust` elements, then they are sure to be good.
/// Heap sort after too many that were not: then the comparator is no order.
template <class I, class Less>
void select(fork_context c, I first, std::size_t n, std::size_t wanted, const Less& less, std::size_t trust)
{
    int bad_allowed = static_cast<int>(std::bit_width(n)) + 1;
    constexpr std::size_t small = 20;
    while (wanted < n) {
        if (less.failed()) return;
        if (n <= small) return insertion_sort(first, n, less);
        if (bad_allowed == 0) return heap_sort(first, n, less);
        if (trust < n) {
            trust = 0;
            sure_pivot_to_front(c, first, n, less);
        } else {
            trust -= n;
            pivot_to_front(first, n, less);
        }
        const std::size_t lower = partition_rest(c, first, n, [&](const auto& x) { return less(x, *first); });
        if (lower != 0) std::ranges::iter_swap(first, past(first, lower));
        if (wanted == lower) return;
        const std::size_t was = n;
        if (wanted < lower) {
            n = lower;
        } else {
            // The pivot's equals come next; many of them must not cost a pass each.
            const I pivot = past(first, lower);
            const std::size_t equals =
                partition_rest(c, pivot, n - lower, [&](const auto& x) { return !less(*pivot, x); }) + 1;
            if (wanted < lower + equals) return;
            first = past(pivot, equals);
            n -= lower + equals;
            wanted -= lower + equals;
        }
        if (n > was - was / 8) --bad_allowed;
    }
}

template <class I, class Less>
void select(fork_context c, I first, std::size_t n, std::size_t wanted, const Less& less)
{
    constexpr std::size_t usual = 4;  // times n elements are looked at, at most, where the pivots are as good as usual
    select(c, first, n, wanted, less, usual * n);
}

}  // namespace detail::algorithm

/// Puts at `nth` what would stand there if the range were sorted, nothing greater before it and nothing less behind it;
/// as std::ranges::nth_element.
/// The first partitions are done by all threads.
///
/// Throws: what the comparator or the projection throws; the range then holds a permutation of its elements.
/// Cost:   linear: some 3 n comparisons on average, and no more than about 25 n for any input.
/// Source: Blum, Floyd, Pratt, Rivest, Tarjan, Time Bounds for Selection, 1973; Musser, Introspective Sorting and
///         Selection Algorithms, 1997.
template <detail::algorithm::elements R, detail::algorithm::function Compare = std::ranges::less,
          class Projection = std::identity>
std::ranges::borrowed_iterator_t<R> par_nth_element(R&& r, std::ranges::iterator_t<R> nth, Compare compare = {},
                                                    Projection project = {})
{
    static_assert(detail::sound<detail::algorithm::check_sortable<std::ranges::iterator_t<R>, Compare, Projection>>);
    const auto wanted = static_cast<std::size_t>(nth - std::ranges::begin(r));
    detail::algorithm::with_guarded_less(r, compare, project,
                                         [&](fork_context c, auto first, std::size_t n, const auto& less) {
                                             detail::algorithm::select(c, first, n, wanted, less);
                                         });
    return std::ranges::next(std::ranges::begin(r), std::ranges::end(r));
}

/// The same for the elements first .. last - 1; returns `last`.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Compare = std::ranges::less,
          class Projection = std::identity>
I par_nth_element(I first, std::type_identity_t<I> nth, S last, Compare compare = {}, Projection project = {})
{
    return weft::par_nth_element(detail::algorithm::between(first, last), nth, std::move(compare), std::move(project));
}

/// Sorts the smallest elements into [begin, middle); the others follow in any order. As std::ranges::partial_sort.
///
/// Throws: what the comparator or the projection throws; the range then holds a permutation of its elements.
template <detail::algorithm::elements R, detail::algorithm::function Compare = std::ranges::less,
          class Projection = std::identity>
std::ranges::borrowed_iterator_t<R> par_partial_sort(R&& r, std::ranges::iterator_t<R> middle, Compare compare = {},
                                                     Projection project = {})
{
    static_assert(detail::sound<detail::algorithm::check_sortable<std::ranges::iterator_t<R>, Compare, Projection>>);
    const auto front = static_cast<std::size_t>(middle - std::ranges::begin(r));
    detail::algorithm::with_guarded_less(r, compare, project,
                                         [&](fork_context c, auto first, std::size_t n, const auto& less) {
                                             detail::algorithm::select(c, first, n, front, less);
                                             detail::algorithm::quicksort(c, first, front, less);
                                         });
    return std::ranges::next(std::ranges::begin(r), std::ranges::end(r));
}

/// The same for the elements first .. last - 1; returns `last`.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Compare = std::ranges::less,
          class Projection = std::identity>
I par_partial_sort(I first, std::type_identity_t<I> middle, S last, Compare compare = {}, Projection project = {})
{
    return weft::par_partial_sort(detail::algorithm::between(first, last), middle, std::move(compare),
                                  std::move(project));
}

}  // namespace weft
