// weft/algorithm/detail/scan_numbers.hpp - the engine of the scans, and the scan of contiguous numbers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/scan_turns.hpp>
#include <weft/algorithm/detail/tiles.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/context.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/simd/detail/stream_copy.hpp>
#include <weft/simd/reduce.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft::detail::algorithm {

/// Scans n elements: `total(lo, hi)` is that of one tile, `write(lo, hi, start)` makes the output of one tile, where
/// `start` is the total of everything before it; there is none before the first element.
template <class T, class Op, class Total, class Write>
void scan_tiles(std::size_t n, std::optional<T> start, const Op& op, const Total& total, const Write& write)
{
    if (n <= tile_length) {
        if (n != 0) write(std::size_t{0}, n, std::move(start));
        return;
    }
    weft::with_context([&](fork_context c) {
        const std::size_t tiles = tile_count(n);
        const std::size_t round = tiles_in_round(c, n, tile_length * sizeof(T));
        std::vector<std::optional<T>> starts(round);
        for (std::size_t first = 0; first < tiles; first += round) {
            const std::size_t last = std::min(tiles, first + round);
            algorithm::run_tiles(c, first, last, n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
                if (tile + 1 != tiles) starts[tile - first].emplace(total(lo, hi));  // the last total is not needed
            });
            for (std::size_t tile = first; tile < last; ++tile) {
                std::optional<T>& here = starts[tile - first];
                if (tile + 1 == tiles) {
                    here = std::move(start);
                } else if (!start) {
                    start = std::exchange(here, std::nullopt);
                } else {
                    T next = detail::algorithm::invoke(op, T(*start), std::move(*here));
                    here = std::exchange(start, std::move(next));
                }
            }
            algorithm::run_tiles(c, first, last, n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
                write(lo, hi, std::move(starts[tile - first]));
            });
        }
    });
}

template <class T, class I, class Op>
T fold_tile(I in, std::size_t lo, std::size_t hi, const Op& op)
{
    T total = nth(in, lo);
    for (std::size_t i = lo + 1; i < hi; ++i) total = detail::algorithm::invoke(op, std::move(total), nth(in, i));
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

template <class Op, class T>
inline constexpr bool is_plus =
    std::is_same_v<Op, plus> || std::is_same_v<Op, std::plus<>> || std::is_same_v<Op, std::plus<T>>;

template <class Op, class T>
inline constexpr bool is_multiplies = std::is_same_v<Op, std::multiplies<>> || std::is_same_v<Op, std::multiplies<T>>;

/// op(a, b) of totals that need not begin at the first element: a sum or product of integers wraps, since such a total
/// may overflow where none that begins at the first does.
template <class T, class Op>
T combine_totals(const Op& op, T a, T b)
{
    if constexpr (std::is_integral_v<T> && (is_plus<Op, T> || is_multiplies<Op, T>)) {
        using number = std::make_unsigned_t<T>;
        const auto x = static_cast<number>(a);
        const auto y = static_cast<number>(b);
        // 1u keeps short numbers from being multiplied as int.
        return static_cast<T>(is_plus<Op, T> ? static_cast<number>(x + y) : static_cast<number>(1u * x * y));
    } else {
        return static_cast<T>(op(a, b));
    }
}

/// A tile of numbers is scanned as eight segments side by side, so that an addition need not wait for the one before
/// it.
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
                totals[s] = algorithm::combine_totals(op, totals[s], in[s * segment_length + i]);
        }
    }
}

/// Scans a whole tile; `starts` are the totals before the segments. The output may be the input.
template <bool Inclusive, class T, class Op>
void scan_segments(const T* in, T* out, const T (&starts)[segments], const Op& op, bool streaming)
{
    constexpr std::size_t most = 2048 / sizeof(T);  // of a segment at once: the buffer must stay in the L1 cache
    alignas(64) T buffer[segments][most];
    T total[segments];
    std::copy_n(starts, segments, total);
    // Streaming needs whole cache lines: the first pieces end where a line ends.
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
                detail::stream_copy(to, buffer[s], n * sizeof(T));
            } else {
                std::memcpy(to, buffer[s], n * sizeof(T));
            }
        }
    }
    if (streaming) end_of_stream();
}

/// Scans numbers one after the other: integers need no segments, since an addition of them takes one cycle.
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
        detail::stream_copy(out + lo, buffer, (hi - lo) * sizeof(T));
    }
    end_of_stream();
}

/// Operations that are known not to call code of the user's, and not to throw.
template <class Op, class T>
inline constexpr bool calls_nobody = is_plus<Op, T> || is_multiplies<Op, T> || std::is_same_v<Op, std::bit_and<>> ||
                                     std::is_same_v<Op, std::bit_or<>> || std::is_same_v<Op, std::bit_xor<>>;

/// How contiguous numbers are scanned.
template <bool Inclusive, class T, class Op>
class number_scan {
public:
    number_scan(const T* in, std::size_t n, T* out, const Op& op)
        : in_(in), n_(n), out_(out), op_(op), streaming_(n * sizeof(T) >= worth_streaming)
    {
    }

