// weft/algorithm/detail/plain_order.hpp - which comparators mean the natural order or its reverse, with NaN last.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Under `<` a NaN is equal to every number, so that there is no order at all. So under the standard comparators all NaN
// come after all numbers, in either direction, and are equal to each other. Zeros of both signs are equal, as in `<`.
// Where floating-point numbers are compared, NaN is moved to the end beforehand (detail/nan_to_end.hpp) and costs the
// comparisons nothing; pairs that contain such numbers are compared by `nan_last`.
#pragma once

#include <weft/seam/language.hpp>

#include <algorithm>
#include <concepts>
#include <string>  // std::less and the like, without <functional>
#include <type_traits>
#include <utility>

namespace weft::detail::algorithm {

template <class Compare, class T>
concept plain_less = std::same_as<Compare, std::ranges::less> || std::same_as<Compare, std::less<>> ||
                     std::same_as<Compare, std::less<T>>;
template <class Compare, class T>
concept plain_greater = std::same_as<Compare, std::ranges::greater> || std::same_as<Compare, std::greater<>> ||
                        std::same_as<Compare, std::greater<T>>;
template <class Compare, class T>
concept plain_order = plain_less<Compare, T> || plain_greater<Compare, T>;

/// The type that a standard comparator converts its arguments to; void if it takes them as they are.
template <class Compare>
struct compared_as {};
template <class Compare>
    requires plain_order<Compare, void>
struct compared_as<Compare> {
    using type = void;
};
template <class T>
    requires(!std::is_void_v<T>)
struct compared_as<std::less<T>> {
    using type = T;
};
template <class T>
    requires(!std::is_void_v<T>)
struct compared_as<std::greater<T>> {
    using type = T;
};

template <class T>
inline constexpr bool pair_with_nan = false;
template <class A, class B>
inline constexpr bool pair_with_nan<std::pair<A, B>> =
    std::floating_point<A> || std::floating_point<B> || pair_with_nan<A> || pair_with_nan<B>;

/// Whether keys are floating-point numbers under a standard comparator of such: then NaN is the last.
template <class Compare, class Key>
concept moves_nan_last = std::floating_point<std::remove_cvref_t<Key>> && requires {
    typename compared_as<Compare>::type;
} && (std::is_void_v<typename compared_as<Compare>::type> || std::floating_point<typename compared_as<Compare>::type>);

/// Whether a comes before b, with NaN after all numbers. Pairs are compared part by part, as in std.
template <bool Down, class T>
constexpr bool comes_before(const T& a, const T& b)
{
    if constexpr (std::floating_point<T>) {
        if (Down ? b >= a : b <= a) return false;
        return a == a;
    } else if constexpr (pair_with_nan<T>) {
        if (detail::algorithm::comes_before<Down>(a.first, b.first)) return true;
        if (detail::algorithm::comes_before<Down>(b.first, a.first)) return false;
        return detail::algorithm::comes_before<Down>(a.second, b.second);
    } else {
        return static_cast<bool>(Down ? b < a : a < b);
    }
}

/// A standard comparator of T, with NaN after all numbers.
template <bool Down, class T>
struct nan_last {
    constexpr bool operator()(const T& a, const T& b) const { return detail::algorithm::comes_before<Down>(a, b); }
};

template <class Compare, class Key>
struct completed {
    using type = Compare;
};
template <class Compare, class Key>
    requires(plain_order<Compare, Key> && (std::floating_point<Key> || pair_with_nan<Key>))
struct completed<Compare, Key> {
    using type = nan_last<plain_greater<Compare, Key>, Key>;
};
template <class Compare, class Key>
    requires(moves_nan_last<Compare, Key> && !plain_order<Compare, Key>)
struct completed<Compare, Key> {
    using as = typename compared_as<Compare>::type;
    using type = nan_last<plain_greater<Compare, as>, as>;
};

template <class T>
inline constexpr T the_one{};

/// The comparator itself, or nan_last in its place where a NaN may be among the keys.
template <class Key, class Compare>
constexpr const auto& with_nan_last(const Compare& compare)
{
    using type = typename completed<Compare, std::remove_cvref_t<Key>>::type;
    if constexpr (std::same_as<type, Compare>) {
        return compare;
    } else {
        return the_one<type>;
    }
}

/// The comparator for keys without NaN, unless they are pairs.
template <class Key, class Compare>
constexpr const auto& with_nan_last_in_pairs(const Compare& compare)
{
    if constexpr (std::floating_point<std::remove_cvref_t<Key>>) {
        return compare;
    } else {
        return detail::algorithm::with_nan_last<Key>(compare);
    }
}

}  // namespace weft::detail::algorithm
