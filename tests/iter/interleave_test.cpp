// tests/iter/interleave_test.cpp - interleave and intersperse: items between items.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/interleave.hpp>
#include <weft/iter/par_iter.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace {

using test::random_numbers;
using test::short_sizes;

}  // namespace

TEST_CASE("interleave, intersperse: as the sequential loop")
{
    for (std::size_t n : short_sizes) {
        for (std::size_t m : short_sizes) {
            const std::vector<int> a = random_numbers(n);
            const std::vector<int> b = random_numbers(m, 1000, 2);
            std::vector<int> expected;
            for (std::size_t i = 0; i < std::max(n, m); ++i) {
                if (i < n) expected.push_back(a[i]);
                if (i < m) expected.push_back(b[i]);
            }
            test::check_chain([&] { return weft::par_iter(a).interleave(b); }, expected);
        }
        const std::vector<int> a = random_numbers(n);
        std::vector<int> expected;
        for (std::size_t i = 0; i < n; ++i) {
            if (i > 0) expected.push_back(-1);
            expected.push_back(a[i]);
        }
        test::check_chain([&] { return weft::par_iter(a).intersperse(-1); }, expected);
    }
}

TEST_CASE("interleave_shortest: ends where the next item would come from who has none")
{
    for (std::size_t a : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{5}}) {
        for (std::size_t b : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{5}}) {
            const std::vector<int> left(a, 1);
            const std::vector<int> right(b, 2);
            std::vector<int> expected;
            for (std::size_t i = 0; i < a; ++i) {
                expected.push_back(1);
                if (i == b) break;
                expected.push_back(2);
            }
            test::check_chain([&] { return weft::par_iter(left).interleave_shortest(right).copied(); }, expected);
        }
    }
}
