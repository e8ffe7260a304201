// weft/algorithm/detail/tiles.hpp - runs over fixed tiles of a range, in parallel where a thread is idle.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/context.hpp>
#include <weft/pool/divided_loop.hpp>
#include <weft/pool/loop_memory.hpp>
#include <weft/seam/ticks.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace weft::detail::algorithm {

/// Elements per tile: some 20 us of cheap work. Fixed, so that results do not depend on the number of threads.
inline constexpr std::size_t tile_length = 16384;

template <class F>
void run_tiles(fork_context c, std::size_t lo, std::size_t hi, std::size_t n, const F& f)
{
    for (; lo < hi; ++lo) {
        if (hi - lo > 1 && c.wanted()) {
            const std::size_t middle = lo + (hi - lo) / 2;
            weft::fork_join(
                c, [&](fork_context here) { algorithm::run_tiles(here, lo, middle, n, f); },
                [&](fork_context there) { algorithm::run_tiles(there, middle, hi, n, f); });
            return;
        }
        const std::size_t begin = lo * tile_length;
        f(lo, begin, n - begin < tile_length ? n : begin + tile_length);
    }
}

constexpr std::size_t tile_count(std::size_t n) { return n / tile_length + (n % tile_length != 0 ? 1 : 0); }

/// Calls f(tile, begin, end) for all tiles of n elements.
template <class F>
void for_tiles(std::size_t n, const F& f)
{
    if (n == 0) return;
    if (n <= tile_length) return f(std::size_t{0}, std::size_t{0}, n);
    weft::with_context([&](fork_context c) { algorithm::run_tiles(c, 0, tile_count(n), n, f); });
}

/// What is remembered of the loops whose body has type F, in practice one loop of the program.
template <class F>
inline constinit loop_memory memory_of;

/// Calls f(begin, end) for pieces of n elements, on several threads where that pays.
template <class F>
void for_pieces(std::size_t n, const F& f, loop_memory& memory = memory_of<F>)
{
    if (n == 0) return;
    if (const float known = memory.ticks_per_unit(); known >= 0 && !detail::in_test_pool()) {
        // Nothing to share, if it takes as long as the last time.
        const float expected = known * static_cast<float>(n);
        if (expected < static_cast<float>(ticks_per_microsecond())) {
            const std::uint64_t began = ticks();
            f(std::size_t{0}, n);
            const auto took = static_cast<float>(ticks() - began);
            if (took > 4 * expected) memory.remember(took / static_cast<float>(n));
            return;
        }
    }
    weft::with_context([&](fork_context c) { divided_loop<F>{f, memory}(c, n); });
}

/// Watches how long the user's function takes in loops over whole tiles, of which the others wait for the last.
class tile_watch {
public:
    explicit tile_watch(loop_memory& memory) : memory_(memory), since_(ticks()) {}

    /// `elements` have been tested since. Cost: a look at the clock.
    void done(std::size_t elements)
    {
        const std::uint64_t spent = ticks() - since_;
        const std::uint64_t tiles = elements / tile_length + 1;
        if (spent < tiles * most_microseconds * ticks_per_microsecond()) return;
        memory_.remember(static_cast<float>(spent) / static_cast<float>(elements));
        memory_.set_stride(1);
    }

    /// Whether n elements are better dealt out in pieces, whose number and size the loop finds out.
    static bool prefers_pieces(const loop_memory& memory, std::size_t n)
    {
        if (detail::in_test_pool()) return true;
        const float known = memory.ticks_per_unit();
        // Before anything is known: each of a few elements may take long.
        if (known < 0) return n <= tile_length;
        const float tile = known * static_cast<float>(tile_length);
        return memory.stride() != 0 ||
               tile > static_cast<float>(most_microseconds) * static_cast<float>(ticks_per_microsecond());
    }

private:
    static constexpr std::uint64_t most_microseconds = 500;

    loop_memory& memory_;
    std::uint64_t since_;
};

/// For a range that is read twice, round by round: how many tiles of `bytes` each a round may have for the second pass
/// to find them in the caches of the threads.
inline std::size_t tiles_in_round(fork_context c, std::size_t n, std::size_t bytes)
{
    constexpr std::size_t cache_of_a_thread = std::size_t{512} << 10;
    return std::min(tile_count(n), c.num_threads() * std::max<std::size_t>(1, cache_of_a_thread / bytes));
}

/// Output of this many bytes will not be in a cache when somebody reads it, so it need not go through one.
inline constexpr std::size_t worth_streaming = std::size_t{16} << 20;

}  // namespace weft::detail::algorithm
