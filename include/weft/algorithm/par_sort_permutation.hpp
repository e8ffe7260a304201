// weft/algorithm/par_sort_permutation.hpp - the order of elements that stay in place; ranges sorted by another.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/cached_key_sort.hpp>
#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/detail/guarded_less.hpp>
#include <weft/algorithm/detail/index_sort.hpp>
#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/known_sort.hpp>
#include <weft/algorithm/detail/merge_sort.hpp>
#include <weft/algorithm/detail/nan_to_end.hpp>
#include <weft/algorithm/detail/ordered.hpp>
#include <weft/algorithm/detail/plain_order.hpp>
#include <weft/algorithm/detail/runs.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/pool/context.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail::algorithm {

/// Fills `order` with the indices of the elements in their order; stable. Throws what the functions throw,
/// std::bad_alloc.
template <class I, class Compare, class Projection>
void order_of(fork_context c, I first, std::size_t n, std::size_t* order, const Compare& compare,
              const Projection& project)
{
    using made = projected_key<I, Projection>;
    using key = std::remove_cvref_t<made>;
    constexpr bool kept = std::is_lvalue_reference_v<std::iter_reference_t<I>>;
    // A key of an element that was made for this call only must not refer to it.
    const auto key_at = [&](std::size_t i) -> std::conditional_t<kept, made, key> {
        return detail::algorithm::invoke(project, nth(first, i));
    };
    constexpr bool by_number = radix_number<key>;
    constexpr bool by_string = is_plain_string<key> && member_projection<Projection, std::iter_value_t<I>> && kept;
    if constexpr (plain_order<Compare, key> && (by_number || by_string)) {
        const raw_scratch<keyed_index> sorted(n);
        const raw_scratch<keyed_index> spare(n);
        algorithm::order_by_key(c, sorted.data(), spare.data(), n, key_at, plain_greater<Compare, key>);
        algorithm::run_parts(c, 0, n, [&](std::size_t lo, std::size_t hi) {
            for (std::size_t i = lo; i < hi; ++i) order[i] = sorted.data()[i].index;
        });
    } else {
        algorithm::run_parts(c, 0, n, [&](std::size_t lo, std::size_t hi) {
            for (std::size_t i = lo; i < hi; ++i) order[i] = i;
        });
        sort_failure failure;
        const guarded_less less(algorithm::with_nan_last_in_pairs<key>(compare), key_at, failure);
        const std::size_t numbers = algorithm::nan_to_end<true>(c, order, n, less);
        if (!algorithm::sort_runs<true>(c, order, numbers, less)) algorithm::stable_sort(c, order, numbers, less);
        failure.rethrow();
    }
}

/// Integers of any type, as the indices that `permute` asks for.
template <class I>
struct places {
    struct place {
        std::size_t index;
    };
    I first;
    place operator[](std::size_t i) const { return {static_cast<std::size_t>(nth(first, i))}; }
};

/// Room for the elements of one range after the other.
class shared_room {
public:
    template <class... Values>
    static shared_room of(std::size_t n)
    {
        return shared_room(std::max({n * sizeof(Values)...}));
    }
    template <class T>
    [[nodiscard]] T* as() const
    {
        static_assert(alignof(T) <= alignof(line));
        return reinterpret_cast<T*>(lines_.data());
    }

private:
    struct alignas(64) line {
        std::byte bytes[64];
    };
    explicit shared_room(std::size_t bytes) : lines_((bytes + sizeof(line) - 1) / sizeof(line)) {}

    raw_scratch<line> lines_;
};

template <class I>
void permute_within(fork_context c, I first, std::size_t n, const places<const std::size_t*>& order,
                    const shared_room& room)
{
    if constexpr (moves_safely<I>) {
        algorithm::permute(c, first, n, order, room.as<std::iter_value_t<I>>());
    } else {
        algorithm::apply_order(c, first, n, order);
    }
}

template <class Compare, class Keys, class... Ranges>
void sort_by_key(const Compare& compare, Keys& keys, Ranges&... ranges)
{
    const auto n = static_cast<std::size_t>(std::ranges::size(keys));
    if (((static_cast<std::size_t>(std::ranges::size(ranges)) != n) || ...))
        throw_invalid_argument("weft::par_sort_by_key: the ranges differ in length");
    if (n < 2) return;
    weft::with_context([&](fork_context c) {
        const raw_scratch<std::size_t> memory(n);
        const places<const std::size_t*> order{memory.data()};
        algorithm::order_of(c, std::ranges::begin(keys), n, memory.data(), compare, std::identity());
        const auto room = shared_room::of<std::ranges::range_value_t<Keys>, std::ranges::range_value_t<Ranges>...>(n);
        algorithm::permute_within(c, std::ranges::begin(keys), n, order, room);
        (algorithm::permute_within(c, std::ranges::begin(ranges), n, order, room), ...);
    });
}

