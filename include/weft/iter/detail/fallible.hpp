// weft/iter/detail/fallible.hpp - results that say by themselves whether they are failures.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace weft::detail {

/// bool, an optional, an expected and their like.
template <class R>
concept fallible = !std::is_void_v<R> && requires(const R& r) { static_cast<bool>(r); };

template <class R>
concept holds_value = fallible<R> && requires(R& r) { *r; };

/// "All went well", as an R.
template <class R>
R success()
{
    if constexpr (std::is_same_v<R, bool>) {
        return true;
    } else if constexpr (requires { R(typename R::value_type{}); }) {
        return R(typename R::value_type{});
    } else {
        return R{};
    }
}

/// What a loop that was stopped from outside returns: a failure, if the type has one without a reason.
template <class R>
std::optional<R> failure()
{
    if constexpr (std::is_same_v<R, bool>) {
        return false;
    } else if constexpr (std::is_constructible_v<R, std::nullopt_t>) {
        return R(std::nullopt);
    } else {
        return std::nullopt;
    }
}

/// The failure of one type as another: the reason is kept where both have one.
template <class R, class From>
R failure_of(From&& from)
{
    if constexpr (std::is_same_v<R, std::remove_cvref_t<From>>) {
        return std::forward<From>(from);
    } else if constexpr (std::is_constructible_v<R, std::nullopt_t>) {
        return R(std::nullopt);
    } else {
        static_assert(
            requires { R(typename R::unexpected_type(std::forward<From>(from).error())); },
            "weft: items without a reason for a failure cannot be collected into a type that gives one");
        return R(typename R::unexpected_type(std::forward<From>(from).error()));
    }
}

}  // namespace weft::detail
