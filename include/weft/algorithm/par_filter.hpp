// weft/algorithm/par_filter.hpp - copy_if, partition and unique in parallel.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One engine: asks once per element and counts per tile, then places each element. Elements that are plain bytes are
// packed into a buffer while they are asked about, without a branch, and go to their place from there: some tiles at a
// time, so that the memory is read once and written once.
#pragma once

#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/partition.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/scratch.hpp>
#include <weft/algorithm/detail/tiles.hpp>
#include <weft/algorithm/subrange.hpp>
#include <weft/base/ranges.hpp>
#include <weft/pool/context.hpp>
#include <weft/simd/stream.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail::algorithm {

/// Which elements are wanted, and where the wanted ones of each tile go.
class selection {
public:
    template <class Wanted>
    selection(std::size_t n, const Wanted& wanted) : size_(n), flags_(n), starts_(tile_count(n))
    {
        for_tiles(n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
            std::size_t count = 0;
            for (std::size_t i = lo; i < hi; ++i) {
                const bool yes = static_cast<bool>(wanted(i));
                flags_.data()[i] = yes;
                count += yes ? 1 : 0;
            }
            starts_[tile] = count;
        });
        for (std::size_t& start : starts_) start = std::exchange(total_, total_ + start);
    }
    [[nodiscard]] std::size_t total() const noexcept { return total_; }

    /// Calls yes(i, place) for wanted elements and no(i, place) for the others; each side's places count from 0.
    template <class Yes, class No>
    void place(const Yes& yes, const No& no) const
    {
        for_tiles(size_, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
            std::size_t at = starts_[tile];
            for (std::size_t i = lo; i < hi; ++i) {
                if (flags_.data()[i]) {
                    yes(i, at++);
                } else {
                    no(i, i - at);
                }
            }
        });
    }

private:
    std::size_t size_;
    raw_scratch<bool> flags_;
    std::vector<std::size_t> starts_;
    std::size_t total_ = 0;
};

/// Moves the wanted elements to the front and the others behind them, both in order.
template <class I>
void apply_selection(const selection& chosen, I first, std::size_t n)
{
    using value = std::iter_value_t<I>;
    std::vector<value> moved;
    moved.reserve(n);
    for (std::size_t i = 0; i < n; ++i) moved.push_back(std::ranges::iter_move(past(first, i)));
    chosen.place([&](std::size_t i, std::size_t at) { nth(first, at) = std::move(moved[i]); },
                 [&](std::size_t i, std::size_t at) { nth(first, chosen.total() + at) = std::move(moved[i]); });
}

/// Elements that may be copied to where nobody will look.
template <class T>
inline constexpr bool plain_bytes =
    std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T> && sizeof(T) <= 64;

template <class T>
void copy_bytes(T* to, const T* from, std::size_t n, bool streaming)
{
    if (streaming) {
        stream_copy(to, from, n * sizeof(T));
        end_of_stream();
    } else {
        std::copy_n(from, n, to);
    }
}

/// Copies the wanted elements to `out`, which does not overlap the input; returns how many there are.
template <class T, class I, class Out, class Wanted>
std::size_t pack(I first, std::size_t n, Out out, const Wanted& wanted)
{
    if (n == 0) return 0;
    const bool streaming = n * sizeof(T) >= 2 * worth_streaming;
    std::size_t total = 0;
    with_context([&](fork_context c) {
        const std::size_t tiles = tile_count(n);
        const std::size_t round = tiles_in_round(c, n, 2 * tile_length * sizeof(T));
        const raw_scratch<T> buffer(std::min(n, round * tile_length));
        std::vector<std::size_t> starts(round + 1);
        for (std::size_t begin = 0; begin < tiles; begin += round) {
            const std::size_t end = std::min(tiles, begin + round);
            run_tiles(c, begin, end, n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
                T* const room = buffer.data() + (tile - begin) * tile_length;
                std::size_t count = 0;
                for (std::size_t i = lo; i < hi; ++i) {
                    room[count] = nth(first, i);
                    count += static_cast<bool>(wanted(i)) ? 1 : 0;
                }
                starts[tile - begin + 1] = count;
            });
            starts[0] = total;
            for (std::size_t k = 1; k <= end - begin; ++k) starts[k] += starts[k - 1];
            total = starts[end - begin];
            run_tiles(c, begin, end, n, [&](std::size_t tile, std::size_t, std::size_t) {
                const T* const room = buffer.data() + (tile - begin) * tile_length;
                const std::size_t at = starts[tile - begin];
                const std::size_t count = starts[tile - begin + 1] - at;
                if constexpr (std::contiguous_iterator<Out> && std::is_same_v<std::iter_value_t<Out>, T>) {
                    copy_bytes(std::to_address(out) + at, room, count, streaming);
                } else {
                    for (std::size_t i = 0; i < count; ++i)
                        nth(out, at + i) = static_cast<std::iter_value_t<Out>>(room[i]);
                }
            });
        }
    });
    return total;
}

