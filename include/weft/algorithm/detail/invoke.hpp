// weft/algorithm/detail/invoke.hpp - calls functions and members alike, without the weight of a standard header.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <type_traits>
#include <utility>

namespace weft::detail::algorithm {

/// f(args...), also for pointers to members.
template <class F, class First, class... Args>
[[gnu::always_inline]] constexpr decltype(auto) invoke(F&& f, First&& first, Args&&... args)
{
    using function = std::remove_cvref_t<F>;
    if constexpr (std::is_member_object_pointer_v<function>) {
        return (std::forward<First>(first).*f);
    } else if constexpr (std::is_member_function_pointer_v<function>) {
        return (std::forward<First>(first).*f)(std::forward<Args>(args)...);
    } else {
        return std::forward<F>(f)(std::forward<First>(first), std::forward<Args>(args)...);
    }
}

/// The default operation of scans and reductions.
struct plus {
    template <class A, class B>
    constexpr auto operator()(A&& a, B&& b) const -> decltype(std::forward<A>(a) + std::forward<B>(b))
    {
        return std::forward<A>(a) + std::forward<B>(b);
    }
};

}  // namespace weft::detail::algorithm
