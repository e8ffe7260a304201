// weft/algorithm/detail/nan_to_end.hpp - moves NaN keys to the end, so that `<` orders the rest.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/nth.hpp>
#include <weft/algorithm/detail/ordered.hpp>
#include <weft/algorithm/detail/partition.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/context.hpp>

#include <cstddef>

namespace weft::detail::algorithm {

/// Moves the elements that `keep` accepts to the front; returns how many. Both sides keep their order. In place.
template <class I, class Keep>
std::size_t stable_partition_in_place(fork_context c, I first, std::size_t n, const Keep& keep)
{
    constexpr std::size_t worth_a_fork = 4096;
    if (n == 0) return 0;
    if (n == 1) return keep(*first) ? 1 : 0;
    const std::size_t middle = n / 2;
    std::size_t left = 0;
    std::size_t right = 0;
    const auto lower = [&](fork_context k) { left = algorithm::stable_partition_in_place(k, first, middle, keep); };
    const auto upper = [&](fork_context k) {
        right = algorithm::stable_partition_in_place(k, past(first, middle), n - middle, keep);
    };
    if (n > worth_a_fork && c.wanted()) {
        weft::fork_join(c, lower, upper);
    } else {
        lower(c);
        upper(c);
    }
    if (left != middle && right != 0) {
        // The unwanted elements come before the wanted ones: they change places, by three reversals.
        const I from = past(first, left);
        const std::size_t others = middle - left;
        algorithm::reverse(c, from, others, 0, others / 2);
        algorithm::reverse(c, past(from, others), right, 0, right / 2);
        algorithm::reverse(c, from, others + right, 0, (others + right) / 2);
    }
    return left + right;
}

/// Moves the elements whose keys are NaN to the end, if `Less` has such keys; returns how many others there are.
template <bool Stable, class I, class Less>
std::size_t nan_to_end(fork_context c, I first, std::size_t n, const Less& less)
{
    if constexpr (Less::template has_nan<std::iter_reference_t<I>>) {
        // Nearly always there are none.
        if (algorithm::all_good<64>(c, 0, n, [&](std::size_t i) { return !less.is_nan(nth(first, i)); })) return n;
        const auto number = [&](const auto& x) { return !less.failed() && !less.is_nan(x); };
        if constexpr (Stable) {
            return algorithm::stable_partition_in_place(c, first, n, number);
        } else {
            return algorithm::par_partition_by(
                c, first, n, [&](I from, std::size_t size) { return algorithm::partition_all(from, size, number); });
        }
    } else {
        return n;
    }
}

}  // namespace weft::detail::algorithm
