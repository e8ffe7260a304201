// tests/base/rng_test.cpp - the numbers are splitmix64's, spread evenly, and usable with the standard library.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/rng.hpp>

#include "test.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

TEST_CASE("rng: gives the published numbers of splitmix64")
{
    weft::rng zero(0);
    CHECK(zero() == 0xe220a8397b1dcdafu);
    CHECK(zero() == 0x6e789e6aa1b965f4u);
    CHECK(zero() == 0x06c45d188009454fu);
    weft::rng other(1234567);
    CHECK(other() == 6457827717110365317u);
    CHECK(other() == 3203168211198807973u);
}

TEST_CASE("rng: the same seed gives the same numbers, another seed others")
{
    weft::rng a(42);
    weft::rng b(42);
    weft::rng c(43);
    int equal = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto x = a();
        CHECK(x == b());
        equal += x == c();
    }
    CHECK(equal == 0);
}

TEST_CASE("rng: below stays below, and hits every value about as often")
{
    weft::rng random(7);
    for (const std::uint32_t bound : {1u, 2u, 3u, 10u, 0x80000001u, 0xffffffffu}) {
        bool inside = true;
        for (int i = 0; i < 1000; ++i) inside = inside && random.below(bound) < bound;
        CHECK(inside);
    }
    std::array<int, 7> hits{};
    for (int i = 0; i < 70'000; ++i) ++hits[random.below(7)];
    for (const int n : hits) CHECK(std::abs(n - 10'000) < 500);  // five standard deviations
}

TEST_CASE("rng: is a generator for the standard library, and works at compile time")
{
    STATIC_REQUIRE(std::uniform_random_bit_generator<weft::rng>);
    STATIC_REQUIRE(weft::rng(0)() == 0xe220a8397b1dcdafu);
    std::array<int, 100> items{};
    std::iota(items.begin(), items.end(), 0);
    auto shuffled = items;
    std::shuffle(shuffled.begin(), shuffled.end(), weft::rng(1));
    CHECK(shuffled != items);
    CHECK(std::is_permutation(shuffled.begin(), shuffled.end(), items.begin()));
}
