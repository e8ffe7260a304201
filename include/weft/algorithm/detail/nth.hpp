// weft/algorithm/detail/nth.hpp - positions of iterators by unsigned indices.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>

#include <cstddef>

namespace weft::detail::algorithm {

// Objects, because the name of an object is never looked up among the functions of a user's namespace.

struct nth_element_of {
    template <class I>
    [[gnu::always_inline]] constexpr decltype(auto) operator()(I first, std::size_t i) const
    {
        return first[static_cast<std::iter_difference_t<I>>(i)];
    }
};
/// The element at first + i.
inline constexpr nth_element_of nth;

struct position_behind {
    template <class I>
    [[gnu::always_inline]] constexpr I operator()(I first, std::size_t i) const
    {
        return first + static_cast<std::iter_difference_t<I>>(i);
    }
};
/// first + i.
inline constexpr position_behind past;

}  // namespace weft::detail::algorithm
