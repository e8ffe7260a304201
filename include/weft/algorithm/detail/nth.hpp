// weft/algorithm/detail/nth.hpp - positions of iterators by unsigned numbers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/ranges.hpp>

#include <cstddef>

namespace weft::detail::algorithm {

template <class I>
[[gnu::always_inline]] inline decltype(auto) nth(I first, std::size_t i)
{
    return first[static_cast<std::iter_difference_t<I>>(i)];
}

template <class I>
[[gnu::always_inline]] inline I past(I first, std::size_t i)
{
    return first + static_cast<std::iter_difference_t<I>>(i);
}

}  // namespace weft::detail::algorithm
