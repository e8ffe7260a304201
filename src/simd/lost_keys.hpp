// src/simd/lost_keys.hpp - gives back the floating-point keys that a sort by minima and maxima loses.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The minimum and the maximum of +0 and -0 may both be, say, the second of the two: then a sorting network doubles one
// and loses the other. All other numbers that are equal have equal bits. And some releases of Highway pad networks with
// the greatest finite number, which then comes out in place of an infinity. So zeros and infinities are counted before,
// and written again afterwards, when their positions are known.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <type_traits>

namespace weft::detail {
// Each file has its own copy, so that none is linked that was compiled for other instructions.
namespace {

template <class T>
using bits_of = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
template <class T>
inline constexpr auto minus_zero_bits = std::bit_cast<bits_of<T>>(-T{0});
template <class T>
inline constexpr T infinity = std::numeric_limits<T>::infinity();

struct lost_keys {
    std::size_t minus_zeros = 0;
    std::size_t infinities = 0;  // those that come last in the order asked for

    [[nodiscard]] bool any() const { return minus_zeros != 0 || infinities != 0; }
};

template <class T>
lost_keys count_lost_keys(const T* keys, std::size_t n, bool descending)
{
    const T last = descending ? -infinity<T> : infinity<T>;
    lost_keys lost;
    for (std::size_t i = 0; i < n; ++i) {
        lost.minus_zeros += std::bit_cast<bits_of<T>>(keys[i]) == minus_zero_bits<T> ? 1 : 0;
        lost.infinities += keys[i] == last ? 1 : 0;
    }
    return lost;
}

/// The keys are sorted, except for those that were lost.
template <class T>
void give_back(T* keys, std::size_t n, const lost_keys& lost, bool descending)
{
    std::fill(keys + (n - lost.infinities), keys + n, descending ? -infinity<T> : infinity<T>);
    if (lost.minus_zeros == 0) return;
    const auto [first, last] =
        descending ? std::equal_range(keys, keys + n, T{0}, std::greater<>()) : std::equal_range(keys, keys + n, T{0});
    std::fill(first, first + lost.minus_zeros, -T{0});
    std::fill(first + lost.minus_zeros, last, T{0});
}

}  // namespace
}  // namespace weft::detail
