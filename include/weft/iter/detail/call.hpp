// weft/iter/detail/call.hpp - how a chain calls the user's functions.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Several threads call one function object at once, so it is called through `const F&`. An item that is a tuple or a
// pair may be taken as one argument or part by part.
#pragma once

#include <weft/base/detail/invoke.hpp>
#include <weft/seam/construct.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft::detail {

template <class T>
inline constexpr std::size_t parts_of = 0;
template <class... T>
inline constexpr std::size_t parts_of<std::tuple<T...>> = sizeof...(T);
template <class A, class B>
inline constexpr std::size_t parts_of<std::pair<A, B>> = 2;

/// Whether F can be called with `Front..., parts of X...`.
template <class F, class X, class Parts, class... Front>
struct takes_parts_test;
template <class F, class X, std::size_t... I, class... Front>
struct takes_parts_test<F, X, std::index_sequence<I...>, Front...>
    : std::is_invocable<F, Front..., decltype(std::get<I>(std::declval<X>()))...> {};

template <class F, class X, class... Front>
concept takes_whole = std::is_invocable_v<F, Front..., X>;

template <class F, class X, class... Front>
concept takes_parts =
    (parts_of<std::remove_cvref_t<X>> > 0) &&
    takes_parts_test<F, X, std::make_index_sequence<parts_of<std::remove_cvref_t<X>>>, Front...>::value;

/// Whether F can be called with an item X, after Front.
template <class F, class X, class... Front>
concept takes_item = takes_whole<F, X, Front...> || takes_parts<F, X, Front...>;

template <class F, class X, std::size_t... I, class... Front>
[[gnu::always_inline]] constexpr decltype(auto) call_parts(F& f, X&& item, std::index_sequence<I...>, Front&&... front)
{
    return detail::invoke(f, std::forward<Front>(front)..., std::get<I>(std::forward<X>(item))...);
}

template <class X>
using parts_sequence = std::make_index_sequence<parts_of<std::remove_cvref_t<X>>>;

/// f(item), or f(parts of item...).
template <class F, class X>
[[gnu::always_inline]] constexpr decltype(auto) call(F& f, X&& item)
{
    if constexpr (takes_whole<F&, X&&>) {
        return detail::invoke(f, std::forward<X>(item));
    } else {
        return detail::call_parts(f, std::forward<X>(item), parts_sequence<X>());
    }
}

/// f(front, item), or f(front, parts of item...).
template <class F, class S, class X>
[[gnu::always_inline]] constexpr decltype(auto) call_with(F& f, S&& front, X&& item)
{
    if constexpr (takes_whole<F&, X&&, S&&>) {
        return detail::invoke(f, std::forward<S>(front), std::forward<X>(item));
    } else {
        return detail::call_parts(f, std::forward<X>(item), parts_sequence<X>(), std::forward<S>(front));
    }
}

template <class F, class X>
using call_result = decltype(detail::call(std::declval<const F&>(), std::declval<X>()));

/// What a function made of an item, in a form that outlives the item: where the function returned the item, or a part
/// of it, and the item came by value, this is a value, too.
template <class Result, class Item>
using lasting_result = std::conditional_t<std::is_rvalue_reference_v<Result> && !std::is_reference_v<Item>,
                                          std::remove_cvref_t<Result>, Result>;

/// The compile-time errors for a function that a chain cannot call: one sentence each, the first line that the compiler
/// prints. A class, because it is instantiated before the code that follows, which would fail for the same reason.
template <class F, class X, class... Front>
struct check_callable {
    static constexpr bool ok = takes_item<const F&, X, Front...>;
    static_assert(ok || !takes_item<F&, X, Front...>,
                  "weft: several threads call this function at once, so it is called through a const reference: a "
                  "mutable lambda (or a non-const operator()) is not allowed here");
    static_assert(ok || takes_item<F&, X, Front...>,
                  "weft: this function cannot be called with the items of this chain (a tuple may be taken as one "
                  "argument or part by part)");
};

template <class F, class X>
constexpr bool answers_bool()
{
    if constexpr (takes_item<const F&, X>) return std::is_convertible_v<call_result<F, X>, bool>;
    return true;
}

/// As check_callable, and the result must convert to bool.
template <class F, class X>
struct check_predicate : check_callable<F, X> {
    static_assert(detail::answers_bool<F, X>(), "weft: this function must return something that converts to bool");
};

template <class F, class X>
constexpr bool returns_nothing()
{
    if constexpr (takes_item<const F&, X>) return std::is_void_v<call_result<F, X>>;
    return false;
}

/// As check_callable, and there must be a result.
template <class F, class X>
struct check_result : check_callable<F, X> {
    static_assert(
        !detail::returns_nothing<F, X>(),
        "weft: the function given to map returns nothing: to call it for what it does, use for_each or inspect");
};

/// A function object that is too large or too particular to copy, by address.
template <class F>
struct function_ref {
    const F* function;

    template <class... Args>
    [[gnu::always_inline]] constexpr auto operator()(Args&&... args) const
        -> decltype(detail::invoke(*function, std::forward<Args>(args)...))
    {
        return detail::invoke(*function, std::forward<Args>(args)...);
    }
};

/// What a loop calls: a copy of small trivial function objects, so that captured values stay in registers even though
/// the loop writes to memory; the address of any other.
template <class F>
inline constexpr bool copied_into_loop =
    std::is_trivially_copyable_v<F> && std::is_copy_constructible_v<F> && sizeof(F) <= 64;

template <class F>
[[gnu::always_inline]] constexpr auto local_function(const F& f)
{
    if constexpr (copied_into_loop<F>) {
        return F(f);
    } else {
        return function_ref<F>{detail::address_of(f)};
    }
}

template <class F>
using local_function_t = std::conditional_t<copied_into_loop<F>, F, function_ref<F>>;

// --- values --------------------------------------------------------------------------------------------------------

/// What is left of an item when it must be kept: no references, not even inside tuples.
template <class T>
struct kept {
    using type = T;
};
template <class... T>
struct kept<std::tuple<T...>> {
    using type = std::tuple<typename kept<std::remove_cvref_t<T>>::type...>;
};
template <class A, class B>
struct kept<std::pair<A, B>> {
    using type = std::pair<typename kept<std::remove_cvref_t<A>>::type, typename kept<std::remove_cvref_t<B>>::type>;
};

template <>
struct kept<std::vector<bool>::reference> {
    using type = bool;
};

template <class T>
using kept_t = typename kept<std::remove_cvref_t<T>>::type;

}  // namespace weft::detail
