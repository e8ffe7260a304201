// weft/algorithm/par_filter.hpp - copy_if, partition and unique in parallel.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One engine: a pass that asks once per element and counts per tile, then a pass that places each element.
#pragma once

#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/tiles.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <ranges>
#include <utility>
#include <vector>

namespace weft {

namespace detail::algorithm {

/// Which elements are wanted, and where the wanted ones of each tile go.
class selection {
public:
    template <class Wanted>
    selection(std::size_t n, const Wanted& wanted)
        : size_(n), flags_(std::make_unique_for_overwrite<bool[]>(n)), starts_(tile_count(n))
    {
        for_tiles(n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
            std::size_t count = 0;
            for (std::size_t i = lo; i < hi; ++i) {
                flags_[i] = static_cast<bool>(wanted(i));
                count += flags_[i] ? 1 : 0;
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
                if (flags_[i]) {
                    yes(i, at++);
                } else {
                    no(i, i - at);
                }
            }
        });
    }

private:
    std::size_t size_;
    std::unique_ptr<bool[]> flags_;
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

}  // namespace detail::algorithm

/// Copies the elements that satisfy `pred` to `out`, in order; returns the end of what was written. `pred` is called
/// once per element, from several threads at once. The output must not overlap the input.
///
/// Throws:   what `pred` or a copy throws, std::bad_alloc.
/// Blocking: as join.
/// Cost:     one byte of memory per element.
template <std::ranges::random_access_range R, std::random_access_iterator Out, class Pred>
    requires std::ranges::sized_range<R>
Out par_copy_if(R&& in, Out out, const Pred& pred)
{
    const auto first = std::ranges::begin(in);
    const detail::algorithm::selection chosen(static_cast<std::size_t>(std::ranges::size(in)), [&](std::size_t i) {
        return detail::algorithm::invoke(pred, detail::algorithm::nth(first, i));
    });
    chosen.place(
        [&](std::size_t i, std::size_t at) { detail::algorithm::nth(out, at) = detail::algorithm::nth(first, i); },
        [](std::size_t, std::size_t) {});
    return detail::algorithm::past(out, chosen.total());
}

/// Moves the elements that satisfy `pred` before the others and keeps the order on both sides. Returns the range of the
/// others, as std::ranges::stable_partition.
///
/// Throws: what `pred` throws, std::bad_alloc; nothing has changed then.
/// Cost:   scratch memory for all elements.
template <std::ranges::random_access_range R, class Pred>
    requires std::ranges::sized_range<R> && std::permutable<std::ranges::iterator_t<R>>
std::ranges::borrowed_subrange_t<R> par_stable_partition(R&& r, const Pred& pred)
{
    const auto first = std::ranges::begin(r);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    const detail::algorithm::selection chosen(
        n, [&](std::size_t i) { return detail::algorithm::invoke(pred, detail::algorithm::nth(first, i)); });
    detail::algorithm::apply_selection(chosen, first, n);
    return {detail::algorithm::past(first, chosen.total()), detail::algorithm::past(first, n)};
}

/// As par_stable_partition; promises nothing about the order within the sides.
template <std::ranges::random_access_range R, class Pred>
    requires std::ranges::sized_range<R> && std::permutable<std::ranges::iterator_t<R>>
std::ranges::borrowed_subrange_t<R> par_partition(R&& r, const Pred& pred)
{
    return par_stable_partition(std::forward<R>(r), pred);
}

/// Keeps the first of each run of equals, in order, at the front. Returns the range behind them, whose elements are
/// unspecified, as std::ranges::unique.
///
/// Throws: what the comparison throws, std::bad_alloc; nothing has changed then.
template <std::ranges::random_access_range R, class Equal = std::ranges::equal_to>
    requires std::ranges::sized_range<R> && std::permutable<std::ranges::iterator_t<R>>
std::ranges::borrowed_subrange_t<R> par_unique(R&& r, const Equal& equal = {})
{
    const auto first = std::ranges::begin(r);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    const detail::algorithm::selection chosen(n, [&](std::size_t i) {
        return i == 0 || !detail::algorithm::invoke(equal, detail::algorithm::nth(first, i - 1),
                                                    detail::algorithm::nth(first, i));
    });
    if (chosen.total() != n) detail::algorithm::apply_selection(chosen, first, n);
    return {detail::algorithm::past(first, chosen.total()), detail::algorithm::past(first, n)};
}

}  // namespace weft
