// tests/iter/with_len_test.cpp - with_min_len, with_max_len, by_uniform_blocks and the like: how a loop is cut.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/iter/with_len.hpp>

#include "common.hpp"
#include "test.hpp"

#include <atomic>
#include <cstddef>
#include <initializer_list>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <vector>

namespace {

using test::random_numbers;

}  // namespace

TEST_CASE("with_min_len, with_max_len: the items stay the same")
{
    const std::vector<int> v = random_numbers(1000);
    for (std::size_t n : {0u, 1u, 7u, 5000u}) {
        CHECK(weft::par_iter(v).with_min_len(n).to_vector() == v);
        CHECK(weft::par_iter(v).with_max_len(n).to_vector() == v);
        CHECK(weft::par_iter(v).with_max_len(n).with_min_len(3).map([](int x) { return double(x); }).sum() ==
              weft::par_iter(v).map([](int x) { return double(x); }).sum());
    }
}

TEST_CASE("by_uniform_blocks, by_exponential_blocks: the same results, and a search stays near the front")
{
    for (const std::size_t n : std::initializer_list<std::size_t>{0, 1, 63, 64, 65, 5000}) {
        const std::vector<int> v = random_numbers(n);
        CHECK(weft::par_iter(v).by_exponential_blocks().to_vector() == v);
        CHECK(weft::par_iter(v).by_uniform_blocks(7).to_vector() == v);
        CHECK(weft::par_iter(v).by_uniform_blocks(100).sum() == std::accumulate(v.begin(), v.end(), 0));
        const auto even = [](int x) { return x % 2 == 0; };
        CHECK(weft::par_iter(v).by_exponential_blocks().filter(even).to_vector() ==
              weft::par_iter(v).filter(even).to_vector());
        const auto last = n == 0 ? std::optional<std::size_t>() : n - 1;
        CHECK(weft::par_iter(v).enumerate().by_uniform_blocks(9).find_map_last(
                  [](std::size_t i, int) { return std::optional<std::size_t>(i); }) == last);
    }
    std::atomic<std::size_t> visited{0};
    const auto found = weft::par_range(0, 1'000'000).by_uniform_blocks(100).find_first([&](int i) {
        visited.fetch_add(1);
        return i >= 250;
    });
    CHECK(found == 250);
    CHECK(visited.load() <= 300);
    CHECK_THROWS_AS(weft::par_range(0, 5).by_uniform_blocks(0), std::invalid_argument);
}
