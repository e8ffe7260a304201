// weft/algorithm/par_nth_element.hpp - the element that belongs at one position, or the first ones, as if all were
// sorted.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/detail/key_sort.hpp>
#include <weft/algorithm/detail/nan_to_end.hpp>
#include <weft/algorithm/detail/plain_order.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/base/detail/code_place.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/observed_region.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::algorithm {

template <class I, class Less>
void select(fork_context c, I first, std::size_t n, std::size_t wanted, const Less& less, std::size_t trust);

/// Puts the median of the medians of five first: at least three tenths of the elements are not less, and as many not
/// greater.
template <class I, class Less>
void sure_pivot_to_front(fork_context c, I first, std::size_t n, const Less& less)
{
    std::size_t medians = 0;
    for (std::size_t i = 0; i + 5 <= n; i += 5) {
        algorithm::insertion_sort(past(first, i), 5, less);
        std::ranges::iter_swap(past(first, medians++), past(first, i + 2));
    }
    detail::algorithm::select(c, first, medians, medians / 2, less, 0);
    std::ranges::iter_swap(first, past(first, medians / 2));
}

/// Quickselect. The pivots are guessed until partitions have looked at `trust` elements; from then on they are sure to
/// be good. If too many are bad all the same, the comparator is not an order, and heap sort follows.
template <class I, class Less>
void select(fork_context c, I first, std::size_t n, std::size_t wanted, const Less& less, std::size_t trust)
{
    int bad_allowed = static_cast<int>(std::bit_width(n)) + 1;
    constexpr std::size_t small = 20;
    while (wanted < n) {
        if (less.failed()) return;
        if (n <= small) return algorithm::insertion_sort(first, n, less);
        if (bad_allowed == 0) return algorithm::heap_sort(first, n, less);
        if (trust < n) {
            trust = 0;
            algorithm::sure_pivot_to_front(c, first, n, less);
        } else {
            trust -= n;
            algorithm::pivot_to_front(first, n, less);
        }
        const std::size_t lower =
            algorithm::partition_rest(c, first, n, [&](const auto& x) { return less(x, *first); });
        if (lower != 0) std::ranges::iter_swap(first, past(first, lower));
        if (wanted == lower) return;
        const std::size_t was = n;
        if (wanted < lower) {
            n = lower;
        } else {
            // The elements that equal the pivot come next; many of them must not cost a pass each.
            const I pivot = past(first, lower);
            const std::size_t equals =
                algorithm::partition_rest(c, pivot, n - lower, [&](const auto& x) { return !less(*pivot, x); }) + 1;
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
    constexpr std::size_t usual = 4;  // times n elements are looked at, at most, if the pivots are as good as usual
    detail::algorithm::select(c, first, n, wanted, less, usual * n);
}

/// The same under the comparator Compare: numbers are partitioned without calling it, and NaN is the last of them.
/// Returns how many elements `less` can order.
template <class Compare, class Projection, class I, class Less>
std::size_t select_known(fork_context c, I first, std::size_t n, std::size_t wanted, const Less& less)
{
    using value = std::iter_value_t<I>;
    if constexpr (numbers_in_order<I, Compare, Projection> && sizeof(value) >= 4) {
        value* const keys = std::to_address(first);
        bool plain = true;
        if constexpr (std::floating_point<value>) n = algorithm::nan_keys_to_end(c, keys, n, plain);
        if (wanted >= n) return n;
        const unselected left = algorithm::with_simd_keys(keys, [&](auto* same) {
            return algorithm::select_keys(c, same, n, wanted, plain_greater<Compare, value>, plain);
        });
        detail::algorithm::select(c, past(first, left.first), left.n, wanted - left.first, less);
    } else {
        n = algorithm::nan_to_end<false>(c, first, n, less);
        detail::algorithm::select(c, first, n, wanted, less);
    }
    return n;
}

}  // namespace detail::algorithm

/// Puts at `nth` the element that would be there if the range were sorted, with nothing greater before it and nothing
/// less after it; as std::ranges::nth_element does. The first partitions are done by all threads. Numbers of 4 and 8
/// bytes under the default comparator, or `greater`, are partitioned by SIMD instructions. NaN is the last, as in
/// par_sort.
///
/// Throws: what the comparator or the projection throws; the range then holds a permutation of its elements.
/// Cost:   linear: some 3 n comparisons on average, and no more than about 25 n for any input.
/// Source: Blum, Floyd, Pratt, Rivest, Tarjan, Time Bounds for Selection, 1973; Musser, Introspective Sorting and
///         Selection Algorithms, 1997.
template <detail::algorithm::elements R, detail::algorithm::function Compare = std::ranges::less,
          class Projection = std::identity>
std::ranges::borrowed_iterator_t<R> par_nth_element(R&& r, std::ranges::iterator_t<R> nth, Compare compare = {},
                                                    Projection project = {},
                                                    detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    static_assert(detail::sound<detail::algorithm::check_sortable<std::ranges::iterator_t<R>, Compare, Projection>>);
    const auto wanted = static_cast<std::size_t>(nth - std::ranges::begin(r));
    detail::algorithm::with_guarded_less(
        r, compare, project, [&](fork_context c, auto first, std::size_t n, const auto& less) {
            detail::algorithm::select_known<Compare, Projection>(c, first, n, wanted, less);
        });
    return std::ranges::next(std::ranges::begin(r), std::ranges::end(r));
}

/// The same for the elements first .. last - 1; returns `last`.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Compare = std::ranges::less,
          class Projection = std::identity>
I par_nth_element(I first, std::type_identity_t<I> nth, S last, Compare compare = {}, Projection project = {},
                  detail::code_place where = detail::code_place::here())
{
    return weft::par_nth_element(detail::algorithm::between(first, last), nth, std::move(compare), std::move(project),
                                 where);
}

/// Sorts the smallest elements into [begin, middle); the others follow in any order. As std::ranges::partial_sort does.
/// NaN is the last, as in par_sort.
///
/// Throws: what the comparator or the projection throws; the range then holds a permutation of its elements.
template <detail::algorithm::elements R, detail::algorithm::function Compare = std::ranges::less,
          class Projection = std::identity>
std::ranges::borrowed_iterator_t<R> par_partial_sort(R&& r, std::ranges::iterator_t<R> middle, Compare compare = {},
                                                     Projection project = {},
                                                     detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    static_assert(detail::sound<detail::algorithm::check_sortable<std::ranges::iterator_t<R>, Compare, Projection>>);
    namespace own = detail::algorithm;
    const auto front = static_cast<std::size_t>(middle - std::ranges::begin(r));
    own::with_guarded_less(r, compare, project, [&](fork_context c, auto first, std::size_t n, const auto& less) {
        const std::size_t ordered = own::select_known<Compare, Projection>(c, first, n, front, less);
        const std::size_t sorted = front < ordered ? front : ordered;
        if constexpr (own::numbers_in_order<decltype(first), Compare, Projection>) {
            own::sort_numbers(c, std::to_address(first), sorted,
                              own::plain_greater<Compare, std::iter_value_t<decltype(first)>>);
        } else {
            own::quicksort(c, first, sorted, less);
        }
    });
    return std::ranges::next(std::ranges::begin(r), std::ranges::end(r));
}

/// The same for the elements first .. last - 1; returns `last`.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Compare = std::ranges::less,
          class Projection = std::identity>
I par_partial_sort(I first, std::type_identity_t<I> middle, S last, Compare compare = {}, Projection project = {},
                   detail::code_place where = detail::code_place::here())
{
    return weft::par_partial_sort(detail::algorithm::between(first, last), middle, std::move(compare),
                                  std::move(project), where);
}

}  // namespace weft
