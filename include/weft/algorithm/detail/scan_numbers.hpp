// weft/algorithm/detail/scan_numbers.hpp - the engine of the scans, and the scan of contiguous numbers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/tiles.hpp>
#include <weft/pool/context.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/simd/reduce.hpp>
#include <weft/simd/stream.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft::detail::algorithm {

/// Scans n elements: `total(lo, hi)` is that of one tile, `write(lo, hi, start)` makes the output of one tile, where
/// `start` is what lies before it, nothing in front of the first element.
template <class T, class Op, class Total, class Write>
void scan_tiles(std::size_t n, std::optional<T> start, const Op& op, const Total& total, const Write& write)
{
    if (n <= tile_length) {
        if (n != 0) write(std::size_t{0}, n, std::move(start));
        return;
    }
    with_context([&](fork_context c) {
        const std::size_t tiles = tile_count(n);
        const std::size_t round = tiles_in_round(c, n, tile_length * sizeof(T));
        std::vector<std::optional<T>> starts(round);
        for (std::size_t first = 0; first < tiles; first += round) {
            const std::size_t last = std::min(tiles, first + round);
            run_tiles(c, first, last, n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
                if (tile + 1 != tiles) starts[tile - first].emplace(total(lo, hi));  // nobody asks for the last total
            });
            for (std::size_t tile = first; tile < last; ++tile) {
                std::optional<T>& here = starts[tile - first];
                if (tile + 1 == tiles) {
                    here = std::move(start);
                } else if (!start) {
                    start = std::exchange(here, std::nullopt);
                } else {
                    T next = op(T(*start), std::move(*here));
                    here = std::exchange(start, std::move(next));
                }
            }
            run_tiles(c, first, last, n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
                write(lo, hi, std::move(starts[tile - first]));
            });
        }
    });
}

template <class T, class I, class Op>
T fold_tile(I in, std::size_t lo, std::size_t hi, const Op& op)
{
    T total = nth(in, lo);
    for (std::size_t i = lo + 1; i < hi; ++i) total = op(std::move(total), nth(in, i));
    return total;
}

/// Whether input, output and running total are contiguous numbers of one type.
template <class R, class Out, class T>
inline constexpr bool scans_numbers = [] {
    if constexpr (simd::number_range<R> && std::contiguous_iterator<Out>) {
        return std::is_same_v<std::ranges::range_value_t<R>, T> && std::is_same_v<std::iter_value_t<Out>, T>;
    } else {
        return false;
    }
}();

/// A tile of numbers is scanned as eight segments side by side, so that an addition need not wait for the one before.
inline constexpr std::size_t segments = 8;
inline constexpr std::size_t segment_length = tile_length / segments;

template <class T, class Op>
void segment_totals(const T* in, T (&totals)[segments], const Op& op)
{
    if constexpr (std::is_same_v<Op, plus>) {
        for (std::size_t s = 0; s < segments; ++s)
            totals[s] = static_cast<T>(simd::sum(std::span<const T>(in + s * segment_length, segment_length)));
    } else {
        for (std::size_t s = 0; s < segments; ++s) totals[s] = in[s * segment_length];
        for (std::size_t i = 1; i < segment_length; ++i) {
            for (std::size_t s = 0; s < segments; ++s)
                totals[s] = static_cast<T>(op(totals[s], in[s * segment_length + i]));
        }
    }
}

/// Scans a whole tile; `starts` are what lies before the segments. The output may be the input.
template <bool Inclusive, class T, class Op>
void scan_segments(const T* in, T* out, const T (&starts)[segments], const Op& op, bool streaming)
{
    constexpr std::size_t most = 2048 / sizeof(T);  // of a segment at once: the buffer must stay in the first cache
    alignas(64) T buffer[segments][most];
    T total[segments];
    std::copy_n(starts, segments, total);
    // Streaming wants whole lines: the first pieces end where a line does.
    const std::size_t past_line = reinterpret_cast<std::uintptr_t>(out) % 64 / sizeof(T);
    for (std::size_t at = 0, n = most - past_line; at < segment_length;
         at += n, n = std::min(most, segment_length - at)) {
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t s = 0; s < segments; ++s) {
                const T before = total[s];
                total[s] = static_cast<T>(op(before, in[s * segment_length + at + i]));
                buffer[s][i] = Inclusive ? total[s] : before;
            }
        }
        for (std::size_t s = 0; s < segments; ++s) {
            T* const to = out + s * segment_length + at;
            if (streaming) {
                stream_copy(to, buffer[s], n * sizeof(T));
            } else {
                std::memcpy(to, buffer[s], n * sizeof(T));
            }
        }
    }
}

/// Scans numbers one after the other: whole numbers need no segments, an addition of them is done at once.
template <bool Inclusive, class T, class Op>
void scan_line(const T* in, std::size_t n, T* out, T running, const Op& op, bool streaming)
{
    const auto scan = [&](std::size_t lo, std::size_t hi, T* to) {
        for (std::size_t i = lo; i < hi; ++i) {
            const T before = running;
            running = static_cast<T>(op(before, in[i]));
            to[i - lo] = Inclusive ? running : before;
        }
    };
    if (!streaming) return scan(0, n, out);
    constexpr std::size_t most = 4096 / sizeof(T);
    alignas(64) T buffer[most];
    const std::size_t past_line = reinterpret_cast<std::uintptr_t>(out) % 64 / sizeof(T);
    for (std::size_t lo = 0, hi = std::min(n, most - past_line); lo < n; lo = hi, hi = std::min(n, hi + most)) {
        scan(lo, hi, buffer);
        stream_copy(out + lo, buffer, (hi - lo) * sizeof(T));
    }
}

/// As scan_tiles, for contiguous numbers.
template <bool Inclusive, class T, class Op>
void scan_numbers(const T* in, std::size_t n, T* out, std::optional<T> init, const Op& op)
{
    const bool streaming = n * sizeof(T) >= worth_streaming;
    const auto combine = [&op](T a, T b) { return static_cast<T>(op(a, b)); };
    const auto total = [&](std::size_t lo, std::size_t) {  // never of the last tile, which may be shorter
        T of[segments];
        segment_totals(in + lo, of, op);
        T all = of[0];
        for (std::size_t s = 1; s < segments; ++s) all = combine(all, of[s]);
        return all;
    };
    const auto write = [&](std::size_t lo, std::size_t hi, std::optional<T> start) {
        if constexpr (std::is_integral_v<T>) {
            if (start) return scan_line<Inclusive>(in + lo, hi - lo, out + lo, *start, op, streaming);
        }
        if (hi - lo == tile_length && start) {
            T starts[segments];
            segment_totals(in + lo, starts, op);
            T before = *start;
            for (T& here : starts) here = std::exchange(before, combine(before, here));
            scan_segments<Inclusive>(in + lo, out + lo, starts, op, streaming);
            return;
        }
        if (!start) {  // an inclusive scan, in front
            start = in[lo];
            out[lo++] = *start;
        }
        T running = *start;
        for (std::size_t i = lo; i < hi; ++i) {
            const T before = running;
            running = combine(before, in[i]);
            out[i] = Inclusive ? running : before;
        }
    };
    if constexpr (std::is_integral_v<T>) {
        // With one thread there is no need for totals; floating point keeps to its tiles for the sake of its bits.
        if (n != 0 && current_num_threads() == 1) return write(0, n, init);
    }
    scan_tiles<T>(n, init, combine, total, write);
}

}  // namespace weft::detail::algorithm
