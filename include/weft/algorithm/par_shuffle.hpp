// weft/algorithm/par_shuffle.hpp - a random order that depends on the seed alone.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/par_sort.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <ranges>

namespace weft {

/// Puts the elements into a random order, each with the same probability up to the quality of a 64-bit mix. The same
/// seed and length give the same order, for any number of threads and on every machine.
///
/// Throws: std::bad_alloc; what a move throws.
/// Cost:   that of a stable sort of n numbers.
/// Source: SplitMix64 (Steele, Lea, Flood 2014) gives each place a number to sort by.
template <std::ranges::random_access_range R>
    requires std::ranges::sized_range<R> && std::permutable<std::ranges::iterator_t<R>>
void par_shuffle(R&& r, std::uint64_t seed)
{
    std::uint64_t state = seed;
    par_sort_by_cached_key(r, [&state](const auto&) {
        state += 0x9E3779B97F4A7C15U;
        std::uint64_t x = state;
        x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
        x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
        return x ^ (x >> 31U);
    });
}

}  // namespace weft
