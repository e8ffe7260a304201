// weft/algorithm/par_transform.hpp - fill, transform and tabulate in parallel.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/tiles.hpp>

#include <cstddef>
#include <iterator>
#include <ranges>

namespace weft {

/// Assigns `value` to every element.
///
/// Throws: what the assignment throws.
template <std::ranges::random_access_range R, class T>
    requires std::ranges::sized_range<R>
void par_fill(R&& r, const T& value)
{
    const auto first = std::ranges::begin(r);
    detail::algorithm::for_tiles(static_cast<std::size_t>(std::ranges::size(r)),
                                 [&](std::size_t, std::size_t lo, std::size_t hi) {
                                     for (std::size_t i = lo; i < hi; ++i) detail::algorithm::nth(first, i) = value;
                                 });
}

/// out[i] = f(in[i]); returns the end of the output, which may be the input itself.
///
/// Throws: what `f` or an assignment throws.
template <std::ranges::random_access_range R, std::random_access_iterator Out, class F>
    requires std::ranges::sized_range<R>
Out par_transform(R&& in, Out out, const F& f)
{
    const auto first = std::ranges::begin(in);
    const auto n = static_cast<std::size_t>(std::ranges::size(in));
    detail::algorithm::for_tiles(n, [&](std::size_t, std::size_t lo, std::size_t hi) {
        for (std::size_t i = lo; i < hi; ++i)
            detail::algorithm::nth(out, i) = detail::algorithm::invoke(f, detail::algorithm::nth(first, i));
    });
    return detail::algorithm::past(out, n);
}

/// out[i] = f(a[i], b[i]) for as many as the shorter input has; returns the end of the output, which may be one of the
/// inputs.
///
/// Throws: what `f` or an assignment throws.
template <std::ranges::random_access_range A, std::ranges::random_access_range B, std::random_access_iterator Out,
          class F>
    requires std::ranges::sized_range<A> && std::ranges::sized_range<B>
Out par_transform(A&& a, B&& b, Out out, const F& f)
{
    const auto first = std::ranges::begin(a);
    const auto second = std::ranges::begin(b);
    const auto in_a = static_cast<std::size_t>(std::ranges::size(a));
    const auto in_b = static_cast<std::size_t>(std::ranges::size(b));
    const std::size_t n = in_a < in_b ? in_a : in_b;
    detail::algorithm::for_tiles(n, [&](std::size_t, std::size_t lo, std::size_t hi) {
        for (std::size_t i = lo; i < hi; ++i) {
            detail::algorithm::nth(out, i) =
                detail::algorithm::invoke(f, detail::algorithm::nth(first, i), detail::algorithm::nth(second, i));
        }
    });
    return detail::algorithm::past(out, n);
}

/// r[i] = f(i). Memory that was never written is placed near the thread that writes it.
template <std::ranges::random_access_range R, class F>
    requires std::ranges::sized_range<R>
void par_tabulate(R&& r, const F& f)
{
    const auto first = std::ranges::begin(r);
    detail::algorithm::for_tiles(static_cast<std::size_t>(std::ranges::size(r)),
                                 [&](std::size_t, std::size_t lo, std::size_t hi) {
                                     for (std::size_t i = lo; i < hi; ++i)
                                         detail::algorithm::nth(first, i) = detail::algorithm::invoke(f, i);
                                 });
}

}  // namespace weft
