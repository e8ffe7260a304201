// weft/algorithm/par_shuffle.hpp - a random order that depends on the seed alone.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/cached_key_sort.hpp>
#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/detail/known_sort.hpp>
#include <weft/base/detail/code_place.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/context.hpp>
#include <weft/pool/observed_region.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace weft {

/// Puts the elements into a random order, each with the same probability up to the quality of a 64-bit mix. The same
/// seed and length give the same order, for any number of threads and on every machine.
///
/// Throws: std::bad_alloc; what a move throws.
/// Cost:   that of a stable sort of n numbers.
/// Source: SplitMix64 (Steele, Lea, Flood 2014) gives each index a number to sort by.
template <detail::algorithm::elements R>
void par_shuffle(R&& r, std::uint64_t seed, detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    static_assert(detail::sound<detail::algorithm::check_permutable<std::ranges::iterator_t<R>>>);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    if (n == 0) return;
    // By the index alone: keys are asked for by several threads, in any order.
    const auto key_at = [seed](std::size_t place) {
        std::uint64_t x = seed + (std::uint64_t{place} + 1) * 0x9E3779B97F4A7C15U;
        x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
        x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
        return x ^ (x >> 31U);
    };
    weft::with_context([&](fork_context c) {
        using detail::algorithm::keyed_index;
        const detail::algorithm::raw_scratch<keyed_index> order(n);
        const detail::algorithm::raw_scratch<keyed_index> spare(n);
        detail::algorithm::order_by_key(c, order.data(), spare.data(), n, key_at, false);
        detail::algorithm::apply_order(c, std::ranges::begin(r), n, order.data());
    });
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S>
void par_shuffle(I first, S last, std::uint64_t seed, detail::code_place where = detail::code_place::here())
{
    weft::par_shuffle(detail::algorithm::between(first, last), seed, where);
}

}  // namespace weft
