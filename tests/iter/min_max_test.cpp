// tests/iter/min_max_test.cpp - min, max and minmax.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/min_max.hpp>
#include <weft/iter/par_iter.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <climits>
#include <cstddef>
#include <tuple>
#include <vector>

namespace {

using test::random_numbers;
using test::sizes;

}  // namespace

TEST_CASE("min and max: of equals the first and the last, none of nothing")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        const auto lowest = weft::par_iter(v).min();
        const auto highest = weft::par_iter(v).max();
        CHECK(lowest.has_value() == (n != 0));
        CHECK(highest.has_value() == (n != 0));
        if (n == 0) continue;
        CHECK(*lowest == *std::min_element(v.begin(), v.end()));
        CHECK(*highest == *std::max_element(v.begin(), v.end()));
        const auto digit = [](std::size_t, int x) { return x % 10; };
        const auto first = weft::par_iter(v).enumerate().min({}, digit);
        const auto last = weft::par_iter(v).enumerate().max({}, digit);
        const auto by_digit = [](int a, int b) { return a % 10 < b % 10; };
        CHECK(std::get<0>(*first) ==
              static_cast<std::size_t>(std::min_element(v.begin(), v.end(), by_digit) - v.begin()));
        std::size_t expected = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (!by_digit(v[i], v[expected])) expected = i;
        }
        CHECK(std::get<0>(*last) == expected);
        CHECK(weft::par_iter(v).min([](int a, int b) { return a > b; }) == highest);
        CHECK(weft::par_iter(v).map([](int x) { return x * 0.5; }).max() == *highest * 0.5);
    }
    CHECK(weft::par_iter(std::vector<int>{INT_MAX}).min() == INT_MAX);
    CHECK(weft::par_iter(std::vector<int>{INT_MIN}).max() == INT_MIN);
}

TEST_CASE("minmax: the first of the smallest, the last of the largest")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n, 10);
        const auto both = weft::par_iter(v).enumerate().minmax({}, [](std::size_t, int x) { return x; });
        const auto [lo, hi] = std::minmax_element(v.begin(), v.end());
        CHECK(both.has_value() == (n != 0));
        if (both) {
            CHECK(std::get<0>(both->first) == static_cast<std::size_t>(lo - v.begin()));
            CHECK(std::get<0>(both->second) == static_cast<std::size_t>(hi - v.begin()));
        }
        const auto reversed = weft::par_iter(v).minmax([](int a, int b) { return a > b; });
        if (reversed) CHECK((reversed->first == *hi && reversed->second == *lo));
    }
}
