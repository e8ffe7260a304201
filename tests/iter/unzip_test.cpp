// tests/iter/unzip_test.cpp - unzip and unzip_into: the parts of the items in vectors of their own.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/iter/unzip.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

namespace {

using test::is_even;
using test::name_of;
using test::random_numbers;
using test::sizes;

}  // namespace

TEST_CASE("unzip: the parts in vectors of their own")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        const auto [numbers, items] = weft::par_iter(v).enumerate().unzip();
        CHECK(items == v);
        CHECK(numbers == weft::par_range(std::size_t{0}, n).to_vector());
        const auto [a, b, c] = weft::par_iter(v)
                                   .filter([](int x) { return x % 2 == 0; })
                                   .map([](int x) { return std::tuple(x, std::to_string(x), 0.5 * x); })
                                   .unzip();
        CHECK(a == weft::par_iter(v).filter([](int x) { return x % 2 == 0; }).to_vector());
        CHECK(b.size() == a.size());
        CHECK(c.size() == a.size());
        CHECK(weft::par_iter(a).zip(b, c).all_of(
            [](int x, const std::string& s, double d) { return std::to_string(x) == s && d == 0.5 * x; }));
    }
}

TEST_CASE("unzip, unzip_into: parts in vectors, whose storage is kept")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        const auto parts = [](int x) { return std::tuple(x, name_of(x), is_even(x)); };
        std::vector<std::string> names;
        std::vector<bool> even;
        for (int x : v) {
            names.push_back(name_of(x));
            even.push_back(is_even(x));
        }
        const auto [a, b, c] = weft::par_iter(v).map(parts).unzip();
        CHECK((a == v && b == names && c == even));
        const auto anything = [](int, const std::string&, bool) { return true; };
        const auto [d, e, f] = weft::par_iter(v).map(parts).filter(anything).unzip();
        CHECK((d == v && e == names && f == even));

        std::vector<long> left(30'000);
        std::vector<std::string> right(3);
        std::vector<char> flags;
        const long* const storage = left.data();
        CHECK(weft::par_iter(v).map(parts).unzip_into(left, right, flags) == n);
        CHECK((left.data() == storage || n == 0));
        CHECK(std::ranges::equal(left, v));
        CHECK((right == names && flags.size() == n));
        weft::par_iter(v).map(parts).filter(anything).unzip_into(left, right, flags);
        CHECK((std::ranges::equal(left, v) && right == names && flags.size() == n));

        std::vector<std::size_t> numbers;
        std::vector<int> copy;
        weft::par_iter(v).enumerate().unzip_into(numbers, copy);
        CHECK((copy == v && numbers.size() == n && (n == 0 || numbers.back() == n - 1)));
    }
}
