// tests/iter/scan_test.cpp - scan: prefixes of the items.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/iter/scan.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

namespace {

using test::random_numbers;

}  // namespace

TEST_CASE("scan: prefixes, as std")
{
    for (const std::size_t n : std::initializer_list<std::size_t>{0, 1, 2, 100, 4095, 4096, 4097, 20'000}) {
        const std::vector<int> v = random_numbers(n);
        std::vector<long> expected;
        std::inclusive_scan(v.begin(), v.end(), std::back_inserter(expected), std::plus<>(), 0L);
        CHECK(weft::par_iter(v).scan(0L, [](long a, long b) { return a + b; }).to_vector() == expected);
        std::vector<int> largest;
        std::inclusive_scan(v.begin(), v.end(), std::back_inserter(largest),
                            [](int a, int b) { return std::max(a, b); });
        CHECK(weft::par_iter(v).scan(-1, [](int a, int b) { return std::max(a, b); }).rev().rev().to_vector() ==
              largest);
    }
    std::vector<std::string> letters(5000, "x");
    letters[4998] = "y";
    const auto words = weft::par_iter(letters)
                           .scan(std::string(), [](const std::string& a, const std::string& b) { return a + b; })
                           .to_vector();
    CHECK(words.back().size() == 5000);
    CHECK(words.back()[4998] == 'y');
}
