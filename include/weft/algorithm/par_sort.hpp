// weft/algorithm/par_sort.hpp - sorts in parallel.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/cached_key_sort.hpp>
#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/detail/guarded_less.hpp>
#include <weft/algorithm/detail/key_sort.hpp>
#include <weft/algorithm/detail/known_sort.hpp>
#include <weft/algorithm/detail/merge_sort.hpp>
#include <weft/algorithm/detail/ordered.hpp>
#include <weft/algorithm/detail/runs.hpp>
#include <weft/base/ranges.hpp>
#include <weft/pool/context.hpp>

#include <concepts>
#include <cstddef>
#include <utility>

namespace weft {

namespace detail::algorithm {

/// Calls f(context, first, n, less) in the pool with a comparator that cannot throw; then throws what it threw.
template <class R, class Compare, class Projection, class F>
void with_guarded_less(R& r, const Compare& compare, const Projection& project, F&& f)
{
    static_assert(sound<check_comparison<Compare, projected_t<Projection, std::ranges::range_reference_t<R>>,
                                         projected_t<Projection, std::ranges::range_reference_t<R>>>>);
    sort_failure failure;
    const guarded_less<Compare, Projection> less(compare, project, failure);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    if (n > 1) with_context([&](fork_context c) { f(c, std::ranges::begin(r), n, less); });
    failure.rethrow();
}

}  // namespace detail::algorithm

/// Sorts the range; equal elements may end up in any order. As std::ranges::sort: comparator and projection come last.
/// They are called through const references, from several threads at once.
///
/// Sorted, reversed and all-equal input costs one pass, and what consists of a few sorted or reversed runs is merged.
/// Under the default comparator, or `greater`, nothing is compared: numbers are sorted by a vectorised quicksort, small
/// integers are counted, and what has a number, a pair of numbers or a string for a key (the element itself, or a
/// member as projection) is sorted by radix. NaN goes to the end then. Other input never costs more than n log n
/// comparisons in order.
///
/// Throws:  what the comparator or the projection throws; the range then holds a permutation of its elements. A
///          comparator that is no order gives some permutation, and no undefined behaviour.
/// Blocking: as join.
/// Cost:    in place for numbers (16-bit integers: and 512 KiB a thread) and for comparators of one's own, but for input
///          that consists of a few runs, which takes scratch memory for all elements where there is some. A radix sort
///          takes scratch memory for all elements, and 32 bytes more for each string and each element of more than 32
///          bytes; where there is none, elements are compared in place instead. Up to four large blocks of scratch
///          memory are kept for the next sort; the system may take their pages.
/// Source:  Peters, Pattern-defeating Quicksort, 2021; see weft/simd/sort.hpp for numbers.
template <detail::algorithm::elements R, detail::algorithm::function Compare = std::ranges::less,
          class Projection = std::identity>
std::ranges::borrowed_iterator_t<R> par_sort(R&& r, Compare compare = {}, Projection project = {})
{
    using value = std::ranges::range_value_t<R>;
    static_assert(detail::sound<detail::algorithm::check_sortable<std::ranges::iterator_t<R>, Compare, Projection>>);
    detail::algorithm::with_guarded_less(
        r, compare, project, [&](fork_context c, auto first, std::size_t n, const auto& less) {
            constexpr bool up = detail::algorithm::plain_less<Compare, value>;
            constexpr bool down = detail::algorithm::plain_greater<Compare, value>;
            if constexpr (std::ranges::contiguous_range<R> && detail::algorithm::sort_key<value> && (up || down) &&
                          std::same_as<Projection, std::identity>) {
                detail::algorithm::sort_numbers(c, std::to_address(first), n, down);
            } else {
                if (detail::algorithm::sort_known<Compare>(c, first, n, project)) return;
                if (!detail::algorithm::sort_runs<false>(c, first, n, less))
                    detail::algorithm::quicksort(c, first, n, less);
            }
        });
    return std::ranges::next(std::ranges::begin(r), std::ranges::end(r));
}

/// The same for the elements first .. last - 1; returns `last`.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Compare = std::ranges::less,
          class Projection = std::identity>
I par_sort(I first, S last, Compare compare = {}, Projection project = {})
{
    return weft::par_sort(detail::algorithm::between(first, last), std::move(compare), std::move(project));
}

/// Sorts the range and keeps the order of equal elements; otherwise as par_sort.
///
/// Throws: as par_sort; also std::bad_alloc, before anything has changed.
/// Cost:   scratch memory for all elements.
template <detail::algorithm::elements R, detail::algorithm::function Compare = std::ranges::less,
          class Projection = std::identity>
std::ranges::borrowed_iterator_t<R> par_stable_sort(R&& r, Compare compare = {}, Projection project = {})
{
    static_assert(detail::sound<detail::algorithm::check_sortable<std::ranges::iterator_t<R>, Compare, Projection>>);
    detail::algorithm::with_guarded_less(
        r, compare, project, [&](fork_context c, auto first, std::size_t n, const auto& less) {
            using value = std::ranges::range_value_t<R>;
            if constexpr (std::integral<value> && detail::algorithm::plain_order<Compare, value> &&
                          std::same_as<Projection, std::identity>) {
                // Equal numbers cannot be told apart.
                weft::par_sort(r, compare);
            } else {
                if (detail::algorithm::sort_known<Compare>(c, first, n, project)) return;
                if (!detail::algorithm::sort_runs<true>(c, first, n, less))
                    detail::algorithm::stable_sort(c, first, n, less);
            }
        });
    return std::ranges::next(std::ranges::begin(r), std::ranges::end(r));
}

/// The same for the elements first .. last - 1; returns `last`.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Compare = std::ranges::less,
          class Projection = std::identity>
I par_stable_sort(I first, S last, Compare compare = {}, Projection project = {})
{
    return weft::par_stable_sort(detail::algorithm::between(first, last), std::move(compare), std::move(project));
}

/// True if no element is less than the one before it. Stops soon after the first that is.
///
/// Throws: what the comparator or the projection throws.
template <detail::algorithm::elements R, detail::algorithm::function Compare = std::ranges::less,
          class Projection = std::identity>
[[nodiscard]] bool par_is_sorted(R&& r, Compare compare = {}, Projection project = {})
{
    bool sorted = true;
    detail::algorithm::with_guarded_less(r, compare, project,
                                         [&](fork_context c, auto first, std::size_t n, const auto& less) {
                                             sorted = detail::algorithm::is_ascending(c, first, n, less);
                                         });
    return sorted;
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Compare = std::ranges::less,
          class Projection = std::identity>
[[nodiscard]] bool par_is_sorted(I first, S last, Compare compare = {}, Projection project = {})
{
    return weft::par_is_sorted(detail::algorithm::between(first, last), std::move(compare), std::move(project));
}

/// Sorts by a key that is computed once per element, and keeps the order of equal keys. The keys are compared by `<`.
/// `key` is called through a const reference, from several threads at once.
///
/// Numbers and strings as keys are sorted as par_sort sorts them, without a comparison.
///
/// Throws: what `key` throws, std::bad_alloc: nothing has changed then; what the comparison throws: the range then
///         holds a permutation.
/// Cost:   memory for all keys and elements, and for two numbers per element.
template <detail::algorithm::elements R, class Key>
void par_sort_by_cached_key(R&& r, const Key& key)
{
    static_assert(detail::sound<detail::algorithm::check_permutable<std::ranges::iterator_t<R>>>);
    static_assert(detail::sound<detail::algorithm::check_key<Key, std::ranges::range_reference_t<R>>>);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    if (n == 0) return;
    with_context([&](fork_context c) { detail::algorithm::cached_key_sort(c, std::ranges::begin(r), n, key); });
}

/// Merges two sorted ranges into `out`, which must have room for both and overlap neither; returns the end of what was
/// written. Of equal elements those of `a` come first. The elements are copied.
///
/// Throws: what the comparator throws; `out` then holds unspecified values.
template <detail::algorithm::elements A, detail::algorithm::elements B, detail::algorithm::output Out,
          detail::algorithm::function Compare = std::ranges::less>
Out par_merge(A&& a, B&& b, Out out, Compare compare = {})
{
    static_assert(detail::sound<detail::algorithm::check_comparison<Compare, std::ranges::range_reference_t<B>,
                                                                    std::ranges::range_reference_t<A>>>);
    const auto na = static_cast<std::size_t>(std::ranges::size(a));
    const auto nb = static_cast<std::size_t>(std::ranges::size(b));
    detail::algorithm::sort_failure failure;
    const std::identity same;
    const detail::algorithm::guarded_less<Compare, std::identity> less(compare, same, failure);
    with_context([&](fork_context c) {
        detail::algorithm::merge(c, std::ranges::begin(a), na, std::ranges::begin(b), nb, out, less,
                                 [](const auto& from, auto& to) { to = from; });
    });
    failure.rethrow();
    return detail::algorithm::past(out, na + nb);
}

/// The same for the elements first_a .. last_a - 1 and first_b .. last_b - 1.
template <detail::algorithm::place A, std::sized_sentinel_for<A> EndA, detail::algorithm::place B,
          std::sized_sentinel_for<B> EndB, detail::algorithm::output_iterator Out, class Compare = std::ranges::less>
Out par_merge(A first_a, EndA last_a, B first_b, EndB last_b, Out out, Compare compare = {})
{
    return weft::par_merge(detail::algorithm::between(first_a, last_a), detail::algorithm::between(first_b, last_b),
                           out, std::move(compare));
}

}  // namespace weft
