// tests/iter/take_any_test.cpp - take_any, skip_any, their _while, while_some: limits shared by all pieces.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/iter/take_any.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using test::random_numbers;

}  // namespace

TEST_CASE("take_any, skip_any: as many as asked for")
{
    const std::vector<int> v = random_numbers(20'000);
    for (std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{19'999}, std::size_t{30'000}}) {
        const std::size_t taken = std::min(n, v.size());
        CHECK(weft::par_iter(v).take_any(n).count() == taken);
        CHECK(weft::par_iter(v).skip_any(n).count() == v.size() - taken);
        CHECK(weft::par_iter(v).take_any(n).chain(weft::par_iter(v)).count() == taken + v.size());
    }
    CHECK(weft::par_range(std::size_t{0}, ~std::size_t{0}).take_any(10).to_vector().size() == 10);
}

TEST_CASE("take_any: what is left of an endless range ends at once, also in a loop that has met dear items")
{
    std::size_t dear = 50;
    const auto one = [&](std::size_t i) {
        if (i < dear) std::this_thread::sleep_for(std::chrono::microseconds(200));
        return i;
    };
    const auto few_of = [&](std::size_t n) { return weft::par_range(std::size_t{0}, n).take_any(1000).map(one); };
    const auto few_of_two = [&](std::size_t n) {
        return weft::par_range(std::size_t{0}, n).chain(weft::par_range(std::size_t{0}, n)).take_any(1000).map(one);
    };
    const auto few_and_one = [&](std::size_t n) {
        return weft::par_range(std::size_t{0}, n).take_any(1000).chain(weft::par_range(std::size_t{0}, std::size_t{1}));
    };
    for (int round = 0; round < 3; ++round) {
        CHECK(few_of(20'000).to_vector().size() == 1000);
        CHECK(few_of_two(20'000).to_vector().size() == 1000);
        CHECK(few_and_one(20'000).map(one).to_vector().size() == 1001);
    }
    dear = 0;
    CHECK(few_of(~std::size_t{0}).to_vector().size() == 1000);
    CHECK(few_of_two(~std::size_t{0} / 2).to_vector().size() == 1000);
    CHECK(few_and_one(~std::size_t{0} - 1).map(one).to_vector().size() == 1001);
}

TEST_CASE("take_any_while, skip_any_while, while_some: shared by all pieces")
{
    const std::vector<int> v = random_numbers(20'000);
    const auto always = [](int) { return true; };
    const auto never = [](int) { return false; };
    CHECK(weft::par_iter(v).take_any_while(always).to_vector() == v);
    CHECK(weft::par_iter(v).take_any_while(never).count() == 0);
    CHECK(weft::par_iter(v).skip_any_while(always).count() == 0);
    CHECK(weft::par_iter(v).skip_any_while(never).to_vector() == v);
    CHECK(weft::par_iter(v).take_any_while([](int x) { return x < 900; }).all_of([](int x) { return x < 900; }));
    const auto some = [&](int x) { return std::optional<int>(x); };
    CHECK(weft::par_iter(v).map(some).while_some().to_vector() == v);
    const auto few = [&](std::size_t i, int x) { return i < 100 ? std::optional<int>(x) : std::nullopt; };
    CHECK(weft::par_iter(v).enumerate().map(few).while_some().count() <= 100);
    std::vector<std::optional<std::string>> texts{"a", "b"};
    CHECK(weft::par_iter(texts).while_some().to_vector() == std::vector<std::string>{"a", "b"});
}
