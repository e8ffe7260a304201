// tests/algorithm/sort_robust_test.cpp - the sorts of elements that throw, only move or are huge, and sorts in sorts.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_nth_element.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/pool/join.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

#include "test.hpp"

namespace {

/// Its k-th move throws.
struct moody {
    static inline std::atomic<int> left = -1;
    explicit moody(int v) : value(v) {}
    moody(moody&& other) : value((step(), other.value)) {}
    moody& operator=(moody&& other)
    {
        step();
        value = other.value;
        return *this;
    }
    static void step()
    {
        if (left.load() >= 0 && left.fetch_sub(1) == 0) throw std::runtime_error("no move");
    }
    int value;
    test::counted alive{0};
};

struct huge {
    std::array<std::uint64_t, 50> words;
};

}  // namespace

TEST_CASE("robust sort: a move that throws leaks nothing")
{
    for (const int k : {0, 1, 57, 99, 100, 101, 250, 1000}) {
        std::vector<moody> v;
        moody::left = -1;
        v.reserve(100);
        for (int i = 0; i < 100; ++i) v.emplace_back(i * 37 % 100);
        moody::left = k;
        try {
            weft::par_stable_sort(v, {}, [](const moody& x) { return x.value; });
        } catch (const std::runtime_error&) {
        }
        moody::left = -1;
        v.clear();
        REQUIRE(test::counted::alive() == 0);
    }
}

TEST_CASE("robust sort: what only moves, and what is huge")
{
    std::mt19937_64 random(5);
    std::vector<std::unique_ptr<std::uint64_t>> pointers(test::scaled(150'000));
    for (auto& p : pointers) p = std::make_unique<std::uint64_t>(random() % 1000);
    const auto less = [](const auto& a, const auto& b) { return *a < *b; };
    weft::par_nth_element(pointers, pointers.begin() + 777, less);
    CHECK(std::ranges::all_of(pointers.begin(), pointers.begin() + 777,
                              [&](const auto& p) { return *p <= *pointers[777]; }));
    weft::par_sort(pointers, less);
    CHECK(std::ranges::is_sorted(pointers, less));
    std::vector<huge> large(3000);
    for (huge& x : large) x.words.fill(random() % 500);
    weft::par_sort(large, [](const huge& a, const huge& b) { return a.words[7] < b.words[7]; });
    CHECK(std::ranges::is_sorted(large, {}, [](const huge& x) { return x.words[49]; }));
    weft::par_stable_sort(large, std::ranges::greater(), [](const huge& x) { return x.words[3]; });
    CHECK(std::ranges::is_sorted(large, std::ranges::greater(), [](const huge& x) { return x.words[0]; }));
}

TEST_CASE("robust sort: sorts inside of join, and inside of a comparator")
{
    std::vector<std::uint64_t> a(test::scaled(300'000));
    std::mt19937_64 random(5);
    for (auto& x : a) x = random();
    std::vector<std::uint64_t> b = a;
    std::vector<std::uint64_t> expected = a;
    std::ranges::sort(expected);
    weft::join([&] { weft::par_sort(a); },
               [&] { weft::par_stable_sort(b, [](std::uint64_t x, std::uint64_t y) { return x < y; }); });
    CHECK(a == expected);
    CHECK(b == expected);
    std::vector<int> few(300);
    std::iota(few.rbegin(), few.rend(), 0);
    std::swap(few[3], few[200]);
    weft::par_sort(few, [](int x, int y) {
        std::vector<int> inner{y, x, 5, 1};
        weft::par_sort(inner);
        return x < y;
    });
    CHECK(std::ranges::is_sorted(few));
}

TEST_CASE("robust sort: partitions by all threads, with few values, NaN and both directions")
{
    std::mt19937_64 random(5);
    for (const std::uint64_t values : {1U, 2U, 3U, 64U, 100'000U}) {
        const std::size_t n = test::scaled(400'000);
        std::vector<std::uint32_t> v(n);
        for (auto& x : v) x = static_cast<std::uint32_t>(random() % values);
        std::vector<std::uint32_t> expected = v;
        std::ranges::sort(expected);
        std::vector<std::uint32_t> sorted = v;
        weft::par_sort(sorted);
        CHECK(sorted == expected);
        weft::par_sort(v, [](std::uint32_t a, std::uint32_t b) { return a < b; });
        CHECK(v == expected);
        std::vector<double> d(v.begin(), v.end());
        std::ranges::shuffle(d, random);
        for (std::size_t i = 0; i < n; i += 3) d[i] = std::nan("");
        weft::par_sort(d, std::ranges::greater());
        const auto numbers = static_cast<std::ptrdiff_t>(n - (n + 2) / 3);
        CHECK(std::is_sorted(d.begin(), d.begin() + numbers, std::ranges::greater()));
        CHECK(std::all_of(d.begin() + numbers, d.end(), [](double x) { return std::isnan(x); }));
    }
}
