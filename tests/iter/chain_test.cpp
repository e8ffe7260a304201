// tests/iter/chain_test.cpp - chain: one chain after the other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/chain.hpp>
#include <weft/iter/par_iter.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <cstddef>
#include <vector>

namespace {

using test::random_numbers;
using test::short_sizes;

}  // namespace

TEST_CASE("chain: one after the other")
{
    for (std::size_t n : short_sizes) {
        for (std::size_t m : short_sizes) {
            const std::vector<int> a = random_numbers(n);
            const std::vector<int> b = random_numbers(m, 1000, 2);
            std::vector<int> both = a;
            both.insert(both.end(), b.begin(), b.end());
            test::check_chain([&] { return weft::par_iter(a).chain(b); }, both);
            test::check_chain([&] { return weft::par_iter(a).map([](int x) { return x; }).chain(std::vector<int>(b)); },
                              both);
            std::vector<int> some;
            for (int x : a) {
                if (x % 2 != 0) some.push_back(x);
            }
            some.insert(some.end(), b.begin(), b.end());
            test::check_chain([&] { return weft::par_iter(a).filter([](int x) { return x % 2 != 0; }).chain(b); },
                              some);
        }
    }
}
