// weft/algorithm/par_scan.hpp - running totals in parallel.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Fixed tiles: first their totals, then the tiles themselves, starting from the totals before them; they are still in
// the caches then. So the memory is read once and written once, and floating-point results are the same for every
// number of threads. Numbers under a known operation are scanned block after block by all threads, which hand on the
// total in turns; where a function of the user's is called, no thread may wait for another, and all proceed in rounds.
#pragma once

#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/scan_numbers.hpp>
#include <weft/base/detail/code_place.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/observed_region.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace weft {

/// out[i] = in[0] op ... op in[i], for any associative `op`. Returns the end of the output, which needs room for all
/// and may be the input itself. `op` is called from several threads at once.
///
/// Throws:   what `op` or a copy throws, std::bad_alloc; the output then holds unspecified values.
/// Blocking: as join.
/// Cost:     two calls of `op` per element.
/// Source:   Blelloch, Prefix Sums and Their Applications, 1990.
template <detail::algorithm::elements R, detail::algorithm::output Out,
          detail::algorithm::function Op = detail::algorithm::plus>
Out par_inclusive_scan(R&& in, Out out, Op op = {}, detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    using value = std::ranges::range_value_t<R>;
    static_assert(detail::sound<detail::algorithm::check_operation<Op, value, std::ranges::range_reference_t<R>>>);
    const Op& combine = op;
    const auto n = static_cast<std::size_t>(std::ranges::size(in));
    const auto first = std::ranges::begin(in);
    if constexpr (detail::algorithm::scans_numbers<R, Out, value>) {
        detail::algorithm::number_scan<true, value, Op>(std::ranges::data(in), n, std::to_address(out),
                                                        combine)(std::nullopt);
    } else {
        detail::algorithm::scan_tiles<value>(
            n, std::nullopt, combine,
            [&](std::size_t lo, std::size_t hi) { return detail::algorithm::fold_tile<value>(first, lo, hi, combine); },
            [&](std::size_t lo, std::size_t hi, std::optional<value> start) {
                value total = start ? static_cast<value>(detail::algorithm::invoke(combine, std::move(*start),
                                                                                   detail::algorithm::nth(first, lo)))
                                    : static_cast<value>(detail::algorithm::nth(first, lo));
                detail::algorithm::nth(out, lo) = total;
                for (std::size_t i = lo + 1; i < hi; ++i) {
                    total = detail::algorithm::invoke(combine, std::move(total), detail::algorithm::nth(first, i));
                    detail::algorithm::nth(out, i) = total;
                }
            });
    }
    return detail::algorithm::past(out, n);
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, detail::algorithm::output_iterator Out,
          class Op = detail::algorithm::plus>
Out par_inclusive_scan(I first, S last, Out out, Op op = {}, detail::code_place where = detail::code_place::here())
{
    return weft::par_inclusive_scan(detail::algorithm::between(first, last), out, std::move(op), where);
}

/// out[i] = init op in[0] op ... op in[i - 1]; otherwise as par_inclusive_scan.
template <detail::algorithm::elements R, detail::algorithm::output Out, class T,
          detail::algorithm::function Op = detail::algorithm::plus>
Out par_exclusive_scan(R&& in, Out out, T init, Op op = {}, detail::code_place where = detail::code_place::here())
{
    const detail::observed_region region(where);
    static_assert(detail::sound<detail::algorithm::check_operation<Op, T, std::ranges::range_reference_t<R>>>);
    const Op& combine = op;
    const auto n = static_cast<std::size_t>(std::ranges::size(in));
    const auto first = std::ranges::begin(in);
    if constexpr (detail::algorithm::scans_numbers<R, Out, T>) {
        detail::algorithm::number_scan<false, T, Op>(std::ranges::data(in), n, std::to_address(out),
                                                     combine)(std::optional<T>(std::move(init)));
    } else {
        detail::algorithm::scan_tiles<T>(
            n, std::optional<T>(std::move(init)), combine,
            [&](std::size_t lo, std::size_t hi) { return detail::algorithm::fold_tile<T>(first, lo, hi, combine); },
            [&](std::size_t lo, std::size_t hi, std::optional<T> start) {
                if (!start) __builtin_unreachable();  // every tile has a total before it
                T total = std::move(*start);
                for (std::size_t i = lo; i < hi; ++i) {
                    // Read before the write: both may be the same element.
                    T next = detail::algorithm::invoke(combine, T(total), detail::algorithm::nth(first, i));
                    detail::algorithm::nth(out, i) = std::move(total);
                    total = std::move(next);
                }
            });
    }
    return detail::algorithm::past(out, n);
}

/// The same for the elements first .. last - 1.
template <detail::algorithm::place I, std::sized_sentinel_for<I> S, detail::algorithm::output_iterator Out, class T,
          class Op = detail::algorithm::plus>
Out par_exclusive_scan(I first, S last, Out out, T init, Op op = {},
                       detail::code_place where = detail::code_place::here())
{
    return weft::par_exclusive_scan(detail::algorithm::between(first, last), out, std::move(init), std::move(op),
                                    where);
}

}  // namespace weft
