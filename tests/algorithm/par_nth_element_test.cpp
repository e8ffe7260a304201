// tests/algorithm/par_nth_element_test.cpp - the element that belongs at one position, or the first ones, as if all
// were sorted.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_nth_element.hpp>

#include "random.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <vector>

namespace {

using test::random_numbers;

}  // namespace

TEST_CASE("group: nth_element and partial_sort put the right elements in place")
{
    for (const std::size_t n : {1U, 2U, 30U, 1000U, 50'000U}) {
        for (const unsigned below : {1U, 3U, 1'000'000U}) {
            const auto input = random_numbers(n, below);
            auto expected = input;
            std::sort(expected.begin(), expected.end());
            for (const std::size_t at : {std::size_t{0}, n / 3, n / 2, n - 1, n}) {
                const auto place = static_cast<std::ptrdiff_t>(at);
                auto v = input;
                CHECK(weft::par_nth_element(v, v.begin() + place) == v.end());
                if (at < n) {
                    CHECK(v[at] == expected[at]);
                    CHECK(std::all_of(v.begin(), v.begin() + place, [&](int x) { return x <= expected[at]; }));
                    CHECK(std::all_of(v.begin() + place, v.end(), [&](int x) { return x >= expected[at]; }));
                }
                v = input;
                weft::par_partial_sort(v, v.begin() + place);
                CHECK(std::equal(v.begin(), v.begin() + place, expected.begin()));
                std::sort(v.begin(), v.end());
                CHECK(v == expected);
            }
        }
    }
}
