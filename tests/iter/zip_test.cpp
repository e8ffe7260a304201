// tests/iter/zip_test.cpp - zip and enumerate: items with the same number, together.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/iter/zip.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <cstddef>
#include <deque>
#include <stdexcept>
#include <tuple>
#include <vector>

namespace {

using test::random_numbers;
using test::short_sizes;

}  // namespace

TEST_CASE("enumerate and zip: tuples, taken whole or part by part")
{
    for (std::size_t n : short_sizes) {
        const std::vector<int> v = random_numbers(n);
        std::vector<std::tuple<std::size_t, int>> numbered;
        for (std::size_t i = 0; i < n; ++i) numbered.emplace_back(i, v[i]);
        test::check_chain([&] { return weft::par_iter(v).enumerate(); }, numbered);

        std::deque<int> shorter(v.begin(), v.end());
        if (n > 2) shorter.pop_back();
        std::vector<std::tuple<int, int, char>> zipped;
        for (std::size_t i = 0; i < shorter.size() && i < 20; ++i) zipped.emplace_back(v[i], shorter[i], 'c');
        test::check_chain([&] { return weft::par_iter(v).zip(shorter, std::vector<char>(20, 'c')); }, zipped);
        test::check_chain(
            [&] {
                return weft::par_iter(v).zip(weft::par_iter(shorter).map([](int x) { return x; }),
                                             std::vector<char>(20, 'c'));
            },
            zipped);
    }
    std::vector<int> a{1, 2, 3};
    std::vector<int> b{10, 20, 30};
    weft::par_iter(a).zip(b).for_each([](int& x, int y) { x += y; });
    CHECK(a == std::vector<int>{11, 22, 33});
    CHECK(
        weft::par_iter(a).zip(b).map([](std::tuple<int&, int&> t) { return std::get<0>(t) - std::get<1>(t); }).sum() ==
        6);
    CHECK(weft::par_iter(a).zip(b).filter([](int x, int) { return x > 11; }).count() == 2);
    CHECK(weft::par_iter(a).enumerate().zip(b).map([](auto numbered, int) { return std::get<0>(numbered); }).sum() ==
          3);
    auto best = weft::par_iter(a).enumerate().max({}, [](std::size_t, int x) { return -x; });
    CHECK(std::get<0>(*best) == 0);
    // A result never refers into the source.
    std::get<1>(*best) = 1000;
    CHECK(a[0] == 11);
}

TEST_CASE("zip_eq: lengths must agree")
{
    const std::vector<int> a = random_numbers(10);
    const std::vector<int> b = random_numbers(9);
    CHECK(weft::par_iter(a).zip_eq(a, a).count() == 10);
    CHECK_THROWS_AS(weft::par_iter(a).zip_eq(b), std::invalid_argument);
    CHECK_THROWS_AS(weft::par_iter(b).zip_eq(b, a), std::invalid_argument);
}
