// tests/iter/flat_map_test.cpp - flat_map_iter, flat_map, flatten: several items in place of one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/flat_map.hpp>
#include <weft/iter/par_iter.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace {

using test::random_numbers;
using test::short_sizes;

}  // namespace

TEST_CASE("flat_map_iter: several items for one")
{
    for (std::size_t n : short_sizes) {
        const std::vector<int> v = random_numbers(n);
        std::vector<int> expected;
        for (int x : v) {
            for (int k = 0; k < x % 4; ++k) expected.push_back(x + k);
        }
        test::check_chain(
            [&] {
                return weft::par_iter(v).flat_map_iter([](int x) {
                    std::vector<int> some;
                    for (int k = 0; k < x % 4; ++k) some.push_back(x + k);
                    return some;
                });
            },
            expected);
    }
    std::vector<std::vector<int>> nested{{1, 2}, {}, {3}};
    weft::par_iter(nested)
        .flat_map_iter([](std::vector<int>& inner) -> std::vector<int>& { return inner; })
        .for_each([](int& x) { x *= 10; });
    CHECK(nested == std::vector<std::vector<int>>{{10, 20}, {}, {30}});
}

TEST_CASE("flat_map, flatten: inner chains, ranges and optionals")
{
    for (std::size_t n : short_sizes) {
        std::vector<int> counts = random_numbers(n);
        for (int& x : counts) x %= 4;
        std::vector<int> expected;
        std::vector<std::vector<int>> nested;
        std::vector<std::optional<int>> maybe;
        std::vector<int> odd;
        for (int x : counts) {
            nested.emplace_back();
            for (int i = 0; i < x; ++i) {
                expected.push_back(i);
                nested.back().push_back(i);
            }
            maybe.push_back(x % 2 != 0 ? std::optional<int>(x) : std::nullopt);
            if (x % 2 != 0) odd.push_back(x);
        }
        test::check_chain([&] { return weft::par_iter(counts).flat_map([](int x) { return weft::par_range(0, x); }); },
                          expected);
        test::check_chain(
            [&] {
                return weft::par_iter(counts).flat_map([](int x) {
                    std::vector<int> v(static_cast<std::size_t>(x));
                    std::iota(v.begin(), v.end(), 0);
                    return v;
                });
            },
            expected);
        test::check_chain([&] { return weft::par_iter(nested).flatten(); }, expected);
        test::check_chain([&] { return weft::par_iter(maybe).flatten(); }, odd);
        test::check_chain(
            [&] { return weft::par_iter(counts).map([](int x) { return weft::par_range(0, x); }).flatten(); },
            expected);
        auto copy = nested;
        CHECK(weft::par_iter(std::move(copy)).flatten().to_vector() == expected);
    }
}
