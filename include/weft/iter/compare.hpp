// weft/iter/compare.hpp - equal and compare_three_way: two chains, item by item.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/find.hpp>
#include <weft/iter/find_map.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/iter/zip.hpp>

#include <compare>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

template <class A, class B>
struct check_equal_items {
    static_assert(
        requires(const std::remove_reference_t<A>& a, const std::remove_reference_t<B>& b) {
            static_cast<bool>(a == b);
        }, "weft: the items of both chains cannot be compared by ==");
};
template <class A, class B>
struct check_three_way {
    static_assert(
        requires(const std::remove_reference_t<A>& a, const std::remove_reference_t<B>& b) { a <=> b; },
        "weft: the items of both chains cannot be compared by <=>");
};

}  // namespace detail

template <class Self>
template <class Other>
bool par_iterator<Self>::equal(Other&& other, place where)
{
    const auto region = this->region_at(where);
    auto right = detail::as_source(std::forward<Other>(other));
    detail::check_random<decltype(right)>();
    detail::check_equal_items<typename Self::item, typename decltype(right)::item>();
    if (size() != right.size()) return false;
    return zip(std::move(right)).all_of([](const auto& a, const auto& b) { return static_cast<bool>(a == b); }, where);
}

template <class Self>
template <class Other>
auto par_iterator<Self>::compare_three_way(Other&& other, place where)
{
    const auto region = this->region_at(where);
    auto right = detail::as_source(std::forward<Other>(other));
    detail::check_random<decltype(right)>();
    detail::check_three_way<typename Self::item, typename decltype(right)::item>();
    using ordering = decltype(std::declval<typename Self::item&>() <=> std::declval<typename decltype(right)::item&>());
    const std::size_t mine = size();
    const std::size_t theirs = right.size();
    const std::optional<ordering> first = zip(std::move(right))
                                              .find_map_first(
                                                  [](const auto& a, const auto& b) -> std::optional<ordering> {
                                                      const ordering c = a <=> b;
                                                      if (c == 0) return std::nullopt;
                                                      return c;
                                                  },
                                                  where);
    return first ? *first : ordering(mine <=> theirs);
}

}  // namespace weft
