// bench/algorithm/sort_inputs.hpp - what is sorted: random values of several types, and patterns.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace sort_bench {

/// 16 bytes, sorted by the key.
struct record {
    std::uint64_t key;
    std::uint64_t value;
};

inline std::vector<std::uint64_t> random_u64(std::size_t n)
{
    std::mt19937_64 random(1);
    std::vector<std::uint64_t> v(n);
    for (auto& x : v) x = random();
    return v;
}

inline std::vector<std::uint64_t> sorted_u64(std::size_t n)
{
    std::vector<std::uint64_t> v(n);
    std::iota(v.begin(), v.end(), std::uint64_t{0});
    return v;
}

inline std::vector<std::uint64_t> reversed_u64(std::size_t n)
{
    std::vector<std::uint64_t> v = sorted_u64(n);
    std::ranges::reverse(v);
    return v;
}

inline std::vector<std::uint64_t> few_u64(std::size_t n)
{
    std::vector<std::uint64_t> v = random_u64(n);
    for (auto& x : v) x = (x % 64) * 0x9e3779b97f4a7c15u;
    return v;
}

/// Up and down again.
inline std::vector<std::uint64_t> organ_pipe_u64(std::size_t n)
{
    std::vector<std::uint64_t> v(n);
    for (std::size_t i = 0; i < n; ++i) v[i] = std::min(i, n - i);
    return v;
}

/// Sorted, except for one element in a hundred.
inline std::vector<std::uint64_t> nearly_u64(std::size_t n)
{
    std::vector<std::uint64_t> v = sorted_u64(n);
    std::mt19937_64 random(2);
    for (std::size_t i = 0; i < n / 100; ++i) std::swap(v[random() % n], v[random() % n]);
    return v;
}

inline std::vector<float> random_f32(std::size_t n)
{
    std::mt19937 random(1);
    std::vector<float> v(n);
    for (auto& x : v) x = static_cast<float>(random()) * 0x1p-32F;
    return v;
}

inline std::vector<std::int16_t> random_i16(std::size_t n)
{
    std::mt19937 random(1);
    std::vector<std::int16_t> v(n);
    for (auto& x : v) x = static_cast<std::int16_t>(random());
    return v;
}

inline std::vector<record> random_records(std::size_t n)
{
    std::mt19937_64 random(1);
    std::vector<record> v(n);
    for (std::size_t i = 0; i < n; ++i) v[i] = {random(), i};
    return v;
}

/// Of 8 to 31 letters: a third of them fit into the string itself.
inline std::vector<std::string> random_strings(std::size_t n)
{
    std::mt19937_64 random(1);
    std::vector<std::string> v(n);
    for (auto& s : v) {
        s.resize(8 + random() % 24);
        for (char& c : s) c = static_cast<char>('a' + random() % 26);
    }
    return v;
}

}  // namespace sort_bench
