// weft/base/detail/same_value.hpp - whether two values are the same, for a compare-exchange.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/construct.hpp>

#include <concepts>
#include <cstddef>
#include <cstring>
#include <limits>
#include <type_traits>

namespace weft::detail {

/// Sets the bytes to zero that belong to no member, where the compiler can.
template <class T>
void clear_padding([[maybe_unused]] T& x) noexcept
{
#if defined(__has_builtin)
#if __has_builtin(__builtin_clear_padding)
    __builtin_clear_padding(detail::address_of(x));
#endif
#endif
}

/// How many bytes of a T may differ between values.
template <class T>
constexpr std::size_t meaningful_bytes()
{
    // The x87 floating-point type has ten bytes, whatever its size.
    if constexpr (std::is_same_v<T, long double> && std::numeric_limits<T>::digits == 64) return 10;
    return sizeof(T);
}

/// Whether both are represented by the same bytes, apart from those that belong to no member.
template <class T>
bool same_representation(const T& a, const T& b) noexcept
{
    if constexpr (std::has_unique_object_representations_v<T> || std::is_floating_point_v<T>) {
        return std::memcmp(detail::address_of(a), detail::address_of(b), detail::meaningful_bytes<T>()) == 0;
    } else {
        T x = a;
        T y = b;
        detail::clear_padding(x);
        detail::clear_padding(y);
        return std::memcmp(detail::address_of(x), detail::address_of(y), sizeof(T)) == 0;
    }
}

/// What a compare-exchange compares by: the representation, as in std::atomic, so that a value that does not equal
/// itself is found again; or, for a class that has one, its ==, which may disregard some bytes.
template <class T>
bool same_value(const T& a, const T& b) noexcept
{
    if constexpr (std::is_class_v<T> && std::equality_comparable<T>) {
        return detail::same_representation(a, b) || static_cast<bool>(a == b);
    } else {
        return detail::same_representation(a, b);
    }
}

}  // namespace weft::detail
