// tests/iter/common.hpp - what several tests of chains need: numbers, and pools of several sizes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/rng.hpp>
#include <weft/pool/thread_pool.hpp>

#include <cstddef>
#include <cstdint>
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