    void operator()(std::optional<T> init) const
    {
        if (n_ == 0) return;
        // Floating-point numbers are scanned in tiles by one thread, too, so that the bits are the same.
        if (std::is_integral_v<T> && (n_ <= tile_length || current_num_threads() == 1)) {
            write_line(0, n_, init, false);  // one thread is faster with plain writes
            return;
        }
        if constexpr (calls_nobody<Op, T>) {
            if (n_ >= 2 * block) {
                const bool done = weft::with_context([&](fork_context c) {
                    if (c.in_test_pool()) return false;  // a test_pool's threads take turns and must not wait
                    in_turns(c, init);
                    return true;
                });
                if (done) return;
            }
        }
        algorithm::scan_tiles<T>(
            n_, init, [this](T a, T b) { return combine(a, b); },
            [this](std::size_t lo, std::size_t) {  // never called for the last tile, which may be shorter
                T of[segments];
                algorithm::segment_totals(in_ + lo, of, op_);
                return total_of(of);
            },
            [this](std::size_t lo, std::size_t hi, std::optional<T> start) {
                if constexpr (std::is_integral_v<T>) {
                    write_line(lo, hi, start, streaming_);
                } else {
                    T of[segments];
                    if (hi - lo == tile_length && start) algorithm::segment_totals(in_ + lo, of, op_);
                    write_tile(lo, hi, start, of);
                }
            });
    }

private:
    /// What a thread takes at once: it stays in the L2 cache between the two passes over it.
    static constexpr std::size_t block_tiles =
        std::max<std::size_t>(1, (std::size_t{256} << 10) / (tile_length * sizeof(T)));
    static constexpr std::size_t block = block_tiles * tile_length;

    [[nodiscard]] T combine(T a, T b) const { return algorithm::combine_totals(op_, a, b); }
    [[nodiscard]] T total_of(const T (&of)[segments]) const
    {
        T all = of[0];
        for (std::size_t s = 1; s < segments; ++s) all = combine(all, of[s]);
        return all;
    }
    [[nodiscard]] std::optional<T> combine(const std::optional<T>& a, T b) const { return a ? combine(*a, b) : b; }

    /// For integers.
    void write_line(std::size_t lo, std::size_t hi, std::optional<T> start, bool streaming) const
    {
        if (!start) {  // an inclusive scan, at its beginning
            start = in_[lo];
            out_[lo++] = *start;
        }
        algorithm::scan_line<Inclusive>(in_ + lo, hi - lo, out_ + lo, *start, op_, streaming);
    }

    /// `of` are the totals of the segments, if this is a whole tile and not the first.
    void write_tile(std::size_t lo, std::size_t hi, std::optional<T> start, const T (&of)[segments]) const
    {
        if (hi - lo == tile_length && start) {
            T starts[segments];
            T before = *start;
            for (std::size_t s = 0; s < segments; ++s) starts[s] = std::exchange(before, combine(before, of[s]));
            algorithm::scan_segments<Inclusive>(in_ + lo, out_ + lo, starts, op_, streaming_);
            return;
        }
        if (!start) {
            start = in_[lo];
            out_[lo++] = *start;
        }
        T running = *start;
        for (std::size_t i = lo; i < hi; ++i) {
            const T before = running;
            running = combine(before, in_[i]);
            out_[i] = Inclusive ? running : before;
        }
    }

    /// One pass over the memory: the threads take one block after the other.
    void in_turns(fork_context c, std::optional<T> init) const
    {
        scan_turns<std::optional<T>> turns(init);
        by_all(c, c.num_threads(), [&] { take_turns(turns); });
    }

    template <class Work>
    static void by_all(fork_context c, std::size_t threads, const Work& work)
    {
        if (threads <= 1) return work();
        weft::fork_join(c, [&](fork_context here) { by_all(here, threads - 1, work); }, [&](fork_context) { work(); });
    }

    void take_turns(scan_turns<std::optional<T>>& turns) const
    {
        for (;;) {
            const std::size_t turn = turns.take();
            if (turn > (n_ - 1) / block) return;
            const std::size_t lo = turn * block;
            const std::size_t hi = std::min(n_, lo + block);
            if constexpr (std::is_integral_v<T>) {
                if (hi == n_) {
                    write_line(lo, hi, turns.await(turn), streaming_);
                    return;
                }
                const T total = total_of_line(lo);
                const std::optional<T> start = turns.await(turn);
                turns.hand_on(turn, combine(start, total));
                write_line(lo, hi, start, streaming_);
            } else {
                T of[block_tiles][segments];
                std::optional<T> starts[block_tiles];
                const std::size_t whole = (hi - lo) / tile_length;
                for (std::size_t t = 0; t < whole; ++t)
                    algorithm::segment_totals(in_ + lo + t * tile_length, of[t], op_);
                std::optional<T> before = turns.await(turn);
                for (std::size_t t = 0; t < block_tiles; ++t) {
                    starts[t] = before;
                    if (t < whole) before = combine(before, total_of(of[t]));
                }
                turns.hand_on(turn, before);
                for (std::size_t t = 0; lo + t * tile_length < hi; ++t) {
                    const std::size_t from = lo + t * tile_length;
                    write_tile(from, std::min(hi, from + tile_length), starts[t], of[t]);
                }
            }
        }
    }

    /// The total of a whole block.
    [[nodiscard]] T total_of_line(std::size_t lo) const
    {
        if constexpr (is_plus<Op, T>) {
            return static_cast<T>(simd::sum(std::span<const T>(in_ + lo, block)));
        } else {
            T total = in_[lo];
            for (std::size_t i = 1; i < block; ++i) total = combine(total, in_[lo + i]);
            return total;
        }
    }

    const T* in_;
    std::size_t n_;
    T* out_;
    const Op& op_;
    bool streaming_;
};

}  // namespace weft::detail::algorithm
