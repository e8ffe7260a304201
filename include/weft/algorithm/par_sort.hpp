// weft/algorithm/par_sort.hpp - sorts in parallel.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/cached_key_sort.hpp>
#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/detail/guarded_less.hpp>
#include <weft/algorithm/detail/key_sort.hpp>
#include <weft/algorithm/detail/known_sort.hpp>
#include <weft/algorithm/detail/merge_sort.hpp>
#include <weft/algorithm/detail/nan_to_end.hpp>
#include <weft/algorithm/detail/ordered.hpp>
#include <weft/algorithm/detail/plain_order.hpp>
#include <weft/algorithm/detail/runs.hpp>
#include <weft/base/detail/code_place.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/context.hpp>
#include <weft/pool/observed_region.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::algorithm {

/// Calls f(context, first, n, less) in the pool with a comparator that cannot throw; then throws what the user's threw.
template <class R, class Compare, class Projection, class F>
void with_guarded_less(R& r, const Compare& compare, const Projection& project, F&& f)
{
    using key = projected_t<Projection, std::ranges::range_reference_t<R>>;
    static_assert(sound<check_comparison<Compare, key, key>>);
    sort_failure failure;
    const guarded_less less(algorithm::with_nan_last_in_pairs<key>(compare), project, failure);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    if (n > 1) weft::with_context([&](fork_context c) { f(c, std::ranges::begin(r), n, less); });
    failure.rethrow();
}

}  // namespace detail::algorithm

/// Sorts the range; equal elements may end up in any order. The arguments are those of std::ranges::sort: comparator
/// and projection come last. They are called through const references, from several threads at once.
///
/// Sorted, reversed and all-equal input costs one pass, and input that consists of a few sorted or reversed runs is
/// merged. Under the default comparator, or `greater`, nothing is compared: numbers are sorted by a vectorised
/// quicksort, small integers are counted, and elements whose key is a number, a pair of numbers or a string (the
/// element itself, or a member as projection) are sorted by radix. Other input never costs more than O(n log n)
/// comparisons.
///
/// Under a standard comparator of floating-point keys, NaN comes after all numbers, in either direction and for every
/// range and element; in pairs, too, part by part. Zeros of both signs are equal. No bit of a key is lost: each keeps
/// its sign and its payload.
///
/// Throws:  what the comparator or the projection throws; the range then holds a permutation of its elements. A
///          comparator that is not an order gives some permutation, but no undefined behaviour.
/// Blocking: as join.
/// Cost:    in place for numbers (16-bit integers take 512 KiB a thread) and for user-defined comparators, except for
///          input that consists of a few runs, which takes scratch memory for all elements if there is some. A radix
///          sort takes scratch memory for all elements, and 32 bytes more for each string and each element of more than
///          32 bytes; if there is none, elements are compared in place instead. Up to four large blocks of scratch
///          memory are kept for the next sort; the system may take their pages.
/// Source:  Peters, Pattern-defeating Quicksort, 2021; see weft/simd/detail/sort.hpp for numbers.
template <detail::algorithm::elements R, detail::algorithm::function Compare = std::ranges::less,
          class Projection = std::identity>
std::ranges::borrowed_iterator_t<R> par_sort(R&& r, Compare compare = {}, Projection project = {},
                                             detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    using value = std::ranges::range_value_t<R>;
    static_assert(detail::sound<detail::algorithm::check_sortable<std::ranges::iterator_t<R>, Compare, Projection>>);
    detail::algorithm::with_guarded_less(
        r, compare, project, [&](fork_context c, auto first, std::size_t n, const auto& less) {
            if constexpr (detail::algorithm::numbers_in_order<decltype(first), Compare, Projection>) {
                detail::algorithm::sort_numbers(c, std::to_address(first), n,
                                                detail::algorithm::plain_greater<Compare, value>);
            } else {
                if (detail::algorithm::sort_known<Compare>(c, first, n, project)) return;
                n = detail::algorithm::nan_to_end<false>(c, first, n, less);
                if (!detail::algorithm::sort_runs<false>(c, first, n, less))
                    detail::algorithm::quicksort(c, first, n, less);
            }
        });
    return std::ranges::next(std::ranges::begin(r), std::ranges::end(r));
}

