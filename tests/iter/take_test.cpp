// tests/iter/take_test.cpp - take, skip, step_by and rev: some of the positions, or all in another order.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/iter/take.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <vector>

namespace {

using test::random_numbers;
using test::short_sizes;

}  // namespace

TEST_CASE("take, skip, step_by, rev: positions of an indexed chain")
{
    for (std::size_t n : short_sizes) {
        const std::vector<int> v = random_numbers(n);
        std::vector<int> reversed(v.rbegin(), v.rend());
        test::check_chain([&] { return weft::par_iter(v).rev(); }, reversed);
        test::check_chain([&] { return weft::par_iter(v).rev().rev(); }, v);
        for (std::size_t k : {0u, 1u, 2u, 5u, 16u, 100u}) {
            const auto cut = static_cast<std::ptrdiff_t>(std::min(n, k));
            test::check_chain([&] { return weft::par_iter(v).take(k); }, std::vector<int>(v.begin(), v.begin() + cut));
            test::check_chain([&] { return weft::par_iter(v).skip(k); }, std::vector<int>(v.begin() + cut, v.end()));
            if (k == 0) continue;
            std::vector<int> stepped;
            for (std::size_t i = 0; i < n; i += k) stepped.push_back(v[i]);
            test::check_chain([&] { return weft::par_iter(v).step_by(k); }, stepped);
            std::vector<int> mixed;
            for (std::size_t i = 1; i < std::min<std::size_t>(n, 20); i += k) mixed.push_back(v[i] + 1);
            std::reverse(mixed.begin(), mixed.end());
            test::check_chain(
                [&] { return weft::par_iter(v).map([](int x) { return x + 1; }).take(20).skip(1).step_by(k).rev(); },
                mixed);
        }
    }
    CHECK_THROWS_AS(weft::par_range(0, 3).step_by(0), std::invalid_argument);
}
