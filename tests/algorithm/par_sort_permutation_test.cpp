// tests/algorithm/par_sort_permutation_test.cpp - the order of elements that stay, and ranges sorted by another.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_sort_permutation.hpp>

#include "test.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace shop {

/// Ordered by a number in it; cannot be copied or moved.
struct fixed {
    explicit fixed(int n) : number(n) {}
    fixed(const fixed&) = delete;
    fixed& operator=(const fixed&) = delete;
    int number;
};

struct version {
    int major;
    int minor;
    friend auto operator<=>(const version&, const version&) = default;
};

}  // namespace shop

/// What the standard library makes of the same input.
template <class R, class Less>
std::vector<std::size_t> expected_order(const R& r, Less less)
{
    std::vector<std::size_t> order(static_cast<std::size_t>(std::ranges::size(r)));
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto at = [&](std::size_t i) -> decltype(auto) {
        return std::ranges::begin(r)[static_cast<std::ptrdiff_t>(i)];
    };
    std::ranges::stable_sort(order, [&](std::size_t i, std::size_t k) { return less(at(i), at(k)); });
    return order;
}

std::vector<int> few_numbers(std::size_t n, int below)
{
    std::mt19937 random(static_cast<unsigned>(n));
    std::vector<int> v(n);
    for (int& x : v) x = static_cast<int>(random() % static_cast<unsigned>(below)) - below / 2;
    return v;
}

constexpr std::size_t sizes[] = {0, 1, 2, 30, 1000, 5000, 150'000};

}  // namespace

