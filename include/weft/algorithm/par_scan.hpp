// weft/algorithm/par_scan.hpp - running totals in parallel.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Two passes over fixed tiles: the totals of the tiles, then the tiles from where the totals before them leave off. So
// floating-point results are the same for every number of threads.
#pragma once

#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/tiles.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

namespace weft {

namespace detail::algorithm {

/// What lies before each tile: in front of the first nothing, or `init`.
template <class T, class I, class Op>
std::vector<std::optional<T>> tile_starts(I in, std::size_t n, std::optional<T> init, const Op& op)
{
    std::vector<std::optional<T>> starts(tile_count(n));
    for_tiles(n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
        if (tile + 1 == starts.size()) return;  // nobody asks for the last total
        T total = nth(in, lo);
        for (std::size_t i = lo + 1; i < hi; ++i) total = op(std::move(total), nth(in, i));
        starts[tile + 1] = std::move(total);
    });
    if (!starts.empty()) starts[0] = std::move(init);
    for (std::size_t tile = 1; tile < starts.size(); ++tile)
        if (starts[tile - 1]) starts[tile] = op(T(*starts[tile - 1]), std::move(*starts[tile]));
    return starts;
}

}  // namespace detail::algorithm

/// out[i] = in[0] op ... op in[i], for any associative `op`. Returns the end of the output, which needs room for all
/// and may be the input itself. `op` is called from several threads at once.
///
/// Throws:   what `op` or a copy throws, std::bad_alloc; the output then holds unspecified values.
/// Blocking: as join.
/// Cost:     two calls of `op` per element.
/// Source:   Blelloch, Prefix Sums and Their Applications, 1990.
template <std::ranges::random_access_range R, std::random_access_iterator Out, class Op = detail::algorithm::plus>
    requires std::ranges::sized_range<R>
Out par_inclusive_scan(R&& in, Out out, Op op = {})
{
    using value = std::ranges::range_value_t<R>;
    const Op& combine = op;
    const auto n = static_cast<std::size_t>(std::ranges::size(in));
    const auto first = std::ranges::begin(in);
    auto starts = detail::algorithm::tile_starts<value>(first, n, {}, combine);
    detail::algorithm::for_tiles(n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
        value total = starts[tile] ? combine(std::move(*starts[tile]), detail::algorithm::nth(first, lo))
                                   : detail::algorithm::nth(first, lo);
        detail::algorithm::nth(out, lo) = total;
        for (std::size_t i = lo + 1; i < hi; ++i) {
            total = combine(std::move(total), detail::algorithm::nth(first, i));
            detail::algorithm::nth(out, i) = total;
        }
    });
    return detail::algorithm::past(out, n);
}

/// out[i] = init op in[0] op ... op in[i - 1]; otherwise as par_inclusive_scan.
template <std::ranges::random_access_range R, std::random_access_iterator Out, class T,
          class Op = detail::algorithm::plus>
    requires std::ranges::sized_range<R>
Out par_exclusive_scan(R&& in, Out out, T init, Op op = {})
{
    const Op& combine = op;
    const auto n = static_cast<std::size_t>(std::ranges::size(in));
    const auto first = std::ranges::begin(in);
    auto starts = detail::algorithm::tile_starts<T>(first, n, std::optional<T>(std::move(init)), combine);
    detail::algorithm::for_tiles(n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
        T total = std::move(*starts[tile]);
        for (std::size_t i = lo; i < hi; ++i) {
            T next = combine(T(total), detail::algorithm::nth(first, i));  // before the write: it may be the same place
            detail::algorithm::nth(out, i) = std::move(total);
            total = std::move(next);
        }
    });
    return detail::algorithm::past(out, n);
}

}  // namespace weft
