// weft/base/detail/packed.hpp - which elements share their bytes with their neighbours.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft::detail {

/// Whether a reference `Ref` to a `Value` is a proxy for a bool, as that of std::vector<bool>. Such elements are bits:
/// if two threads write to neighbours they write to one word, and one of the writes is lost.
template <class Ref, class Value>
inline constexpr bool is_packed =
    std::is_class_v<Ref> && std::is_same_v<Value, bool> && std::is_assignable_v<Ref&, bool>;

/// The same for references to several elements at once.
template <class... Ref, class Value>
inline constexpr bool is_packed<std::tuple<Ref...>, Value> = (std::is_same_v<Ref, std::vector<bool>::reference> || ...);
template <class A, class B, class Value>
inline constexpr bool is_packed<std::pair<A, B>, Value> = is_packed<std::tuple<A, B>, Value>;

}  // namespace weft::detail
