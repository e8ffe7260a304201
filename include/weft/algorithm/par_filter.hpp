// weft/algorithm/par_filter.hpp - copy_if, partition and unique in parallel.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One engine: tests each element once and counts per tile, then places each element. Elements that are plain bytes are
// packed into a buffer while they are tested, without a branch, and go to their place from there: some tiles at a time,
// so that the memory is read once and written once.
#pragma once

#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/partition.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/scratch.hpp>
#include <weft/algorithm/detail/tiles.hpp>
#include <weft/algorithm/subrange.hpp>
#include <weft/base/detail/code_place.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/context.hpp>
#include <weft/pool/observed_region.hpp>
#include <weft/simd/detail/stream_copy.hpp>

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
    selection(std::size_t n, const Wanted& wanted, loop_memory& memory = memory_of<Wanted>)
        : size_(n), flags_(n), starts_(tile_count(n))
    {
        const auto test = [&](std::size_t lo, std::size_t hi) {
            for (std::size_t i = lo; i < hi; ++i) flags_.data()[i] = static_cast<bool>(wanted(i));
        };
        algorithm::for_pieces(n, test, memory);
        algorithm::for_tiles(n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
            starts_[tile] = static_cast<std::size_t>(std::count(flags_.data() + lo, flags_.data() + hi, true));
        });
        for (std::size_t& start : starts_) start = std::exchange(total_, total_ + start);
    }
    [[nodiscard]] std::size_t total() const noexcept { return total_; }

    /// Calls yes(i, place) for wanted elements and no(i, place) for the others; each side's places count from 0.
    template <class Yes, class No>
    void place(const Yes& yes, const No& no) const
    {
        algorithm::for_tiles(size_, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
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

/// Whether the elements are to be tested in pieces, by a selection, for they take long, or some of them do.
template <class Wanted>
bool prefers_selection(const Wanted&, std::size_t n)
{
    return tile_watch::prefers_pieces(memory_of<Wanted>, n);
}

/// Moves the wanted elements to the front and the others after them, both in order.
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

/// Elements of which copies may be written that nobody will look at.
template <class T>
inline constexpr bool plain_bytes =
    std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T> && sizeof(T) <= 64;

template <class T>
void copy_bytes(T* to, const T* from, std::size_t n, bool streaming)
{
    if (streaming) {
        detail::stream_copy(to, from, n * sizeof(T));
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
    weft::with_context([&](fork_context c) {
        const std::size_t tiles = tile_count(n);
        const std::size_t round = tiles_in_round(c, n, 2 * tile_length * sizeof(T));
        const raw_scratch<T> buffer(std::min(n, round * tile_length));
        std::vector<std::size_t> starts(round + 1);
        for (std::size_t begin = 0; begin < tiles; begin += round) {
            const std::size_t end = std::min(tiles, begin + round);
            algorithm::run_tiles(c, begin, end, n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
                T* const room = buffer.data() + (tile - begin) * tile_length;
                tile_watch watch(memory_of<Wanted>);
                std::size_t count = 0;
                for (std::size_t i = lo; i < hi; ++i) {
                    room[count] = nth(first, i);
                    count += static_cast<bool>(wanted(i)) ? 1 : 0;
                }
                watch.done(hi - lo);
                starts[tile - begin + 1] = count;
            });
            starts[0] = total;
            for (std::size_t k = 1; k <= end - begin; ++k) starts[k] += starts[k - 1];
            total = starts[end - begin];
            algorithm::run_tiles(c, begin, end, n, [&](std::size_t tile, std::size_t, std::size_t) {
                const T* const room = buffer.data() + (tile - begin) * tile_length;
                const std::size_t at = starts[tile - begin];
                const std::size_t count = starts[tile - begin + 1] - at;
                if constexpr (std::contiguous_iterator<Out> && std::is_same_v<std::iter_value_t<Out>, T>) {
                    algorithm::copy_bytes(std::to_address(out) + at, room, count, streaming);
                } else {
                    for (std::size_t i = 0; i < count; ++i)
                        nth(out, at + i) = static_cast<std::iter_value_t<Out>>(room[i]);
                }
            });
        }
    });
    return total;
}

/// Moves the wanted elements to the front, in order, and with `Others` the others after them, in order; returns how
/// many are wanted.
template <bool Others, class T, class Wanted>
std::size_t pack_in_place(T* first, std::size_t n, const Wanted& wanted)
{
    // All must be tested before anything is overwritten. Each tile is packed from both ends of its part.
    const raw_scratch<T> buffer(n);
    std::vector<std::size_t> starts(tile_count(n) + 1);
    algorithm::for_tiles(n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
        T* const room = buffer.data() + lo;
        const std::size_t length = hi - lo;
        tile_watch watch(memory_of<Wanted>);
        std::size_t count = 0;
        for (std::size_t i = 0; i < length; ++i) {
            const T x = first[lo + i];
            const bool yes = static_cast<bool>(wanted(lo + i));
            if constexpr (Others) {
                // Both places are free, and the one that was not meant is overwritten later.
                room[count] = x;
                room[yes ? count : length - 1 - (i - count)] = x;
            } else {
                room[count] = x;
            }
            count += yes ? 1 : 0;
        }
        watch.done(length);
        starts[tile + 1] = count;
    });
    for (std::size_t tile = 1; tile < starts.size(); ++tile) starts[tile] += starts[tile - 1];
    const std::size_t total = starts.back();
    algorithm::for_tiles(n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
        const T* const room = buffer.data() + lo;
        const std::size_t count = starts[tile + 1] - starts[tile];
        algorithm::copy_bytes(first + starts[tile], room, count, n * sizeof(T) >= 2 * worth_streaming);
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
/// Cost:     a buffer for some tiles, or one byte of memory per element if the elements are not plain bytes.
template <detail::algorithm::elements R, detail::algorithm::output Out, detail::algorithm::function Pred,
          class Projection = std::identity>
Out par_copy_if(R&& in, Out out, const Pred& pred, const Projection& project = {},
                detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
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
        if (!detail::algorithm::prefers_selection(wanted, n))
            return detail::algorithm::past(out, detail::algorithm::pack<value>(first, n, out, wanted));
    }
    const detail::algorithm::selection chosen(n, wanted);
    chosen.place(
        [&](std::size_t i, std::size_t at) {
            if constexpr (detail::algorithm::plain_bytes<value>) {
                detail::algorithm::nth(out, at) =
                    static_cast<std::iter_value_t<Out>>(static_cast<value>(detail::algorithm::nth(first, i)));
            } else {
                detail::algorithm::nth(out, at) = detail::algorithm::nth(first, i);
            }
        },
        [](std::size_t, std::size_t) {});
    return detail::algorithm::past(out, chosen.total());
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, detail::algorithm::output_iterator Out, class Pred,
          class Projection = std::identity>
Out par_copy_if(I first, S last, Out out, const Pred& pred, const Projection& project = {},
                detail::code_place where = detail::code_place::here())
{
    return weft::par_copy_if(detail::algorithm::between(first, last), out, pred, project, where);
}

/// Moves the elements that satisfy `pred` before the others and keeps the order on both sides. Returns the range of the
/// others, as std::ranges::stable_partition does.
///
/// Throws: what `pred` throws, std::bad_alloc; nothing has changed then.
/// Cost:   scratch memory for all elements.
template <detail::algorithm::elements R, detail::algorithm::function Pred, class Projection = std::identity>
detail::borrowed_subrange_t<R> par_stable_partition(R&& r, const Pred& pred, const Projection& project = {},
                                                    detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    using detail::algorithm::check_predicate;
    using detail::algorithm::projected_t;
    static_assert(detail::sound<detail::algorithm::check_permutable<std::ranges::iterator_t<R>>>);
    static_assert(detail::sound<check_predicate<Pred, projected_t<Projection, std::ranges::range_reference_t<R>>>>);
    const auto first = std::ranges::begin(r);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    const auto wanted = [&](std::size_t i) {
        return detail::algorithm::invoke(pred, detail::algorithm::invoke(project, detail::algorithm::nth(first, i)));
    };
    const auto others = [&](std::size_t from) {
        return detail::borrowed_subrange_t<R>{detail::algorithm::past(first, from), detail::algorithm::past(first, n)};
    };
    if constexpr (detail::algorithm::packs_in_place<R>) {
        if (!detail::algorithm::prefers_selection(wanted, n))
            return others(detail::algorithm::pack_in_place<true>(std::ranges::data(r), n, wanted));
    }
    const detail::algorithm::selection chosen(n, wanted);
    detail::algorithm::apply_selection(chosen, first, n);
    return others(chosen.total());
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Pred, class Projection = std::identity>
subrange<I> par_stable_partition(I first, S last, const Pred& pred, const Projection& project = {},
                                 detail::code_place where = detail::code_place::here())
{
    return weft::par_stable_partition(detail::algorithm::between(first, last), pred, project, where);
}

/// As par_stable_partition, but promises nothing about the order within the sides, and needs no scratch memory for
/// elements that are plain bytes unless `pred` takes long.
///
/// Throws: what `pred` throws, std::bad_alloc; the range holds its elements then, in some order.
template <detail::algorithm::elements R, detail::algorithm::function Pred, class Projection = std::identity>
detail::borrowed_subrange_t<R> par_partition(R&& r, const Pred& pred, const Projection& project = {},
                                             detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
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
        const auto others = [&](std::size_t from) {
            return detail::borrowed_subrange_t<R>{detail::algorithm::past(first, from),
                                                  detail::algorithm::past(first, n)};
        };
        auto& memory = detail::algorithm::memory_of<decltype(keep)>;
        value* const data = std::ranges::data(r);
        if (detail::algorithm::tile_watch::prefers_pieces(memory, n)) {
            const detail::algorithm::selection chosen(n, [&](std::size_t i) { return keep(data[i]); }, memory);
            detail::algorithm::apply_selection(chosen, data, n);
            return others(chosen.total());
        }
        const auto partition = [&](value* piece, std::size_t length) {
            detail::algorithm::tile_watch watch(memory);
            const std::size_t kept = detail::algorithm::partition_all(piece, length, keep);
            watch.done(length);
            return kept;
        };
        return others(weft::with_context([&](fork_context c) {
            if (n < detail::algorithm::worth_par_partition || c.num_threads() == 1) return partition(data, n);
            return detail::algorithm::par_partition_by(c, data, n, partition);
        }));
    } else {
        return weft::par_stable_partition(std::forward<R>(r), pred, project, where);
    }
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Pred, class Projection = std::identity>
subrange<I> par_partition(I first, S last, const Pred& pred, const Projection& project = {},
                          detail::code_place where = detail::code_place::here())
{
    return weft::par_partition(detail::algorithm::between(first, last), pred, project, where);
}

/// Keeps the first of each run of equals, in order, at the front. Returns the range after them, whose elements are
/// unspecified, as std::ranges::unique does.
///
/// Throws: what the comparison throws, std::bad_alloc; nothing has changed then.
template <detail::algorithm::elements R, detail::algorithm::function Equal = std::ranges::equal_to,
          class Projection = std::identity>
detail::borrowed_subrange_t<R> par_unique(R&& r, const Equal& equal = {}, const Projection& project = {},
                                          detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
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
    const auto rest = [&](std::size_t from) {
        return detail::borrowed_subrange_t<R>{detail::algorithm::past(first, from), detail::algorithm::past(first, n)};
    };
    if constexpr (detail::algorithm::packs_in_place<R>) {
        if (!detail::algorithm::prefers_selection(wanted, n))
            return rest(detail::algorithm::pack_in_place<false>(std::ranges::data(r), n, wanted));
    }
    const detail::algorithm::selection chosen(n, wanted);
    if (chosen.total() != n) detail::algorithm::apply_selection(chosen, first, n);
    return rest(chosen.total());
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class Equal = std::ranges::equal_to,
          class Projection = std::identity>
subrange<I> par_unique(I first, S last, const Equal& equal = {}, const Projection& project = {},
                       detail::code_place where = detail::code_place::here())
{
    return weft::par_unique(detail::algorithm::between(first, last), equal, project, where);
}

}  // namespace weft
