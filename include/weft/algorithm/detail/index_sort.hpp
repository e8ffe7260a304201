// weft/algorithm/detail/index_sort.hpp - sorts indices by a key each, and then moves the elements once.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/nth.hpp>
#include <weft/algorithm/detail/radix_sort.hpp>
#include <weft/algorithm/detail/scratch.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/context.hpp>
#include <weft/seam/construct.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace weft::detail::algorithm {

/// An index, and what decides its rank: a whole number, or eight bytes of a string.
struct keyed_index {
    std::uint64_t key;
    std::size_t index;
};

/// Calls f(from, to) for parts of [lo, hi), in parallel where a thread is idle.
template <class F>
void run_parts(fork_context c, std::size_t lo, std::size_t hi, const F& f)
{
    constexpr std::size_t part = 4096;
    while (lo < hi) {
        if (hi - lo > 2 * part && c.wanted()) {
            const std::size_t middle = lo + (hi - lo) / 2;
            weft::fork_join(
                c, [&](fork_context here) { algorithm::run_parts(here, lo, middle, f); },
                [&](fork_context there) { algorithm::run_parts(there, middle, hi, f); });
            return;
        }
        const std::size_t end = std::min(hi, lo + part);
        f(lo, end);
        lo = end;
    }
}

struct key_of_index {
    std::uint64_t operator()(const keyed_index& x) const { return x.key; }
};

/// Sorts by key; equal keys keep their order.
inline void sort_indices(fork_context c, keyed_index* order, keyed_index* scratch, std::size_t n)
{
    const key_of_index key_of;
    radix_sorter<keyed_index, key_of_index> sort(key_of);
    sort(c, order, scratch, n, false);
}

/// Moves the elements so that the one at order[i].index is then at i. `room` is for n elements.
template <class I, class Order>
void permute(fork_context c, I first, std::size_t n, const Order& order, std::iter_value_t<I>* room)
{
    using value = std::iter_value_t<I>;
    static_assert(std::is_nothrow_move_constructible_v<value> && std::is_nothrow_move_assignable_v<value>);
    algorithm::run_parts(c, 0, n, [&](std::size_t lo, std::size_t hi) {
        constexpr std::size_t ahead = 16;
        for (std::size_t i = lo; i < hi; ++i) {
            if constexpr (std::contiguous_iterator<I>) {
                if (i + ahead < n) __builtin_prefetch(std::to_address(first) + order[i + ahead].index, 1);
            }
            detail::construct(room + i, std::ranges::iter_move(past(first, order[i].index)));
        }
    });
    algorithm::run_parts(c, 0, n, [&](std::size_t lo, std::size_t hi) {
        for (std::size_t i = lo; i < hi; ++i) {
            nth(first, i) = std::move(room[i]);
            detail::destruct(room + i);
        }
    });
}

/// Memory for all steps of a sort by indices; it is asked for before anything changes.
template <class T>
struct index_memory {
    explicit index_memory(std::size_t n) : order(n), spare(n), room(n) {}
    raw_scratch<keyed_index> order;
    raw_scratch<keyed_index> spare;
    raw_scratch<T> room;
};

}  // namespace weft::detail::algorithm
