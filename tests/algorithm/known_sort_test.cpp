// tests/algorithm/known_sort_test.cpp - the sorts without a comparator: records, pairs and strings against std.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_sort.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "test.hpp"

namespace {

template <class Key>
struct record {
    Key key;
    std::uint32_t index;
    friend bool operator==(const record&, const record&) = default;
};

/// Random bits under several masks: all bits, few high ones, few low ones, a gap, none.
constexpr std::uint64_t masks[] = {~0ULL, 0xff00000000000000, 0xffff, 0xf00000000000000f, 0x0000ff00ff000000, 0};

template <class T>
T make(std::uint64_t bits)
{
    if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(static_cast<std::int64_t>(bits)) / T{1024};
    } else {
        return static_cast<T>(bits);
    }
}

std::vector<std::string> words(std::size_t n, std::size_t kind)
{
    std::mt19937_64 random(n + kind);
    std::vector<std::string> v(n);
    for (std::size_t i = 0; i < n; ++i) {
        std::string& s = v[i];
        if (kind == 0) {
            s.resize(random() % 30);
            for (char& c : s) c = static_cast<char>(random());
        } else if (kind == 1) {  // null characters, even at the end
            s.resize(random() % 20);
            for (char& c : s) c = random() % 8 == 0 ? 'a' : '\0';
        } else if (kind == 2) {  // long common prefixes
            s.assign(40 + random() % 3 * 13, 'x');
            s += std::to_string(random() % 500);
        } else if (kind == 3) {  // few distinct
            s.assign(random() % 4 * 9, 'y');
        } else {  // each a prefix of the next
            s.assign(random() % 300, 'z');
        }
    }
    return v;
}

}  // namespace

TEMPLATE_TEST_CASE("known sort: records by a number, stably, in both directions", "", std::int8_t, std::uint16_t,
                   std::int32_t, std::uint64_t, float, double, bool)
{
    using item = record<TestType>;
    std::mt19937_64 random(11);
    for (const std::size_t n : {0U, 1U, 2U, 24U, 25U, 300U, 5000U, 70'000U, 200'000U}) {
        for (const std::uint64_t mask : masks) {
            std::vector<item> v(test::scaled(n) < n && n > 5000 ? n / 3 : n);
            std::uint32_t i = 0;
            for (item& x : v) x = {make<TestType>(random() & mask), i++};
            std::vector<item> expected = v;
            std::vector<item> sorted = v;
            std::ranges::stable_sort(expected, {}, &item::key);
            weft::par_stable_sort(sorted, {}, &item::key);
            CHECK(sorted == expected);
            sorted = v;
            weft::par_sort(sorted, {}, &item::key);
            CHECK(std::ranges::is_sorted(sorted, {}, &item::key));
            sorted = v;
            expected = v;
            std::ranges::stable_sort(expected, std::greater<>(), &item::key);
            weft::par_stable_sort(sorted, std::ranges::greater(), &item::key);
            CHECK(sorted == expected);
            sorted = v;
            weft::par_sort_by_cached_key(sorted, [](const item& x) { return x.key; });
            std::ranges::stable_sort(v, {}, &item::key);
            CHECK(sorted == v);
        }
    }
}