/// Moves the wanted elements to the front, in order, and with `Others` the others behind them, in order; returns how
/// many are wanted.
template <bool Others, class T, class Wanted>
std::size_t pack_in_place(T* first, std::size_t n, const Wanted& wanted)
{
    // All must be asked about before anything is overwritten. Each tile is packed from both ends of its part.
    const raw_scratch<T> buffer(n);
    std::vector<std::size_t> starts(tile_count(n) + 1);
    for_tiles(n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
        T* const room = buffer.data() + lo;
        const std::size_t length = hi - lo;
        std::size_t count = 0;
        for (std::size_t i = 0; i < length; ++i) {
            const T x = first[lo + i];
            const bool yes = static_cast<bool>(wanted(lo + i));
            if constexpr (Others) {
                // Both places are free, and the one that is not meant is written again.
                room[count] = x;
                room[yes ? count : length - 1 - (i - count)] = x;
            } else {
                room[count] = x;
            }
            count += yes ? 1 : 0;
        }
        starts[tile + 1] = count;
    });
    for (std::size_t tile = 1; tile < starts.size(); ++tile) starts[tile] += starts[tile - 1];
    const std::size_t total = starts.back();
    for_tiles(n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
        const T* const room = buffer.data() + lo;
        const std::size_t count = starts[tile + 1] - starts[tile];
        copy_bytes(first + starts[tile], room, count, n * sizeof(T) >= 2 * worth_streaming);
        if constexpr (Others) {
            std::reverse_copy(room + count, room + (hi - lo), first + total + (lo - starts[tile]));
        }
    });
    return total;
}

/// Whether the range can be packed in place.
template <class R>
inline constexpr bool packs_in_place = [] {
    if constexpr (std::ranges::contiguous_range<R>) {
        return plain_bytes<std::ranges::range_value_t<R>>;
    } else {
        return false;
    }
}();

}  // namespace detail::algorithm

/// Copies the elements that satisfy `pred` to `out`, in order; returns the end of what was written. `pred` is called
/// once per element, from several threads at once. The output must not overlap the input.
///
/// Throws:   what `pred` or a copy throws, std::bad_alloc.
/// Blocking: as join.
/// Cost:     a buffer for some tiles, or one byte of memory per element if elements are more than plain bytes.
template <detail::algorithm::elements R, detail::algorithm::output Out, detail::algorithm::function Pred,
          class Projection = std::identity>