TEST_CASE("sort permutation: is the stable order of the elements, which stay where they are")
{
    for (const std::size_t n : sizes) {
        for (const int below : {2, 1000, 1'000'000'000}) {
            const std::vector<int> v = few_numbers(n, below);
            CHECK(weft::par_sort_permutation(v) == expected_order(v, std::less<>()));
            CHECK(weft::par_sort_permutation(v, std::ranges::greater()) == expected_order(v, std::greater<>()));
            CHECK(weft::par_sort_permutation(v.begin(), v.end()) == expected_order(v, std::less<>()));
            const auto by_size = [](int a, int b) { return std::abs(a) < std::abs(b); };
            CHECK(weft::par_sort_permutation(v, by_size) == expected_order(v, by_size));
            CHECK(weft::par_sort_permutation(v, {}, [](int x) { return -double{1} * x; }) ==
                  expected_order(v, std::greater<>()));
            const std::deque<int> d(v.begin(), v.end());
            CHECK(weft::par_sort_permutation(d) == expected_order(v, std::less<>()));
        }
    }
    const std::vector<int> sorted{1, 2, 3};
    CHECK(weft::par_sort_permutation(sorted) == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("sort permutation: takes elements of every kind")
{
    std::mt19937 random(3);
    std::vector<std::string> words(3000);
    for (auto& w : words) w = std::string(random() % 20, 'x') + std::to_string(random() % 100);
    CHECK(weft::par_sort_permutation(words) == expected_order(words, std::less<>()));
    CHECK(weft::par_sort_permutation(words, std::greater<>()) == expected_order(words, std::greater<>()));
    CHECK(weft::par_sort_permutation(words, {}, &std::string::size) ==
          expected_order(words, [](auto& a, auto& b) { return a.size() < b.size(); }));
    // A key that lives no longer than the call.
    CHECK(weft::par_sort_permutation(words, {}, [](const std::string& s) { return s + "!"; }) ==
          expected_order(words, [](auto& a, auto& b) { return a + "!" < b + "!"; }));

    std::vector<shop::version> versions(2000);
    for (auto& v : versions) v = {static_cast<int>(random() % 10), static_cast<int>(random() % 10)};
    CHECK(weft::par_sort_permutation(versions) == expected_order(versions, std::less<>()));
    CHECK(weft::par_sort_permutation(versions, {}, &shop::version::minor) ==
          expected_order(versions, [](auto& a, auto& b) { return a.minor < b.minor; }));

    std::deque<shop::fixed> fixed;
    for (int i = 0; i < 500; ++i) fixed.emplace_back(i * 37 % 101);
    CHECK(weft::par_sort_permutation(std::as_const(fixed), {}, &shop::fixed::number) ==
          expected_order(fixed, [](auto& a, auto& b) { return a.number < b.number; }));

    // Elements that are made when they are read.
    const auto made =
        std::views::iota(0, 5000) | std::views::transform([](int i) { return std::to_string(i * 7 % 90); });
    CHECK(weft::par_sort_permutation(made) == expected_order(made, std::less<>()));
}

TEST_CASE("sort permutation: NaN comes last, and zeros of both signs in the order of their places")
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> v{nan, 0.0, -0.0, 3, -nan, -1};
    CHECK(weft::par_sort_permutation(v) == std::vector<std::size_t>{5, 1, 2, 3, 0, 4});
    CHECK(weft::par_sort_permutation(v, std::greater<>()) == std::vector<std::size_t>{3, 1, 2, 5, 0, 4});
    const std::vector<long double> l(v.begin(), v.end());
    CHECK(weft::par_sort_permutation(l) == std::vector<std::size_t>{5, 1, 2, 3, 0, 4});
}

TEST_CASE("sort permutation: what a comparator or a projection throws leaves, and nothing has changed")
{
    const std::vector<int> v = few_numbers(20'000, 1000);
    for (const int after : {0, 1, 5000}) {
        std::atomic<int> left = after;
        const auto tick = [&] {
            if (left.fetch_sub(1) == 0) throw std::runtime_error("no");
        };
        CHECK_THROWS_AS(weft::par_sort_permutation(v, [&](int a, int b) { return tick(), a < b; }), std::runtime_error);
        left = after;
        CHECK_THROWS_AS(weft::par_sort_permutation(v, {}, [&](int a) { return tick(), a; }), std::runtime_error);
        left = after;
        auto keys = v;
        auto values = v;
        CHECK_THROWS_AS(weft::par_sort_by_key([&](int a, int b) { return tick(), a < b; }, keys, values),
                        std::runtime_error);
        CHECK((keys == v && values == v));
    }
}

TEST_CASE("sort permutation: a comparator that is no order gives some permutation")
{
    const std::vector<int> v = few_numbers(10'000, 1000);
    std::atomic<unsigned> state = 1;
    auto order = weft::par_sort_permutation(v, [&](int, int) { return (state.fetch_add(0x9e3779b9) >> 13) % 2 == 0; });
    std::ranges::sort(order);
    for (std::size_t i = 0; i < order.size(); ++i) REQUIRE(order[i] == i);
}

TEST_CASE("sort permutation: is applied to other ranges")
{
    for (const std::size_t n : sizes) {
        const std::vector<int> keys = few_numbers(n, 1000);
        const auto order = weft::par_sort_permutation(keys);
        std::vector<int> numbers = keys;
        weft::par_apply_permutation(numbers, order);
        CHECK(std::ranges::is_sorted(numbers));
        std::deque<std::unique_ptr<std::size_t>> places;
        for (std::size_t i = 0; i < n; ++i) places.push_back(std::make_unique<std::size_t>(i));
        const std::vector<std::uint32_t> narrow(order.begin(), order.end());
        weft::par_apply_permutation(places, narrow);
        CHECK(std::ranges::equal(places, order, {}, [](const auto& p) { return *p; }));
    }
    std::vector<int> v{1, 2, 3};
    CHECK_THROWS_AS(weft::par_apply_permutation(v, std::vector<int>{0, 1}), std::invalid_argument);
    CHECK_THROWS_AS(weft::par_apply_permutation(v, std::vector<int>{0, 1, 3}), std::out_of_range);
    CHECK_THROWS_AS(weft::par_apply_permutation(v, std::vector<int>{0, -1, 2}), std::out_of_range);
    CHECK(v == std::vector<int>{1, 2, 3});
}

TEST_CASE("sort by key: moves the elements of all ranges alike, and keeps the order of equal keys")
{
    for (const std::size_t n : sizes) {
        for (const bool descending : {false, true}) {
            const std::vector<int> original = few_numbers(n, 500);
            const auto order =
                descending ? expected_order(original, std::greater<>()) : expected_order(original, std::less<>());
            auto keys = original;
            std::vector<std::size_t> places(n);
            std::iota(places.begin(), places.end(), std::size_t{0});
            std::deque<std::string> names;
            for (std::size_t i = 0; i < n; ++i) names.push_back(std::to_string(i));
            std::vector<test::counted> counted;
            for (std::size_t i = 0; i < n; ++i) counted.emplace_back(static_cast<int>(i));
            if (descending) {
                weft::par_sort_by_key(std::ranges::greater(), keys, places, names, counted);
            } else {
                weft::par_sort_by_key(keys, places, names, counted);
            }
            CHECK(places == order);
            bool right = true;
            for (std::size_t i = 0; i < n; ++i) {
                right = right && keys[i] == original[order[i]] && names[i] == std::to_string(order[i]) &&
                        counted[i].value == static_cast<int>(order[i]);
            }
            CHECK(right);
        }
    }
    CHECK(test::counted::alive() == 0);
}

TEST_CASE("sort by key: refuses ranges of several lengths, and needs none but the keys")
{
    std::vector<int> keys{3, 1, 2};
    std::vector<int> values{1, 2};
    CHECK_THROWS_AS(weft::par_sort_by_key(keys, values), std::invalid_argument);
    CHECK(keys == std::vector<int>{3, 1, 2});
    weft::par_sort_by_key(keys);
    CHECK(keys == std::vector<int>{1, 2, 3});
    std::vector<std::string> words{"c", "a", "b"};
    int places[] = {0, 1, 2};
    weft::par_sort_by_key([](const std::string& a, const std::string& b) { return a > b; }, words, std::span(places));
    CHECK((words == std::vector<std::string>{"c", "b", "a"} && places[1] == 2));
}
