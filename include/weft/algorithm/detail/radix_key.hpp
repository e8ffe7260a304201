// weft/algorithm/detail/radix_key.hpp - numbers, and pairs of numbers, as unsigned integers of the same order.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/unsigned_word.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace weft::detail::algorithm {

template <class T>
concept radix_number = std::integral<T> || std::same_as<T, float> || std::same_as<T, double>;

/// NaN is the greatest, in either direction; both zeros are the same.
template <radix_number T>
unsigned_word<sizeof(T)> radix_key(T value, bool descending)
{
    using word = unsigned_word<sizeof(T)>;
    constexpr word top = static_cast<word>(word{1} << (8 * sizeof(T) - 1));
    word key{};
    if constexpr (std::integral<T>) {
        key = static_cast<word>(value);
        if constexpr (std::is_signed_v<T>) key = static_cast<word>(key ^ top);
    } else {
        if (value != value) return static_cast<word>(~word{0});
        key = std::bit_cast<word>(value + T{0});  // -0 becomes 0
        key = (key & top) != 0 ? static_cast<word>(~key) : static_cast<word>(key | top);
    }
    return descending ? static_cast<word>(~key) : key;
}

template <class T>
inline constexpr bool is_radix_pair = false;
template <radix_number A, radix_number B>
    requires(sizeof(A) + sizeof(B) <= sizeof(widest_word))
inline constexpr bool is_radix_pair<std::pair<A, B>> = true;

/// Types whose natural order is that of such an integer.
template <class T>
concept radix_sortable = radix_number<T> || is_radix_pair<T>;

template <radix_number A, radix_number B>
auto radix_key(const std::pair<A, B>& value, bool descending)
{
    using word = unsigned_word<sizeof(A) + sizeof(B)>;
    return static_cast<word>((static_cast<word>(algorithm::radix_key(value.first, descending)) << (8 * sizeof(B))) |
                             algorithm::radix_key(value.second, descending));
}

template <class Word>
constexpr unsigned radix_width(Word word)
{
    if constexpr (sizeof(Word) == 16) {
        const auto high = static_cast<std::uint64_t>(word >> 64U);
        return high != 0 ? 64U + static_cast<unsigned>(std::bit_width(high))
                         : static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(word)));
    } else {
        return static_cast<unsigned>(std::bit_width(word));
    }
}

}  // namespace weft::detail::algorithm
