// weft/algorithm/detail/cached_key_sort.hpp - the stable sort by keys that are computed once.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/guarded_less.hpp>
#include <weft/algorithm/detail/index_sort.hpp>
#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/known_sort.hpp>
#include <weft/algorithm/detail/merge_sort.hpp>
#include <weft/algorithm/detail/nan_to_end.hpp>
#include <weft/algorithm/detail/ordered.hpp>
#include <weft/algorithm/detail/plain_order.hpp>
#include <weft/algorithm/detail/tiled_array.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/context.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft::detail::algorithm {

/// Moves the element at order[i].index to i.
template <class I, class Order>
void apply_order(fork_context c, I first, std::size_t n, const Order& order)
{
    using value = std::iter_value_t<I>;
    if constexpr (moves_safely<I>) {
        const raw_scratch<value> room(n);
        algorithm::permute(c, first, n, order, room.data());
    } else {
        std::vector<value> sorted;
        sorted.reserve(n);
        for (std::size_t i = 0; i < n; ++i) sorted.push_back(std::ranges::iter_move(past(first, order[i].index)));
        algorithm::move_all(sorted.begin(), n, first);
    }
}

template <class I, class Key>
void cached_key_sort(fork_context c, I first, std::size_t n, const Key& key)
{
    using made = kept_key<projected_key<I, Key>, std::iter_reference_t<I>, std::iter_value_t<I>>;
    using key_type = typename made::value;
    const auto key_at = [&](std::size_t i) ->
        typename made::type { return static_cast<typename made::type>(detail::algorithm::invoke(key, nth(first, i))); };
    if constexpr (radix_number<key_type>) {
        const raw_scratch<keyed_index> order(n);
        const raw_scratch<keyed_index> spare(n);
        algorithm::order_by_key(c, order.data(), spare.data(), n, key_at, false);
        algorithm::apply_order(c, first, n, order.data());
    } else if constexpr (is_plain_string<key_type>) {
        const raw_scratch<keyed_index> order(n);
        const raw_scratch<keyed_index> spare(n);
        tiled_array<key_type> keys(n);
        keys.make(c, key_at);
        const auto kept = [&](std::size_t i) -> const key_type& { return keys.data()[i]; };
        algorithm::order_by_key(c, order.data(), spare.data(), n, kept, false);
        algorithm::apply_order(c, first, n, order.data());
    } else {
        struct keyed {
            key_type key;
            std::size_t index;
        };
        tiled_array<keyed> keys(n);
        keys.make(c, [&](std::size_t i) { return keyed{key_at(i), i}; });
        sort_failure failure;
        const std::ranges::less compare;
        const auto project = &keyed::key;
        const guarded_less less(algorithm::with_nan_last_in_pairs<key_type>(compare), project, failure);
        const std::size_t sortable = algorithm::nan_to_end<true>(c, keys.data(), n, less);
        if (!algorithm::sort_if_ordered(c, keys.data(), sortable, less) && !less.failed())
            algorithm::stable_sort(c, keys.data(), sortable, less);
        failure.rethrow();
        algorithm::apply_order(c, first, n, keys.data());
    }
}

}  // namespace weft::detail::algorithm
