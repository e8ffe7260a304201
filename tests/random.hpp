// tests/random.hpp - random elements; the same ones each time for a seed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/rng.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace test {

/// n numbers, each less than `below`.
inline std::vector<int> random_numbers(std::size_t n, std::uint32_t below = 1000, std::uint64_t seed = 1)
{
    weft::rng random(seed);
    std::vector<int> v(n);
    for (int& x : v) x = static_cast<int>(random.below(below));
    return v;
}

/// Any integer; a floating-point number from -1 to 1.
template <class T>
T random_value(weft::rng& random)
{
    if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(static_cast<double>(random() >> 11) * 0x1p-52 - 1.0);
    } else {
        return static_cast<T>(random());
    }
}

/// n of them.
template <class T>
std::vector<T> random_values(std::size_t n, std::uint64_t seed = 1)
{
    weft::rng random(seed);
    std::vector<T> v(n);
    for (T& x : v) x = random_value<T>(random);
    return v;
}

}  // namespace test
