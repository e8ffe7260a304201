// tests/iter/fold_test.cpp - fold, fold_chunks, chunks and try_fold: one state per fixed block of positions.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/fold.hpp>
#include <weft/iter/par_iter.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace {

using test::random_numbers;
using test::short_sizes;

}  // namespace

TEST_CASE("fold: partial results in order, as many for every run")
{
    for (std::size_t n : {0u, 1u, 100u, 1000u, 5000u}) {
        std::vector<int> v = random_numbers(n);
        auto parts = weft::par_iter(v)
                         .fold(std::vector<int>(), [](std::vector<int>& part, int x) { part.push_back(x); })
                         .to_vector();
        std::vector<int> all;
        for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
        CHECK(all == v);
        CHECK(weft::par_iter(v).fold([] { return 0L; }, [](long a, int x) { return a + x; }).sum() ==
              std::accumulate(v.begin(), v.end(), 0L));
        CHECK(weft::par_iter(v)
                  .enumerate()
                  .fold(std::size_t{0}, [](std::size_t a, std::size_t i, int) { return a + i; })
                  .sum() == (n == 0 ? 0 : n * (n - 1) / 2));
    }
    const std::vector<int> v = random_numbers(1000);
    test::check_chain([&] { return weft::par_iter(v).fold(0, [](int a, int x) { return a + x; }); },
                      weft::par_iter(v).fold(0, [](int a, int x) { return a + x; }).to_vector());
    CHECK(weft::par_iter(v).fold(0, [](int a, int x) { return a + x; }).enumerate().count() > 100);
}

TEST_CASE("chunks, fold_chunks: n items each, in order, the rest last")
{
    for (std::size_t n : short_sizes) {
        for (std::size_t length : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{100}}) {
            const std::vector<int> v = random_numbers(n);
            std::vector<std::vector<int>> pieces;
            std::vector<int> sums;
            for (std::size_t lo = 0; lo < n; lo += length) {
                const auto from = v.begin() + static_cast<std::ptrdiff_t>(lo);
                const auto to = v.begin() + static_cast<std::ptrdiff_t>(std::min(n, lo + length));
                pieces.emplace_back(from, to);
                sums.push_back(std::accumulate(from, to, 0));
            }
            test::check_chain([&] { return weft::par_iter(v).chunks(length); }, pieces);
            test::check_chain(
                [&] { return weft::par_iter(v).fold_chunks(length, 0, [](int s, int x) { return s + x; }); }, sums);
        }
    }
    // Chunks have indices like any other items.
    const std::vector<int> ten = random_numbers(10);
    CHECK(weft::par_iter(ten).chunks(4).interleave(weft::par_iter(ten).chunks(5).rev()).to_vector() ==
          std::vector<std::vector<int>>{{ten.begin(), ten.begin() + 4},
                                        {ten.begin() + 5, ten.end()},
                                        {ten.begin() + 4, ten.begin() + 8},
                                        {ten.begin(), ten.begin() + 5},
                                        {ten.begin() + 8, ten.end()}});
    CHECK(weft::par_iter(ten).fold_chunks(6, 1, [](int s, int) { return s + 1; }).intersperse(0).to_vector() ==
          std::vector{7, 0, 5});
    const std::vector<int> v{1};
    CHECK_THROWS_AS(weft::par_iter(v).chunks(0), std::invalid_argument);
    CHECK_THROWS_AS(weft::par_iter(v).fold_chunks(0, 0, [](int s, int) { return s; }), std::invalid_argument);
}
