// weft/algorithm/detail/tiles.hpp - runs over fixed tiles of a range, in parallel where somebody is free.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/context.hpp>

#include <algorithm>
#include <cstddef>

namespace weft::detail::algorithm {

/// Elements per tile: some 20 us of cheap work. Fixed, so that results do not depend on the number of threads.
inline constexpr std::size_t tile_length = 16384;

template <class F>
void run_tiles(fork_context c, std::size_t lo, std::size_t hi, std::size_t n, const F& f)
{
    for (; lo < hi; ++lo) {
        if (hi - lo > 1 && c.wanted()) {
            const std::size_t middle = lo + (hi - lo) / 2;
            fork_join(
                c, [&](fork_context here) { run_tiles(here, lo, middle, n, f); },
                [&](fork_context there) { run_tiles(there, middle, hi, n, f); });
            return;
        }
        f(lo, lo * tile_length, std::min(n, (lo + 1) * tile_length));
    }
}

constexpr std::size_t tile_count(std::size_t n) { return (n + tile_length - 1) / tile_length; }

/// Calls f(tile, begin, end) for all tiles of n elements.
template <class F>
void for_tiles(std::size_t n, const F& f)
{
    if (n == 0) return;
    if (n <= tile_length) return f(std::size_t{0}, std::size_t{0}, n);
    with_context([&](fork_context c) { run_tiles(c, 0, tile_count(n), n, f); });
}

/// Where a range is read twice, round by round: so many tiles that the second look finds them in the caches of the
/// threads, at `bytes` a tile.
inline std::size_t tiles_in_round(fork_context c, std::size_t n, std::size_t bytes)
{
    constexpr std::size_t cache_of_a_thread = std::size_t{512} << 10;
    return std::min(tile_count(n), c.num_threads() * std::max<std::size_t>(1, cache_of_a_thread / bytes));
}

/// Output of so many bytes is not going to be in a cache when somebody reads it, so it need not go through one.
inline constexpr std::size_t worth_streaming = std::size_t{16} << 20;

}  // namespace weft::detail::algorithm