/// The same for the elements first .. last - 1; returns `last`.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Compare = std::ranges::less,
          class Projection = std::identity>
I par_sort(I first, S last, Compare compare = {}, Projection project = {},
           detail::code_place where = detail::code_place::here())
{
    return weft::par_sort(detail::algorithm::between(first, last), std::move(compare), std::move(project), where);
}

/// Sorts the range and keeps the order of equal elements, zeros of both signs and NaN included; otherwise as par_sort.
///
/// Throws: as par_sort; also std::bad_alloc, before anything has changed.
/// Cost:   scratch memory for all elements.
template <detail::algorithm::elements R, detail::algorithm::function Compare = std::ranges::less,
          class Projection = std::identity>
std::ranges::borrowed_iterator_t<R> par_stable_sort(R&& r, Compare compare = {}, Projection project = {},
                                                    detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    static_assert(detail::sound<detail::algorithm::check_sortable<std::ranges::iterator_t<R>, Compare, Projection>>);
    detail::algorithm::with_guarded_less(
        r, compare, project, [&](fork_context c, auto first, std::size_t n, const auto& less) {
            using value = std::ranges::range_value_t<R>;
            if constexpr (std::integral<value> && detail::algorithm::plain_order<Compare, value> &&
                          std::same_as<Projection, std::identity>) {
                // Equal numbers cannot be told apart.
                weft::par_sort(r, compare, {}, where);
            } else {
                if (detail::algorithm::sort_known<Compare>(c, first, n, project)) return;
                n = detail::algorithm::nan_to_end<true>(c, first, n, less);
                if (!detail::algorithm::sort_runs<true>(c, first, n, less))
                    detail::algorithm::stable_sort(c, first, n, less);
            }
        });
    return std::ranges::next(std::ranges::begin(r), std::ranges::end(r));
}

/// The same for the elements first .. last - 1; returns `last`.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Compare = std::ranges::less,
          class Projection = std::identity>
I par_stable_sort(I first, S last, Compare compare = {}, Projection project = {},
                  detail::code_place where = detail::code_place::here())
{
    return weft::par_stable_sort(detail::algorithm::between(first, last), std::move(compare), std::move(project),
                                 where);
}

/// True if no element is less than the one before it. Stops soon after the first that is. NaN is the last, as in
/// par_sort.
///
/// Throws: what the comparator or the projection throws.
template <detail::algorithm::elements R, detail::algorithm::function Compare = std::ranges::less,
          class Projection = std::identity>