TEST_CASE("known sort: large records are sorted by their places")
{
    struct large {
        double key;
        std::string name;
        std::size_t rest[12];
        bool operator==(const large&) const = default;
    };
    std::mt19937_64 random(3);
    for (const std::size_t n : {100U, 3000U, 60'000U}) {
        std::vector<large> v(n);
        for (std::size_t i = 0; i < n; ++i) v[i] = {static_cast<double>(random() % n), std::to_string(random()), {i}};
        std::deque<large> other(v.begin(), v.end());
        std::vector<large> expected = v;
        std::ranges::stable_sort(expected, {}, &large::key);
        weft::par_stable_sort(v, {}, &large::key);
        CHECK(v == expected);
        std::ranges::stable_sort(expected, std::greater<>(), &large::name);
        weft::par_stable_sort(v, std::greater<>(), &large::name);
        CHECK(v == expected);
        weft::par_sort(other, {}, &large::name);
        CHECK(std::ranges::is_sorted(other, {}, &large::name));
    }
}

TEST_CASE("known sort: pairs of numbers")
{
    std::mt19937_64 random(3);
    const auto check = [&]<class A, class B>(std::pair<A, B>) {
        for (const std::size_t n : {3U, 100U, 5000U, 150'000U}) {
            std::vector<std::pair<A, B>> v(n);
            for (auto& x : v) x = {make<A>(random() % 1000), make<B>(random())};
            std::vector<std::pair<A, B>> expected = v;
            std::ranges::sort(expected);
            std::vector<std::pair<A, B>> sorted = v;
            weft::par_sort(sorted);
            CHECK(sorted == expected);
            std::ranges::sort(expected, std::ranges::greater());
            sorted = v;
            weft::par_sort(sorted, std::greater<>());
            CHECK(sorted == expected);
        }
    };
    check(std::pair<int, int>());
    check(std::pair<std::int8_t, std::uint16_t>());
    check(std::pair<std::uint64_t, std::int64_t>());
    check(std::pair<double, float>());
}

TEST_CASE("known sort: zeros of both signs keep their order, and NaN goes to the end")
{
    for (const std::size_t n : {10U, 3000U, 100'000U}) {
        std::vector<double> v(n);
        for (std::size_t i = 0; i < n; ++i) {
            v[i] = i % 3 == 0 ? 0.0 : i % 3 == 1 ? -0.0 : i % 7 == 0 ? std::numeric_limits<double>::quiet_NaN() : -1.0;
        }
        std::vector<bool> signs;
        for (const double x : v) {
            if (x == 0) signs.push_back(std::signbit(x));
        }
        const auto numbers = std::ranges::count_if(v, [](double x) { return !std::isnan(x); });
        const auto check = [&] {
            std::vector<bool> now;
            for (const double x : v) {
                if (x == 0) now.push_back(std::signbit(x));
            }
            CHECK(now == signs);
            CHECK(std::all_of(v.begin() + numbers, v.end(), [](double x) { return std::isnan(x); }));
        };
        weft::par_stable_sort(v);
        CHECK(std::is_sorted(v.begin(), v.begin() + numbers));
        check();
        weft::par_stable_sort(v, std::greater<>());
        CHECK(std::is_sorted(v.begin(), v.begin() + numbers, std::greater<>()));
        check();
    }
}

TEST_CASE("known sort: strings of every kind")
{
    for (std::size_t kind = 0; kind < 5; ++kind) {
        for (const std::size_t n : {50U, 1024U, 3000U, 40'000U}) {
            std::vector<std::string> v = words(n, kind);
            std::vector<std::pair<std::string, std::size_t>> pairs(n);
            for (std::size_t i = 0; i < n; ++i) pairs[i] = {v[i], i};
            std::vector<std::string_view> views(v.begin(), v.end());
            std::vector<std::string> expected = v;
            std::ranges::sort(expected);
            weft::par_sort(views);
            CHECK(std::ranges::equal(views, expected));
            std::vector<std::string> sorted = v;
            weft::par_sort(sorted);
            CHECK(sorted == expected);
            sorted = v;
            weft::par_sort_by_cached_key(sorted, [](const std::string& s) { return s; });
            CHECK(sorted == expected);
            std::ranges::sort(expected, std::greater<>());
            sorted = v;
            weft::par_stable_sort(sorted, std::greater<>());
            CHECK(sorted == expected);

            using pair = std::pair<std::string, std::size_t>;
            auto expected_pairs = pairs;
            std::ranges::stable_sort(expected_pairs, std::greater<>(), &pair::first);
            weft::par_stable_sort(pairs, std::greater<>(), &pair::first);
            CHECK(pairs == expected_pairs);
            std::ranges::stable_sort(expected_pairs, {}, &pair::first);
            weft::par_stable_sort(pairs, {}, &pair::first);
            CHECK(pairs == expected_pairs);
        }
    }
}

TEST_CASE("known sort: a key that throws changes nothing")
{
    const std::size_t n = 30'000;
    std::vector<test::counted> v;
    for (std::size_t i = 0; i < n; ++i) v.emplace_back(static_cast<int>(i * 7919 % n));
    const auto values = [&] {
        std::vector<int> out;
        for (const auto& x : v) out.push_back(x.value);
        return out;
    };
    const std::vector<int> before = values();
    for (const int k : {0, 1, 17'000, 29'999}) {
        const auto check = [&](auto make_key) {
            std::atomic<int> left = k;
            CHECK_THROWS_AS(weft::par_sort_by_cached_key(v,
                                                         [&](const test::counted& x) {
                                                             if (left.fetch_sub(1) == 0) throw std::runtime_error("no");
                                                             return make_key(x.value);
                                                         }),
                            std::runtime_error);
            CHECK(values() == before);
        };
        check([](int x) { return x; });
        check([](int x) { return std::to_string(x); });
        check([](int x) { return std::pair(std::to_string(x), x); });
    }
    weft::par_sort_by_cached_key(v, [](const test::counted& x) { return std::pair(-x.value, std::string("x")); });
    CHECK(std::ranges::is_sorted(v, [](const auto& a, const auto& b) { return a.value > b.value; }));
}
