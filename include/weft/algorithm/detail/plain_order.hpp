// weft/algorithm/detail/plain_order.hpp - which comparators mean the natural order, or its reverse.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <concepts>
#include <string>  // std::less and its like, without <functional>

namespace weft::detail::algorithm {

template <class Compare, class T>
concept plain_less = std::same_as<Compare, std::ranges::less> || std::same_as<Compare, std::less<>> ||
                     std::same_as<Compare, std::less<T>>;
template <class Compare, class T>
concept plain_greater = std::same_as<Compare, std::ranges::greater> || std::same_as<Compare, std::greater<>> ||
                        std::same_as<Compare, std::greater<T>>;
template <class Compare, class T>
concept plain_order = plain_less<Compare, T> || plain_greater<Compare, T>;

}  // namespace weft::detail::algorithm
