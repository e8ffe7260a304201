// weft/algorithm/detail/invoke.hpp - how algorithms call functions, and which parts of the results they may keep.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/invoke.hpp>

#include <type_traits>
#include <utility>

namespace weft::detail::algorithm {

using detail::invoke;

/// A key in a form that may be kept. `Key` is what a key function made of an element, `Ref` the type by which the
/// element came, `Value` the element's own type: a key of an element that came as a reference may refer to it; the key
/// of an element that was made on the fly is a value of its own, and a key that is a proxy of the element (the
/// reference of a std::vector<bool>) is the element's value.
template <class Key, class Ref, class Value>
struct kept_key {
    using plain = std::remove_cvref_t<Key>;
    static constexpr bool stands_in = !std::is_reference_v<Ref> && std::is_same_v<plain, std::remove_cv_t<Ref>> &&
                                      std::is_constructible_v<Value, Key>;
    using value = std::conditional_t<stands_in, Value, plain>;
    static constexpr bool refers = std::is_reference_v<Ref> || !std::is_constructible_v<value, Key>;
    using type = std::conditional_t<refers, Key, value>;
};

/// The default operation of scans and reductions.
struct plus {
    template <class A, class B>
    constexpr auto operator()(A&& a, B&& b) const -> decltype(std::forward<A>(a) + std::forward<B>(b))
    {
        return std::forward<A>(a) + std::forward<B>(b);
    }
};

}  // namespace weft::detail::algorithm