template <class R>
struct check_permuted_range {
    static constexpr bool ok = elements<R> && sound<check_permutable<std::ranges::iterator_t<R>>>;
};

}  // namespace detail::algorithm

/// The order of the elements, which stay where they are: the index of the first, of the second, and so on. Visited in
/// that order they are sorted; equal elements come in the order of their indices. Elements may be const, and need not
/// be movable. Also known as argsort.
///
/// Numbers and strings are sorted as par_sort sorts them, without a comparison, and a key that is a number is computed
/// once per element. NaN is the last, as in par_sort.
///
/// Throws:  what the comparator or the projection throws, std::bad_alloc.
/// Cost:    memory for an index per element, and as much again; for keys that are numbers or strings, four times that.
/// Example: examples/algorithm/sort_permutation.cpp
template <detail::algorithm::elements R, detail::algorithm::function Compare = std::ranges::less,
          class Projection = std::identity>
[[nodiscard]] std::vector<std::size_t> par_sort_permutation(R&& r, Compare compare = {}, Projection project = {})
{
    using key = detail::algorithm::projected_t<Projection, std::ranges::range_reference_t<R>>;
    static_assert(detail::sound<detail::algorithm::check_comparison<Compare, key, key>>);
    std::vector<std::size_t> order(static_cast<std::size_t>(std::ranges::size(r)));
    if (!order.empty()) {
        weft::with_context([&](fork_context c) {
            detail::algorithm::order_of(c, std::ranges::begin(r), order.size(), order.data(), compare, project);
        });
    }
    return order;
}

/// The same for the elements first .. last - 1; indices are counted from `first`.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Compare = std::ranges::less,
          class Projection = std::identity>
[[nodiscard]] std::vector<std::size_t> par_sort_permutation(I first, S last, Compare compare = {},
                                                            Projection project = {})
{
    return weft::par_sort_permutation(detail::algorithm::between(first, last), std::move(compare), std::move(project));
}

/// Puts the elements into an order that par_sort_permutation gave, of this range or another: the element that was at
/// order[i] is then at i. Requires: `order` is a permutation of the indices.
///
/// Throws: std::invalid_argument if the lengths differ, std::out_of_range if `order` contains an index that is out of
///         range, std::bad_alloc: nothing has changed then.
/// Cost:   memory for all elements; each is moved twice.
template <detail::algorithm::elements R, detail::algorithm::elements Order>
void par_apply_permutation(R&& r, Order&& order)
{
    static_assert(detail::sound<detail::algorithm::check_permutable<std::ranges::iterator_t<R>>>);
    static_assert(std::is_integral_v<std::ranges::range_value_t<Order>>,
                  "weft: a permutation is a range of integers: the places of the elements");
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    if (static_cast<std::size_t>(std::ranges::size(order)) != n)
        detail::throw_invalid_argument("weft::par_apply_permutation: the range and the permutation differ in length");
    weft::with_context([&](fork_context c) {
        const detail::algorithm::places<std::ranges::iterator_t<Order>> at{std::ranges::begin(order)};
        if (!detail::algorithm::all_good<16>(c, 0, n, [&](std::size_t i) { return at[i].index < n; }))
            detail::throw_out_of_range("weft::par_apply_permutation: there is no such place");
        detail::algorithm::apply_order(c, std::ranges::begin(r), n, at);
    });
}

/// Sorts several ranges by the first, as if the elements at the same index were one. The keys are compared by `<`, or
/// by a comparator that comes before the ranges; equal keys keep their order. NaN is the last, as in par_sort.
///
///     weft::par_sort_by_key(times, names, values);
///     weft::par_sort_by_key(std::ranges::greater(), times, names, values);
///
/// Throws: std::invalid_argument if the lengths differ, what the comparator throws, std::bad_alloc: nothing has changed
///         then. What a move throws; elements may then be lost.
/// Cost:   as par_sort_permutation; then memory for all elements of one range at a time, and each is moved twice.
/// Example: examples/algorithm/sort_permutation.cpp
template <class Compare, detail::algorithm::elements Keys, detail::algorithm::elements... Ranges>
    requires(!std::ranges::range<Compare>)
void par_sort_by_key(Compare compare, Keys&& keys, Ranges&&... ranges)
{
    static_assert(detail::algorithm::check_permuted_range<Keys>::ok &&
                  (detail::algorithm::check_permuted_range<Ranges>::ok && ...));
    using key = std::ranges::range_reference_t<Keys>;
    static_assert(detail::sound<detail::algorithm::check_comparison<Compare, key, key>>);
    detail::algorithm::sort_by_key(compare, keys, ranges...);
}

/// The same by `<`.
template <std::ranges::range Keys, detail::algorithm::elements... Ranges>
void par_sort_by_key(Keys&& keys, Ranges&&... ranges)
{
    weft::par_sort_by_key(std::ranges::less(), keys, ranges...);
}

}  // namespace weft
