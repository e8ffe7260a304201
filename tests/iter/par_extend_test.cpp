// tests/iter/par_extend_test.cpp - par_extend: appends the items of a chain to what a container has.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_extend.hpp>
#include <weft/iter/par_iter.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <deque>
#include <forward_list>
#include <list>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using test::is_even;
using test::name_of;
using test::random_numbers;
using test::sizes;

}  // namespace

TEST_CASE("par_extend: appends to vectors as push_back does, in place or gathered")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        std::vector<std::string> named{"first"};
        std::vector<std::string> expected{"first"};
        for (int x : v) expected.push_back(name_of(x));
        for (int x : v) {
            if (is_even(x)) expected.push_back(name_of(x));
        }
        CHECK(weft::par_extend(named, weft::par_iter(v).map(name_of)) == n);
        weft::par_extend(named, weft::par_iter(v).filter(is_even).map(name_of));
        CHECK(named == expected);

        std::vector<long> numbers;
        weft::par_extend(numbers, v);
        weft::par_extend(numbers, v);
        std::vector<long> twice(v.begin(), v.end());
        twice.insert(twice.end(), v.begin(), v.end());
        CHECK(numbers == twice);
    }
}

TEST_CASE("par_extend: appends to every kind of container")
{
    const std::vector<int> v = random_numbers(300);
    const auto grown = [&](auto container) {
        weft::par_extend(container, v);
        return container;
    };
    std::vector<int> expected{-1};
    expected.insert(expected.end(), v.begin(), v.end());
    CHECK(std::ranges::equal(grown(std::deque<int>{-1}), expected));
    CHECK(std::ranges::equal(grown(std::list<int>{-1}), expected));
    CHECK(std::ranges::equal(grown(std::forward_list<int>{-1}), expected));
    CHECK(grown(std::set<int>{-1}) == std::set<int>(expected.begin(), expected.end()));
    std::string text = "numbers:";
    weft::par_extend(text, weft::par_iter(v).map(name_of));
    std::string plain = "numbers:";
    for (int x : v) plain += name_of(x);
    CHECK(text == plain);
    std::vector<bool> flags{true};
    weft::par_extend(flags, weft::par_iter(v).map(is_even));
    CHECK(flags.size() == 301);
    CHECK(flags[5] == is_even(v[4]));
    std::vector<std::unique_ptr<int>> owners;
    weft::par_extend(owners, weft::par_iter(v).map([](int x) { return std::make_unique<int>(x); }));
    CHECK(*owners.back() == v.back());
}

TEST_CASE("par_extend: a vector has what it had if an item throws")
{
    const std::vector<int> v(5000, 1);
    const long before = test::counted::alive();
    {
        std::vector<test::counted> all{1, 2, 3};
        std::atomic<int> calls{0};
        const auto throws_late = [&](int x) {
            if (calls++ == 3000) throw std::runtime_error("late");
            return test::counted(x);
        };
        CHECK_THROWS_AS(weft::par_extend(all, weft::par_iter(v).map(throws_late)), std::runtime_error);
        CHECK(all == std::vector<test::counted>{1, 2, 3});
        calls = 0;
        const auto kept = [](const test::counted&) { return true; };
        CHECK_THROWS_AS(weft::par_extend(all, weft::par_iter(v).map(throws_late).filter(kept)), std::runtime_error);
        CHECK(all == std::vector<test::counted>{1, 2, 3});
    }
    CHECK(test::counted::alive() == before);
}
