// tests/algorithm/throwing_sort.hpp - a sort whose comparator throws at some call.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "test.hpp"

#include <weft/algorithm/par_sort.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <vector>

namespace test {

/// Sorts elements with these keys by a comparator that throws at call `k`: all of them are left, and nothing leaks.
inline void sort_and_throw(std::vector<int> keys, std::ptrdiff_t k, bool stable)
{
    {
        std::vector<counted> v;
        for (const int x : keys) v.emplace_back(x);
        std::atomic<std::ptrdiff_t> left = k;
        const auto less = [&](const counted& a, const counted& b) {
            if (left.fetch_sub(1) == 0) throw std::runtime_error("no more");
            return a.value < b.value;
        };
        try {
            if (stable) {
                weft::par_stable_sort(v, less);
            } else {
                weft::par_sort(v, less);
            }
            CHECK(std::is_sorted(v.begin(), v.end()));
        } catch (const std::runtime_error&) {
        }
        std::vector<int> values;
        for (const auto& x : v) values.push_back(x.value);
        std::sort(values.begin(), values.end());
        std::sort(keys.begin(), keys.end());
        REQUIRE(values == keys);
    }
    REQUIRE(counted::alive() == 0);
}

}  // namespace test
