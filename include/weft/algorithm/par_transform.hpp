// weft/algorithm/par_transform.hpp - fill, transform and tabulate in parallel.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/tiles.hpp>
#include <weft/base/ranges.hpp>

#include <cstddef>

namespace weft {

/// Assigns `value` to every element.
///
/// Throws: what the assignment throws.
template <detail::algorithm::elements R, class T>
void par_fill(R&& r, const T& value)
{
    const auto first = std::ranges::begin(r);
    detail::algorithm::for_tiles(static_cast<std::size_t>(std::ranges::size(r)),
                                 [&](std::size_t, std::size_t lo, std::size_t hi) {
                                     for (std::size_t i = lo; i < hi; ++i) detail::algorithm::nth(first, i) = value;
                                 });
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class T>
void par_fill(I first, S last, const T& value)
{
    weft::par_fill(detail::algorithm::between(first, last), value);
}

/// out[i] = f(in[i]); returns the end of the output, which may be the input itself.
///
/// Throws: what `f` or an assignment throws.
template <detail::algorithm::elements R, detail::algorithm::output Out, detail::algorithm::function F>
Out par_transform(R&& in, Out out, const F& f)
{
    static_assert(
        detail::sound<
            detail::algorithm::check_transform<F, std::iter_reference_t<Out>, std::ranges::range_reference_t<R>>>);
    const auto first = std::ranges::begin(in);
    const auto n = static_cast<std::size_t>(std::ranges::size(in));
    detail::algorithm::for_tiles(n, [&](std::size_t, std::size_t lo, std::size_t hi) {
        for (std::size_t i = lo; i < hi; ++i)
            detail::algorithm::nth(out, i) = detail::algorithm::invoke(f, detail::algorithm::nth(first, i));
    });
    return detail::algorithm::past(out, n);
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, detail::algorithm::output_iterator Out, class F>
Out par_transform(I first, S last, Out out, const F& f)
{
    return weft::par_transform(detail::algorithm::between(first, last), out, f);
}

/// out[i] = f(a[i], b[i]) for as many as the shorter input has; returns the end of the output, which may be one of the
/// inputs.
///
/// Throws: what `f` or an assignment throws.
template <detail::algorithm::elements A, detail::algorithm::elements B, detail::algorithm::output Out,
          detail::algorithm::function F>
Out par_transform(A&& a, B&& b, Out out, const F& f)
{
    static_assert(
        detail::sound<detail::algorithm::check_transform<
            F, std::iter_reference_t<Out>, std::ranges::range_reference_t<A>, std::ranges::range_reference_t<B>>>);
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

/// The same for the elements first_a .. last_a - 1 and first_b .. last_b - 1.
template <detail::algorithm::place A, std::sized_sentinel_for<A> EndA, detail::algorithm::place B,
          std::sized_sentinel_for<B> EndB, detail::algorithm::output_iterator Out, class F>
Out par_transform(A first_a, EndA last_a, B first_b, EndB last_b, Out out, const F& f)
{
    return weft::par_transform(detail::algorithm::between(first_a, last_a), detail::algorithm::between(first_b, last_b),
                               out, f);
}

/// r[i] = f(i). Memory that was never written is placed near the thread that writes it.
template <detail::algorithm::elements R, class F>
void par_tabulate(R&& r, const F& f)
{
    static_assert(detail::sound<detail::algorithm::check_transform<F, std::ranges::range_reference_t<R>, std::size_t>>);
    const auto first = std::ranges::begin(r);
    detail::algorithm::for_tiles(static_cast<std::size_t>(std::ranges::size(r)),
                                 [&](std::size_t, std::size_t lo, std::size_t hi) {
                                     for (std::size_t i = lo; i < hi; ++i)
                                         detail::algorithm::nth(first, i) = detail::algorithm::invoke(f, i);
                                 });
}

}  // namespace weft
