// tests/iter/compare_test.cpp - equal and compare_three_way: two chains, item by item.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/compare.hpp>
#include <weft/iter/par_iter.hpp>

#include "common.hpp"
#include "test.hpp"

#include <compare>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

namespace {

using test::random_numbers;
using test::sizes;

}  // namespace

TEST_CASE("equal, compare_three_way: lexicographic, as std")
{
    for (std::size_t n : sizes) {
        const std::vector<int> a = random_numbers(n);
        for (std::size_t at : {std::size_t{0}, n / 2, n == 0 ? n : n - 1}) {
            std::vector<int> b = a;
            CHECK(weft::par_iter(a).equal(b));
            CHECK(std::is_eq(weft::par_iter(a).compare_three_way(b)));
            if (n == 0) continue;
            b[at] += 1;
            CHECK_FALSE(weft::par_iter(a).equal(b));
            CHECK(std::is_lt(weft::par_iter(a).compare_three_way(b)));
            CHECK(std::is_gt(weft::par_iter(b).compare_three_way(weft::par_iter(a))));
            b = a;
            b.pop_back();
            CHECK_FALSE(weft::par_iter(a).equal(b));
            CHECK(std::is_gt(weft::par_iter(a).compare_three_way(b)));
            CHECK(std::is_lt(weft::par_iter(b).compare_three_way(a)));
        }
    }
    const std::vector<double> odd{1.0, std::numeric_limits<double>::quiet_NaN()};
    CHECK((weft::par_iter(odd).compare_three_way(odd) == std::partial_ordering::unordered));
}
