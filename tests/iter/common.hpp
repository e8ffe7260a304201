// tests/iter/common.hpp - what several tests of chains need: items, functions for them, and pools of several sizes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/thread_pool.hpp>

#include "random.hpp"

#include <concepts>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

namespace test {

/// Lengths of input.
inline constexpr std::size_t sizes[] = {0, 1, 2, 3, 100, 1001, 20'000};

/// Lengths for what is cut at every point, or combined with every other length.
inline constexpr std::size_t short_sizes[] = {0, 1, 2, 3, 16, 33};

/// n numbers: first, first + 1, …
template <std::integral N>
std::vector<int> numbers(N n, int first = 0)
{
    std::vector<int> v(static_cast<std::size_t>(n));
    std::iota(v.begin(), v.end(), first);
    return v;
}

inline bool is_even(int x) { return x % 2 == 0; }

/// A string that needs memory of its own.
inline std::string name_of(int x) { return "the number " + std::to_string(x); }

/// x, after work of uneven length.
inline int uneven(int x)
{
    volatile long sum = 0;
    for (int i = 0; i < (x * 7919) % 512; ++i) sum = sum + i;
    return x;
}

/// Calls f() outside of any pool, and in pools of 1, 2 and 4 threads.
template <class F>
void everywhere(F f)
{
    f();
    for (std::size_t threads : {std::size_t{1}, std::size_t{2}, std::size_t{4}}) {
        weft::pool_options options;
        options.num_threads = threads;
        weft::thread_pool pool(options);
        pool.install(f);
    }
}

}  // namespace test