Out par_copy_if(R&& in, Out out, const Pred& pred, const Projection& project = {})
{
    using detail::algorithm::check_predicate;
    using detail::algorithm::projected_t;
    static_assert(detail::sound<check_predicate<Pred, projected_t<Projection, std::ranges::range_reference_t<R>>>>);
    using value = std::ranges::range_value_t<R>;
    const auto first = std::ranges::begin(in);
    const auto n = static_cast<std::size_t>(std::ranges::size(in));
    const auto wanted = [&](std::size_t i) {
        return detail::algorithm::invoke(pred, detail::algorithm::invoke(project, detail::algorithm::nth(first, i)));
    };
    if constexpr (detail::algorithm::plain_bytes<value> &&
                  std::is_lvalue_reference_v<std::ranges::range_reference_t<R>>) {
        return detail::algorithm::past(out, detail::algorithm::pack<value>(first, n, out, wanted));
    } else {
        const detail::algorithm::selection chosen(n, wanted);
        chosen.place(
            [&](std::size_t i, std::size_t at) { detail::algorithm::nth(out, at) = detail::algorithm::nth(first, i); },
            [](std::size_t, std::size_t) {});
        return detail::algorithm::past(out, chosen.total());
    }
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, detail::algorithm::output_iterator Out, class Pred,
          class Projection = std::identity>
Out par_copy_if(I first, S last, Out out, const Pred& pred, const Projection& project = {})
{
    return weft::par_copy_if(detail::algorithm::between(first, last), out, pred, project);
}

/// Moves the elements that satisfy `pred` before the others and keeps the order on both sides. Returns the range of the
/// others, as std::ranges::stable_partition.
///
/// Throws: what `pred` throws, std::bad_alloc; nothing has changed then.
/// Cost:   scratch memory for all elements.
template <detail::algorithm::elements R, detail::algorithm::function Pred, class Projection = std::identity>
borrowed_subrange_t<R> par_stable_partition(R&& r, const Pred& pred, const Projection& project = {})
{
    using detail::algorithm::check_predicate;
    using detail::algorithm::projected_t;
    static_assert(detail::sound<detail::algorithm::check_permutable<std::ranges::iterator_t<R>>>);
    static_assert(detail::sound<check_predicate<Pred, projected_t<Projection, std::ranges::range_reference_t<R>>>>);
    const auto first = std::ranges::begin(r);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    const auto wanted = [&](std::size_t i) {
        return detail::algorithm::invoke(pred, detail::algorithm::invoke(project, detail::algorithm::nth(first, i)));
    };
    std::size_t total = 0;
    if constexpr (detail::algorithm::packs_in_place<R>) {
        total = detail::algorithm::pack_in_place<true>(std::ranges::data(r), n, wanted);
    } else {
        const detail::algorithm::selection chosen(n, wanted);
        detail::algorithm::apply_selection(chosen, first, n);
        total = chosen.total();
    }
    return {detail::algorithm::past(first, total), detail::algorithm::past(first, n)};
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Pred, class Projection = std::identity>
subrange<I> par_stable_partition(I first, S last, const Pred& pred, const Projection& project = {})
{
    return weft::par_stable_partition(detail::algorithm::between(first, last), pred, project);
}

/// As par_stable_partition; promises nothing about the order within the sides, and needs no scratch memory for elements
/// that are plain bytes.
///
/// Throws: what `pred` throws, std::bad_alloc; the range holds its elements then, in some order.
template <detail::algorithm::elements R, detail::algorithm::function Pred, class Projection = std::identity>
borrowed_subrange_t<R> par_partition(R&& r, const Pred& pred, const Projection& project = {})
{
    using detail::algorithm::check_predicate;
    using detail::algorithm::projected_t;
    static_assert(detail::sound<detail::algorithm::check_permutable<std::ranges::iterator_t<R>>>);
    static_assert(detail::sound<check_predicate<Pred, projected_t<Projection, std::ranges::range_reference_t<R>>>>);
    if constexpr (detail::algorithm::packs_in_place<R>) {
        using value = std::ranges::range_value_t<R>;
        const auto first = std::ranges::begin(r);
        const auto n = static_cast<std::size_t>(std::ranges::size(r));
        const auto keep = [&](value& x) {
            return static_cast<bool>(detail::algorithm::invoke(pred, detail::algorithm::invoke(project, x)));
        };
        const std::size_t total = with_context([&](fork_context c) {
            value* const data = std::ranges::data(r);
            if (n < detail::algorithm::worth_par_partition || c.num_threads() == 1)
                return detail::algorithm::partition_all(data, n, keep);
            return detail::algorithm::par_partition_by(c, data, n, [&](value* piece, std::size_t length) {
                return detail::algorithm::partition_all(piece, length, keep);
            });
        });
        return {detail::algorithm::past(first, total), detail::algorithm::past(first, n)};
    } else {
        return weft::par_stable_partition(std::forward<R>(r), pred, project);
    }
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Pred, class Projection = std::identity>
subrange<I> par_partition(I first, S last, const Pred& pred, const Projection& project = {})
{
    return weft::par_partition(detail::algorithm::between(first, last), pred, project);
}

/// Keeps the first of each run of equals, in order, at the front. Returns the range behind them, whose elements are
/// unspecified, as std::ranges::unique.
///
/// Throws: what the comparison throws, std::bad_alloc; nothing has changed then.
template <detail::algorithm::elements R, detail::algorithm::function Equal = std::ranges::equal_to,
          class Projection = std::identity>
borrowed_subrange_t<R> par_unique(R&& r, const Equal& equal = {}, const Projection& project = {})
{
    using key = detail::algorithm::projected_t<Projection, std::ranges::range_reference_t<R>>;
    static_assert(detail::sound<detail::algorithm::check_permutable<std::ranges::iterator_t<R>>>);
    static_assert(detail::sound<detail::algorithm::check_comparison<Equal, key, key>>);
    const auto first = std::ranges::begin(r);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    const auto wanted = [&](std::size_t i) {
        return i == 0 || !detail::algorithm::invoke(
                             equal, detail::algorithm::invoke(project, detail::algorithm::nth(first, i - 1)),
                             detail::algorithm::invoke(project, detail::algorithm::nth(first, i)));
    };
    std::size_t total = n;
    if constexpr (detail::algorithm::packs_in_place<R>) {
        total = detail::algorithm::pack_in_place<false>(std::ranges::data(r), n, wanted);
    } else {
        const detail::algorithm::selection chosen(n, wanted);
        if (chosen.total() != n) detail::algorithm::apply_selection(chosen, first, n);
        total = chosen.total();
    }
    return {detail::algorithm::past(first, total), detail::algorithm::past(first, n)};
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Equal = std::ranges::equal_to,
          class Projection = std::identity>
subrange<I> par_unique(I first, S last, const Equal& equal = {}, const Projection& project = {})
{
    return weft::par_unique(detail::algorithm::between(first, last), equal, project);
}

}  // namespace weft
