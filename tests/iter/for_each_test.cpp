// tests/iter/for_each_test.cpp - for_each and count.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/for_each.hpp>
#include <weft/iter/par_iter.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace {

using test::sizes;

}  // namespace

TEST_CASE("for_each: every item once")
{
    for (std::size_t n : sizes) {
        std::vector<int> hits(n);
        weft::par_range(std::size_t{0}, n).for_each([&](std::size_t i) { ++hits[i]; });
        CHECK(std::all_of(hits.begin(), hits.end(), [](int h) { return h == 1; }));
    }
}

TEST_CASE("loops inside loops")
{
    const auto triangle = [](int n) { return weft::par_range(0, n).sum(); };
    CHECK(weft::par_range(0, 300).map(triangle).sum() == [] {
        int s = 0;
        for (int n = 0; n < 300; ++n) s += n * (n - 1) / 2;
        return s;
    }());
}
