// weft/algorithm/subrange.hpp - a part of a range, between two of its iterators.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>

#include <cstddef>

namespace weft {

/// What the partitions and par_unique return: two iterators. As std::ranges::subrange, which brings all views along,
/// and which Clang before version 16 cannot compile with libstdc++. `auto [first, last]` takes it apart.
///
/// Example: examples/algorithm/filter.cpp
template <class It>
struct subrange {
    It first;
    It last;

    [[nodiscard]] constexpr It begin() const { return first; }
    [[nodiscard]] constexpr It end() const { return last; }
    [[nodiscard]] constexpr bool empty() const { return first == last; }
    [[nodiscard]] constexpr std::size_t size() const { return static_cast<std::size_t>(last - first); }
};

namespace detail {

/// As std::ranges::dangling: returned in place of iterators into a container that is gone.
struct dangling {
    template <class... X>
    constexpr dangling(X&&...) noexcept
    {
    }
};

template <class R>
struct part_of {
    using type = dangling;
};
template <std::ranges::borrowed_range R>
struct part_of<R> {
    using type = subrange<std::ranges::iterator_t<R>>;
};

/// As std::ranges::borrowed_subrange_t.
template <class R>
using borrowed_subrange_t = typename part_of<R>::type;

}  // namespace detail
}  // namespace weft

template <class It>
inline constexpr bool std::ranges::enable_borrowed_range<weft::subrange<It>> = true;
