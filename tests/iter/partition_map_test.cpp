// tests/iter/partition_map_test.cpp - partition_map: a vector for each alternative of a variant.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/iter/partition_map.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace {

using test::is_even;
using test::name_of;
using test::random_numbers;
using test::sizes;

}  // namespace

TEST_CASE("partition_map: each alternative has a vector of its own, in order")
{
    using choice = std::variant<int, std::string, double>;
    const auto choose = [](int x) -> choice {
        if (x % 3 == 0) return x;
        if (x % 3 == 1) return name_of(x);
        return x / 2.0;
    };
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        std::tuple<std::vector<int>, std::vector<std::string>, std::vector<double>> expected;
        for (int x : v) {
            if (x % 3 == 0) std::get<0>(expected).push_back(x);
            if (x % 3 == 1) std::get<1>(expected).push_back(name_of(x));
            if (x % 3 == 2) std::get<2>(expected).push_back(x / 2.0);
        }
        CHECK(weft::par_iter(v).partition_map(choose) == expected);
        const auto [small, large] = weft::par_iter(v).partition_map(
            [](int x) { return x < 500 ? std::variant<int, long>(x) : std::variant<int, long>(long{x}); });
        CHECK(small.size() + large.size() == n);
        CHECK(std::ranges::all_of(small, [](int x) { return x < 500; }));
        CHECK(std::ranges::all_of(large, [](long x) { return x >= 500; }));
    }
    const std::vector<int> v = random_numbers(50);
    const auto owners = weft::par_iter(v).partition_map([](int x) -> std::variant<std::unique_ptr<int>, int> {
        if (is_even(x)) return x;
        return std::make_unique<int>(x);
    });
    CHECK(owners.first.size() + owners.second.size() == v.size());
}
