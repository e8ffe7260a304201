// tests/algorithm/par_sort_test.cpp - the sorts against std, on inputs with and without patterns.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_sort.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "algorithm/throwing_sort.hpp"
#include "test.hpp"

namespace {

std::vector<std::vector<int>> inputs(std::size_t n)
{
    std::mt19937 random(7);
    std::vector<int> v(n);
    std::iota(v.begin(), v.end(), 0);
    std::vector<std::vector<int>> all{v, {v.rbegin(), v.rend()}, std::vector<int>(n, 3)};
    const auto add = [&](auto f) {
        std::vector<int> x(n);
        for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<int>(f(i));
        all.push_back(x);
    };
    add([&](std::size_t) { return random(); });
    add([&](std::size_t) { return random() % 5; });
    add([&](std::size_t i) { return i % 17; });
    add([&](std::size_t i) { return std::min(i, n - i); });
    add([&](std::size_t i) { return i % 100 == 99 ? random() % 1000 : i; });
    add([&](std::size_t i) { return i + 1 == n ? 0 : i; });
    return all;
}

constexpr std::size_t sizes[] = {0, 1, 2, 3, 20, 21, 100, 1000, 5000, 200'000};

struct pair_of {
    int key;
    int index;
    friend bool operator==(const pair_of&, const pair_of&) = default;
};

}  // namespace

TEST_CASE("sort: every pattern and size comes out as std::sort would give it")
{
    for (const std::size_t n : sizes) {
        for (const std::vector<int>& input : inputs(test::scaled(n) < n && n > 1000 ? n / 10 : n)) {
            std::vector<int> expected = input;
            std::sort(expected.begin(), expected.end());
            std::vector<int> v = input;
            CHECK(weft::par_sort(v) == v.end());
            CHECK(v == expected);
            v = input;
            weft::par_sort(v, [](int a, int b) { return a < b; });
            CHECK(v == expected);
            v = input;
            weft::par_stable_sort(v);
            CHECK(v == expected);
            CHECK(weft::par_is_sorted(v));
            CHECK(weft::par_is_sorted(input) == std::is_sorted(input.begin(), input.end()));
            std::reverse(expected.begin(), expected.end());
            v = input;
            weft::par_sort(v, std::greater<>());
            CHECK(v == expected);
            v = input;
            weft::par_sort(v, {}, [](int x) { return -static_cast<long>(x); });
            CHECK(v == expected);
        }
    }
}

TEMPLATE_TEST_CASE("sort: all number types", "", std::int8_t, std::uint16_t, std::int32_t, std::uint64_t, long long,
                   float, double)
{
    std::mt19937_64 random(1);
    for (const std::size_t n : {10U, 1000U, 300'000U}) {
        std::vector<TestType> v(n);
        for (TestType& x : v) x = static_cast<TestType>(static_cast<std::int64_t>(random()));
        std::vector<TestType> expected = v;
        std::sort(expected.begin(), expected.end());
        weft::par_sort(v);
        CHECK(v == expected);
    }
}

TEST_CASE("sort: NaN goes to the end")
{
    std::mt19937 random(1);
    for (const std::size_t n : {2U, 100U, 200'000U}) {
        std::vector<float> v(n);
        for (float& x : v)
            x = random() % 3 == 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(random());
        const auto numbers = std::count_if(v.begin(), v.end(), [](float x) { return !std::isnan(x); });
        weft::par_sort(v);
        CHECK(std::is_sorted(v.begin(), v.begin() + numbers));
        CHECK(std::all_of(v.begin() + numbers, v.end(), [](float x) { return std::isnan(x); }));
        weft::par_sort(v, std::ranges::greater());
        CHECK(std::is_sorted(v.begin(), v.begin() + numbers, std::greater<>()));
    }
}

TEST_CASE("sort: the stable sort keeps the order of equals, and so does the one by a cached key")
{
    std::mt19937 random(3);
    for (const std::size_t n : {0U, 1U, 50U, 5000U, 100'000U}) {
        std::vector<pair_of> v(n);
        for (std::size_t i = 0; i < n; ++i) v[i] = {static_cast<int>(random() % 50), static_cast<int>(i)};
        std::vector<pair_of> expected = v;
        std::ranges::stable_sort(expected, {}, &pair_of::key);
        std::vector<pair_of> other = v;
        weft::par_stable_sort(v, {}, &pair_of::key);
        CHECK(v == expected);
        std::atomic<std::size_t> calls = 0;
        weft::par_sort_by_cached_key(other, [&](const pair_of& x) { return ++calls, std::to_string(100 + x.key); });
        CHECK(other == expected);
        CHECK(calls == n);
    }
}

TEST_CASE("sort: strings and elements that only move")
{
    std::mt19937 random(3);
    std::vector<std::string> words(20'000);
    for (std::string& w : words) w = "a rather long beginning " + std::to_string(random());
    std::vector<std::string> expected = words;
    std::sort(expected.begin(), expected.end());
    std::vector<std::string> v = words;
    weft::par_sort(v);
    CHECK(v == expected);
    v = words;
    weft::par_stable_sort(v);
    CHECK(v == expected);

    std::vector<std::unique_ptr<int>> pointers;
    for (int i = 0; i < 5000; ++i) pointers.push_back(std::make_unique<int>(static_cast<int>(random() % 1000)));
    const auto less = [](const auto& a, const auto& b) { return *a < *b; };
    weft::par_stable_sort(pointers, std::greater<>(), [](const auto& p) { return *p; });
    CHECK(std::ranges::is_sorted(pointers, [&](const auto& a, const auto& b) { return less(b, a); }));
    weft::par_sort(pointers, less);
    CHECK(std::ranges::is_sorted(pointers, less));
}

TEST_CASE("sort: a comparator that throws leaves a permutation")
{
    std::mt19937 random(5);
    for (const int n : {2, 10, 40, 3000, 20'000}) {
        for (int k = 0; k < (n <= 40 ? 300 : 20'000); k += n <= 40 ? 1 : 1999) {
            for (const bool stable : {false, true}) {
                std::vector<int> keys;
                for (int i = 0; i < n; ++i) keys.push_back((i * 7919) % n);
                std::shuffle(keys.begin(), keys.end(), random);
                test::sort_and_throw(keys, k, stable);
            }
        }
    }
}

TEST_CASE("sort: a comparator that lies gives some permutation")
{
    std::vector<int> all(30'000);
    std::iota(all.begin(), all.end(), 0);
    std::atomic<unsigned> state = 1;
    const std::vector<std::function<bool(int, int)>> liars{
        [](int, int) { return true; }, [](int, int) { return false; }, [](int a, int b) { return a <= b; },
        [&](int, int) { return ((state.fetch_add(0x9E3779B9U) * 0x85EBCA6BU) >> 31U) != 0; }};
    for (const auto& less : liars) {
        for (const bool stable : {false, true}) {
            std::vector<int> v = all;
            std::shuffle(v.begin(), v.end(), std::mt19937(9));
            if (stable) {
                weft::par_stable_sort(v, std::cref(less));
            } else {
                weft::par_sort(v, std::cref(less));
            }
            std::sort(v.begin(), v.end());
            CHECK(v == all);
        }
    }
}

TEST_CASE("sort: merge takes equals from the first range")
{
    std::mt19937 random(3);
    for (const std::size_t n : {0U, 1U, 1000U, 60'000U}) {
        std::vector<pair_of> a(n);
        std::vector<pair_of> b(n / 3 + 1);
        for (auto& x : a) x = {static_cast<int>(random() % 100), 1};
        for (auto& x : b) x = {static_cast<int>(random() % 100), 2};
        const auto less = [](const pair_of& x, const pair_of& y) { return x.key < y.key; };
        std::stable_sort(a.begin(), a.end(), less);
        std::stable_sort(b.begin(), b.end(), less);
        std::vector<pair_of> expected(a.size() + b.size());
        std::merge(a.begin(), a.end(), b.begin(), b.end(), expected.begin(), less);
        std::vector<pair_of> out(expected.size());
        CHECK(weft::par_merge(a, b, out.begin(), less) == out.end());
        CHECK(out == expected);
    }
}
