// tests/iter/range_test.cpp - par_iter and par_range: chains over ranges and integers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/iter/range.hpp>

#include "check_chain.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

TEST_CASE("par_range: every integer type, at its limits")
{
    test::check_chain([] { return weft::par_range(3, 10); }, std::vector<int>{3, 4, 5, 6, 7, 8, 9});
    test::check_chain([] { return weft::par_range(10, 3); }, std::vector<int>{});
    test::check_chain([] { return weft::par_range(std::int8_t{-128}, std::int8_t{127}).map([](int x) { return x; }); },
                      [] {
                          std::vector<int> v(255);
                          std::iota(v.begin(), v.end(), -128);
                          return v;
                      }());
    test::check_chain([] { return weft::par_range(std::uint8_t{250}, std::uint8_t{255}).map([](int x) { return x; }); },
                      std::vector<int>{250, 251, 252, 253, 254});
    const auto lowest = std::numeric_limits<std::int64_t>::min();
    const auto highest = std::numeric_limits<std::int64_t>::max();
    const auto all = weft::par_range(lowest, highest);
    CHECK(all.extent() == std::numeric_limits<std::uint64_t>::max());
    CHECK(all.reader()(0) == lowest);
    CHECK(all.reader()(all.extent() - 1) == highest - 1);
    CHECK(weft::par_range(lowest, highest).any_of([](std::int64_t x) { return x > lowest + 5; }));
    CHECK(weft::par_range(lowest, highest).find_first([](std::int64_t x) { return x > lowest + 100; }) == lowest + 101);
    const auto top = std::numeric_limits<std::uint64_t>::max();
    test::check_chain([=] { return weft::par_range(top - 3, top); },
                      std::vector<std::uint64_t>{top - 3, top - 2, top - 1});
    CHECK(weft::par_range(0, std::size_t{10}).sum() == 45);
    CHECK_THROWS_AS(weft::par_range(-1, std::size_t{10}), std::invalid_argument);
}

TEST_CASE("par_range_inclusive: both ends, also those of the type")
{
    test::check_chain([] { return weft::par_range_inclusive(3, 6); }, std::vector<int>{3, 4, 5, 6});
    test::check_chain([] { return weft::par_range_inclusive(3, 3); }, std::vector<int>{3});
    test::check_chain([] { return weft::par_range_inclusive(3, 2); }, std::vector<int>());
    test::check_chain([] { return weft::par_range_inclusive(-1, 1L); }, std::vector<long>{-1, 0, 1});
    using limits = std::numeric_limits<std::uint8_t>;
    const auto bytes = weft::par_range_inclusive(limits::min(), limits::max()).to_vector();
    CHECK(bytes.size() == 256);
    CHECK(bytes.back() == 255);
    constexpr auto top = std::numeric_limits<std::int64_t>::max();
    CHECK(weft::par_range_inclusive(top - 1, top).to_vector() == std::vector<std::int64_t>{top - 1, top});
    CHECK(weft::par_range_inclusive(0u, ~0u).size() == std::size_t{1} << 32);
    CHECK_THROWS_AS(weft::par_range_inclusive(std::size_t{0}, ~std::size_t{0}), std::length_error);
    CHECK_THROWS_AS(weft::par_range_inclusive(-1, 5u), std::invalid_argument);
}
