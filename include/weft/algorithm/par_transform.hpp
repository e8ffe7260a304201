// weft/algorithm/par_transform.hpp - fill, transform and tabulate in parallel.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/tiles.hpp>
#include <weft/base/detail/code_place.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/observed_region.hpp>

#include <cstddef>
#include <type_traits>

namespace weft {

namespace detail::algorithm {

/// Two arrays, which could be taken for a pair of pointers, where the function takes an element of each.
template <class I, class S, class F, class Projection>
inline constexpr bool two_arrays = [] {
    if constexpr (std::is_pointer_v<I> && std::is_pointer_v<S> && takes<Projection, std::iter_reference_t<I>>) {
        using item = std::invoke_result_t<const Projection&, std::iter_reference_t<I>>;
        return !takes<F, item> && takes<F, item, std::iter_reference_t<S>>;
    } else {
        return false;
    }
}();

}  // namespace detail::algorithm

/// Assigns `value` to every element; returns the end of the range.
///
/// Throws: what the assignment throws.
template <detail::algorithm::elements R, class T>
auto par_fill(R&& r, const T& value, detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    static_assert(detail::sound<detail::algorithm::check_written<std::ranges::iterator_t<R>>>);
    const auto first = std::ranges::begin(r);
    detail::algorithm::for_pieces(static_cast<std::size_t>(std::ranges::size(r)), [&](std::size_t lo, std::size_t hi) {
        for (std::size_t i = lo; i < hi; ++i) detail::algorithm::nth(first, i) = value;
    });
    // A deduced type: some compilers would look at it before they say what is wrong with R.
    return std::ranges::borrowed_iterator_t<R>(std::ranges::next(std::ranges::begin(r), std::ranges::end(r)));
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, class T>
I par_fill(I first, S last, const T& value, detail::code_place where = detail::code_place::here())
{
    return weft::par_fill(detail::algorithm::between(first, last), value, where);
}

/// out[i] = f(project(in[i])); returns the end of the output, which may be the input itself.
///
/// Throws: what `f`, the projection or an assignment throws.
template <detail::algorithm::elements R, class Out, detail::algorithm::function F,
          detail::algorithm::function Projection = std::identity>
    requires detail::algorithm::output<Out>  // checked last: with two ranges `out` would be the second of them
Out par_transform(R&& in, Out out, const F& f, const Projection& project = {},
                  detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    using item = detail::algorithm::projected_t<Projection, std::ranges::range_reference_t<R>>;
    static_assert(detail::sound<detail::algorithm::check_transform<F, std::iter_reference_t<Out>, item>>);
    const auto first = std::ranges::begin(in);
    const auto n = static_cast<std::size_t>(std::ranges::size(in));
    detail::algorithm::for_pieces(n, [&](std::size_t lo, std::size_t hi) {
        for (std::size_t i = lo; i < hi; ++i) {
            detail::algorithm::nth(out, i) =
                detail::algorithm::invoke(f, detail::algorithm::invoke(project, detail::algorithm::nth(first, i)));
        }
    });
    return detail::algorithm::past(out, n);
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, detail::algorithm::output_iterator Out, class F,
          class Projection = std::identity>
    requires(!detail::algorithm::two_arrays<I, S, F, Projection>)
Out par_transform(I first, S last, Out out, const F& f, const Projection& project = {},
                  detail::code_place where = detail::code_place::here())
{
    return weft::par_transform(detail::algorithm::between(first, last), out, f, project, where);
}

/// out[i] = f(project_a(a[i]), project_b(b[i])) for as many elements as the shorter input has; returns the end of the
/// output, which may be one of the inputs.
///
/// Throws: what `f`, a projection or an assignment throws.
template <detail::algorithm::elements A, detail::algorithm::elements B, detail::algorithm::output Out,
          detail::algorithm::function F, class ProjectionA = std::identity, class ProjectionB = std::identity>
Out par_transform(A&& a, B&& b, Out out, const F& f, const ProjectionA& project_a = {},
                  const ProjectionB& project_b = {}, detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    using item_a = detail::algorithm::projected_t<ProjectionA, std::ranges::range_reference_t<A>>;
    using item_b = detail::algorithm::projected_t<ProjectionB, std::ranges::range_reference_t<B>>;
    static_assert(detail::sound<detail::algorithm::check_transform<F, std::iter_reference_t<Out>, item_a, item_b>>);
    const auto first = std::ranges::begin(a);
    const auto second = std::ranges::begin(b);
    const auto in_a = static_cast<std::size_t>(std::ranges::size(a));
    const auto in_b = static_cast<std::size_t>(std::ranges::size(b));
    const std::size_t n = in_a < in_b ? in_a : in_b;
    detail::algorithm::for_pieces(n, [&](std::size_t lo, std::size_t hi) {
        for (std::size_t i = lo; i < hi; ++i) {
            detail::algorithm::nth(out, i) =
                detail::algorithm::invoke(f, detail::algorithm::invoke(project_a, detail::algorithm::nth(first, i)),
                                          detail::algorithm::invoke(project_b, detail::algorithm::nth(second, i)));
        }
    });
    return detail::algorithm::past(out, n);
}

/// The same for the elements first_a .. last_a - 1 and first_b .. last_b - 1.
template <detail::algorithm::place A, std::sized_sentinel_for<A> EndA, detail::algorithm::place B,
          std::sized_sentinel_for<B> EndB, detail::algorithm::output_iterator Out, class F,
          class ProjectionA = std::identity, class ProjectionB = std::identity>
Out par_transform(A first_a, EndA last_a, B first_b, EndB last_b, Out out, const F& f,
                  const ProjectionA& project_a = {}, const ProjectionB& project_b = {},
                  detail::code_place where = detail::code_place::here())
{
    return weft::par_transform(detail::algorithm::between(first_a, last_a), detail::algorithm::between(first_b, last_b),
                               out, f, project_a, project_b, where);
}

/// r[i] = f(i). Memory that was never written before is placed near the thread that writes it.
template <detail::algorithm::elements R, class F>
void par_tabulate(R&& r, const F& f, detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    static_assert(detail::sound<detail::algorithm::check_written<std::ranges::iterator_t<R>>>);
    static_assert(detail::sound<detail::algorithm::check_transform<F, std::ranges::range_reference_t<R>, std::size_t>>);
    const auto first = std::ranges::begin(r);
    detail::algorithm::for_pieces(static_cast<std::size_t>(std::ranges::size(r)), [&](std::size_t lo, std::size_t hi) {
        for (std::size_t i = lo; i < hi; ++i) detail::algorithm::nth(first, i) = detail::algorithm::invoke(f, i);
    });
}

}  // namespace weft