[[nodiscard]] bool par_is_sorted(R&& r, Compare compare = {}, Projection project = {},
                                 detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    using key = detail::algorithm::projected_t<Projection, std::ranges::range_reference_t<R>>;
    bool sorted = true;
    detail::algorithm::with_guarded_less(r, detail::algorithm::with_nan_last<key>(compare), project,
                                         [&](fork_context c, auto first, std::size_t n, const auto& less) {
                                             sorted = detail::algorithm::is_ascending(c, first, n, less);
                                         });
    return sorted;
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Compare = std::ranges::less,
          class Projection = std::identity>
[[nodiscard]] bool par_is_sorted(I first, S last, Compare compare = {}, Projection project = {},
                                 detail::code_place where = detail::code_place::here())
{
    return weft::par_is_sorted(detail::algorithm::between(first, last), std::move(compare), std::move(project), where);
}

/// Sorts by a key that is computed once per element, and keeps the order of equal keys. The keys are compared by `<`.
/// `key` is called through a const reference, from several threads at once.
///
/// Keys that are numbers or strings are sorted as par_sort sorts them, without a comparison. NaN is the last, as in
/// par_sort.
///
/// Throws: what `key` throws, std::bad_alloc: nothing has changed then; what the comparison throws: the range then
///         holds a permutation.
/// Cost:   memory for all keys and elements, and for two numbers per element.
template <detail::algorithm::elements R, class Key>
void par_sort_by_cached_key(R&& r, const Key& key, detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    static_assert(detail::sound<detail::algorithm::check_permutable<std::ranges::iterator_t<R>>>);
    static_assert(detail::sound<detail::algorithm::check_key<Key, std::ranges::range_reference_t<R>>>);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    if (n == 0) return;
    weft::with_context([&](fork_context c) { detail::algorithm::cached_key_sort(c, std::ranges::begin(r), n, key); });
}

namespace detail::algorithm {

/// Merges two sorted ranges; NaN, if there is any, is at the end of each. `less` is asked about b first.
template <class A, class B, class Out, class Less>
void merge_numbers_first(fork_context c, A a, std::size_t na, B b, std::size_t nb, Out out, const Less& less)
{
    const auto copy = [](const auto& from, auto&& to) { to = from; };
    std::size_t ma = na;
    std::size_t mb = nb;
    if constexpr (Less::template second_has_nan<std::iter_reference_t<A>>) {
        ma = algorithm::first_not(a, na, [&](const auto& x) { return !less.second_is_nan(x); });
    }
    if constexpr (Less::template has_nan<std::iter_reference_t<B>>) {
        mb = algorithm::first_not(b, nb, [&](const auto& x) { return !less.is_nan(x); });
    }
    algorithm::merge(c, a, ma, b, mb, out, less, copy);
    for (std::size_t i = ma; i < na; ++i) copy(nth(a, i), nth(out, mb + i));
    for (std::size_t i = mb; i < nb; ++i) copy(nth(b, i), nth(out, na + i));
}

}  // namespace detail::algorithm

/// Merges two ranges that are sorted, each by its projection, into `out`, which must have room for both and overlap
/// neither; returns the end of what was written. Among equal elements those of `a` come first. The elements are copied.
/// NaN is the last, as in par_sort.
///
/// Throws: what the comparator or a projection throws; `out` then holds unspecified values.
template <detail::algorithm::elements A, detail::algorithm::elements B, detail::algorithm::output Out,
          detail::algorithm::function Compare = std::ranges::less, class ProjectionA = std::identity,
          class ProjectionB = std::identity>
Out par_merge(A&& a, B&& b, Out out, Compare compare = {}, ProjectionA project_a = {}, ProjectionB project_b = {},
              detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    using key_a = detail::algorithm::projected_t<ProjectionA, std::ranges::range_reference_t<A>>;
    using key_b = detail::algorithm::projected_t<ProjectionB, std::ranges::range_reference_t<B>>;
    static_assert(detail::sound<detail::algorithm::check_comparison<Compare, key_b, key_a>>);
    const auto na = static_cast<std::size_t>(std::ranges::size(a));
    const auto nb = static_cast<std::size_t>(std::ranges::size(b));
    detail::algorithm::sort_failure failure;
    // Keys of different types have no pairs in common.
    using key = std::conditional_t<std::same_as<std::remove_cvref_t<key_a>, std::remove_cvref_t<key_b>>, key_a, void>;
    const auto& completed = detail::algorithm::with_nan_last_in_pairs<key>(compare);
    const detail::algorithm::guarded_less<std::remove_cvref_t<decltype(completed)>, ProjectionB, ProjectionA> less(
        completed, project_b, project_a, failure);
    weft::with_context([&](fork_context c) {
        detail::algorithm::merge_numbers_first(c, std::ranges::begin(a), na, std::ranges::begin(b), nb, out, less);
    });
    failure.rethrow();
    return detail::algorithm::past(out, na + nb);
}

/// The same for the elements first_a .. last_a - 1 and first_b .. last_b - 1.
template <detail::algorithm::place A, std::sized_sentinel_for<A> EndA, detail::algorithm::place B,
          std::sized_sentinel_for<B> EndB, detail::algorithm::output_iterator Out, class Compare = std::ranges::less,
          class ProjectionA = std::identity, class ProjectionB = std::identity>
Out par_merge(A first_a, EndA last_a, B first_b, EndB last_b, Out out, Compare compare = {}, ProjectionA project_a = {},
              ProjectionB project_b = {}, detail::code_place where = detail::code_place::here())
{
    return weft::par_merge(detail::algorithm::between(first_a, last_a), detail::algorithm::between(first_b, last_b),
                           out, std::move(compare), std::move(project_a), std::move(project_b), where);
}

}  // namespace weft
