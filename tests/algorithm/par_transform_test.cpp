// tests/algorithm/par_transform_test.cpp - fill, transform and tabulate in parallel.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_transform.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

TEST_CASE("transform: fill, transform and tabulate write each element")
{
    for (const std::size_t n : test::sizes) {
        std::vector<std::size_t> v(n);
        weft::par_fill(v, 7U);
        CHECK(std::ranges::count(v, 7U) == static_cast<std::ptrdiff_t>(n));
        weft::par_tabulate(v, [](std::size_t i) { return i * i; });
        std::vector<std::size_t> out(n);
        CHECK(weft::par_transform(v, out.begin(), [](std::size_t x) { return x + 1; }) == out.end());
        bool right = true;
        for (std::size_t i = 0; i < n; ++i) right = right && out[i] == i * i + 1;
        CHECK(right);
        CHECK(weft::par_transform(out, v, out.begin(), std::minus<>{}) == out.end());
        CHECK(std::ranges::count(out, 1U) == static_cast<std::ptrdiff_t>(n));
        const std::vector<std::size_t> fewer(n / 2, 5);
        CHECK(weft::par_transform(v, fewer, out.begin(), [](std::size_t, std::size_t x) { return x; }) ==
              out.begin() + static_cast<std::ptrdiff_t>(n / 2));
        CHECK(std::ranges::count(out, 5U) == static_cast<std::ptrdiff_t>(n / 2));
    }
}
