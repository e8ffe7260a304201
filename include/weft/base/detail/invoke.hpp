// weft/base/detail/invoke.hpp - calls functions and members alike, without the weight of a standard header.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <type_traits>
#include <utility>

namespace weft::detail {

/// Whether T refers to an object that get() gives, as std::reference_wrapper does; that is not named here, since its
/// header is heavy.
template <class T>
concept wraps_reference = requires(T& t) {
    typename T::type;
    requires std::is_same_v<decltype(t.get()), typename T::type&>;
};

template <class M>
struct class_of_member;
template <class M, class C>
struct class_of_member<M C::*> {
    using type = C;
};

/// The object whose member M is meant: `x` itself, or what it points to.
template <class M, class X>
[[gnu::always_inline]] constexpr decltype(auto) object_of(X&& x)
{
    using plain = std::remove_cvref_t<X>;
    if constexpr (std::is_base_of_v<typename class_of_member<M>::type, plain>) {
        return static_cast<X&&>(x);
    } else if constexpr (wraps_reference<plain>) {
        return x.get();
    } else {
        return *static_cast<X&&>(x);
    }
}

/// f(args...), as std::invoke: f may also be a pointer to a member, of an object or of what a pointer of any kind or a
/// reference wrapper refers to.
template <class F, class First, class... Args>
[[gnu::always_inline]] constexpr decltype(auto) invoke(F&& f, First&& first, Args&&... args)
{
    using function = std::remove_cvref_t<F>;
    if constexpr (std::is_member_object_pointer_v<function>) {
        return (detail::object_of<function>(std::forward<First>(first)).*f);
    } else if constexpr (std::is_member_function_pointer_v<function>) {
// GCC assumes that any member might be virtual, and warns of a table for which a small object has no room.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Warray-bounds"
        return (detail::object_of<function>(std::forward<First>(first)).*f)(std::forward<Args>(args)...);
#pragma GCC diagnostic pop
    } else {
        return std::forward<F>(f)(std::forward<First>(first), std::forward<Args>(args)...);
    }
}

}  // namespace weft::detail
