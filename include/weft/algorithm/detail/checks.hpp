// weft/algorithm/detail/checks.hpp - what the compiler says about arguments that an algorithm cannot take.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One sentence each, and the first line that the compiler prints. The checks of ranges and iterators are in the
// constraints, because a call must not fail with "no matching function" before them; those of functions are in the
// bodies, as classes, because a class is instantiated before the code that follows, which would fail for the same
// reason.
#pragma once

#include <weft/algorithm/subrange.hpp>
#include <weft/base/detail/packed.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/sound.hpp>

#include <algorithm>
#include <concepts>
#include <type_traits>

namespace weft::detail::algorithm {

template <class I>
concept iterator = std::input_or_output_iterator<std::remove_cvref_t<I>>;

template <class R>
struct check_range {
    static constexpr bool ok = true;
    static constexpr bool is_range = std::ranges::range<R>;
    static_assert(is_range, "weft: this algorithm needs a range, or two iterators");
    static_assert(
        !is_range || std::ranges::random_access_range<R>,
        "weft: this algorithm needs a random-access range; a list, a set or a filtered view has no element by "
        "index: copy it into a std::vector first");
    static_assert(!std::ranges::random_access_range<R> || std::ranges::sized_range<R>,
                  "weft: this algorithm needs a range that knows its size");
};

template <class I>
struct check_iterator {
    static constexpr bool ok = true;
    static_assert(
        std::random_access_iterator<I>,
        "weft: this algorithm needs random-access iterators; a list or a set has no element by index: copy it "
        "into a std::vector first");
};

/// Whether threads that write to neighbours through iterators I write to the same word.
template <class I>
inline constexpr bool writes_packed = [] {
    if constexpr (std::random_access_iterator<I>) {
        return is_packed<std::iter_reference_t<I>, std::iter_value_t<I>>;
    } else {
        return false;
    }
}();

/// Elements that threads write to side by side.
template <class I>
struct check_written {
    static_assert(!writes_packed<I>,
                  "weft: several threads write side by side, and these elements are bits that share a word "
                  "(std::vector<bool>): use a std::vector<char>");
};

template <class Out>
struct check_output : check_written<Out> {
    static constexpr bool ok = true;
    static_assert(!std::ranges::range<Out>,
                  "weft: the output is an iterator to where the first result goes: give begin()");
    static_assert(std::ranges::range<Out> || std::random_access_iterator<Out>,
                  "weft: the output must be a random-access iterator with room for all results, because threads write "
                  "side by side: resize the container, then give its begin(), not a std::back_inserter");
};

/// A range whose elements can be reached by index. Anything else that is not an iterator is an error here.
template <class R>
concept elements =
    (std::ranges::random_access_range<R> && std::ranges::sized_range<R>) || (!iterator<R> && check_range<R>::ok);

/// The first of two iterators.
template <class I>
concept place = std::random_access_iterator<I> || (iterator<I> && check_iterator<I>::ok);

template <class Out>
concept output = (std::random_access_iterator<Out> && !writes_packed<Out>) || check_output<Out>::ok;

/// The same after two iterators, where another argument may be in this position: (array, output, function).
template <class Out>
concept output_iterator =
    (std::random_access_iterator<Out> && !writes_packed<Out>) || (iterator<Out> && check_output<Out>::ok);

/// Something that may be a function: tells `(array, function)` from `(array, iterator)`.
template <class F>
concept function = !iterator<std::decay_t<F>> && !std::is_arithmetic_v<F>;

/// The range first .. last - 1.
template <place I, std::sized_sentinel_for<I> S>
constexpr subrange<I> between(I first, S last)
{
    return {first, first + (last - first)};
}

template <class F, class... X>
inline constexpr bool takes = std::is_invocable_v<const F&, X...>;

/// A function of any kind. `takes_elements` asks this of this function and another.
template <class F, class... X>
struct check_shared {
    static_assert(
        takes<F, X...> || !std::is_invocable_v<F&, X...>,
        "weft: several threads call this function at once, so it is called through a const reference: a mutable "
        "lambda (or a non-const operator()) is not allowed here");
    static constexpr bool ok = takes<F, X...> || std::is_invocable_v<F&, X...>;  // what is wrong, if so, has been said
};

template <class F, class... X>
constexpr bool answers_bool()
{
    if constexpr (takes<F, X...>) return std::is_convertible_v<std::invoke_result_t<const F&, X...>, bool>;
    return true;
}

template <class F, class... X>
constexpr bool returns_value()
{
    if constexpr (takes<F, X...>) return !std::is_void_v<std::invoke_result_t<const F&, X...>>;
    return true;
}

template <class F, class To, class... X>
constexpr bool returns_one_for()
{
    if constexpr (takes<F, X...>) return std::is_assignable_v<To, std::invoke_result_t<const F&, X...>>;
    return true;
}

template <class P, class X>
struct check_projection : check_shared<P, X> {
    static_assert(check_shared<P, X>::ok, "weft: the projection cannot be called with an element of the range");
    static_assert(algorithm::returns_value<P, X>(),
                  "weft: the projection returns nothing: it must return what is looked at");
};

template <class P, class X>
struct projected_by : check_projection<P, X> {
    using type = X;
};
template <class P, class X>
    requires takes<P, X>
struct projected_by<P, X> : check_projection<P, X> {
    using type = std::invoke_result_t<const P&, X>;
};
/// What the projection makes of an element X; checked.
template <class P, class X>
using projected_t = typename projected_by<P, X>::type;

template <class F, class X>
struct check_predicate : check_shared<F, X> {
    static_assert(check_shared<F, X>::ok, "weft: the predicate cannot be called with an element of the range");
    static_assert(algorithm::answers_bool<F, X>(), "weft: the predicate must return something that converts to bool");
};

template <class F, class A, class B>
struct check_comparison : check_shared<F, A, B> {
    static constexpr bool given = !std::same_as<F, std::ranges::less> && !std::same_as<F, std::ranges::equal_to>;
    static_assert(
        given || takes<F, A, B>,
        "weft: the elements cannot be compared (all of ==, !=, <, >, <=, >= are asked for): give a comparison, or "
        "a projection");
    static_assert(
        !given || check_shared<F, A, B>::ok,
        "weft: the comparison cannot be called with two elements of the range (as the projection makes them)");
    static_assert(algorithm::answers_bool<F, A, B>(),
                  "weft: the comparison must return something that converts to bool");
};

/// A comparison and a projection for elements that are put into another order.
template <class I, class Compare, class Projection>
struct check_sortable : check_written<I> {
    using key = projected_t<Projection, std::iter_reference_t<I>>;
    static_assert(!std::is_const_v<std::remove_reference_t<std::iter_reference_t<I>>>,
                  "weft: the elements of this range are const: they cannot be put into another order");
    static_assert(writes_packed<I> || std::is_const_v<std::remove_reference_t<std::iter_reference_t<I>>> ||
                      std::permutable<I>,
                  "weft: the elements of this range cannot be moved");
    static_assert(sound<check_comparison<Compare, key, key>>);
    static_assert(!takes<Compare, key, key> || !std::permutable<I> || std::sortable<I, Compare, Projection>,
                  "weft: the comparison must also take elements that are const, and values as well as references");
};

template <class I>
struct check_permutable : check_written<I> {
    static_assert(
        writes_packed<I> || std::permutable<I>,
        "weft: the elements of this range are const, or cannot be moved: they cannot be put into another order");
};

template <class F, class X>
struct check_key : check_shared<F, X> {
    static_assert(check_shared<F, X>::ok, "weft: the key function cannot be called with an element of the range");
    static_assert(algorithm::returns_value<F, X>(), "weft: the key function returns nothing: it must return a key");
};

/// A key that is the index of a bin.
template <class F, class X>
struct check_bin : check_key<F, X> {
    static constexpr bool is_number()
    {
        if constexpr (takes<F, X> && algorithm::returns_value<F, X>()) {
            return std::is_constructible_v<std::size_t, std::invoke_result_t<const F&, X>>;
        }
        return true;
    }
    static_assert(is_number(),
                  "weft: a key of a histogram must be a number (of the elements themselves, or by a key function)");
};

/// An operation that combines a T and an X into a T.
template <class F, class T, class X>
struct check_operation : check_shared<F, T, X> {
    static_assert(check_shared<F, T, X>::ok,
                  "weft: the operation cannot combine two values of this range (or a value and the initial one)");
    static_assert(algorithm::returns_one_for<F, T&, T, X>(),
                  "weft: the result of the operation cannot be assigned to a value of the kind that it combines");
};

/// A function whose results go to an output.
template <class F, class To, class... X>
struct check_transform : check_shared<F, X...> {
    static_assert(
        check_shared<F, X...>::ok,
        "weft: the function cannot be called with an element of the range (of each range, where there are two)");
    static_assert(algorithm::returns_value<F, X...>(),
                  "weft: the function returns nothing: its results are what is written");
    static_assert(!algorithm::returns_value<F, X...>() || algorithm::returns_one_for<F, To, X...>(),
                  "weft: what the function returns cannot be assigned to the elements of the output");
};

}  // namespace weft::detail::algorithm
