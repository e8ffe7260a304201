// tests/algorithm/runs_test.cpp - the sorts of input that consists of a few runs, or nearly does.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_sort.hpp>
#include <weft/pool/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "algorithm/throwing_sort.hpp"
#include "test.hpp"

namespace {

/// `count` runs, each up, down or (where the direction is 2) of one value.
std::vector<std::uint64_t> runs_of(std::size_t n, std::size_t count, unsigned directions, std::uint64_t values)
{
    std::vector<std::uint64_t> v(n);
    std::mt19937_64 random(n + count);
    for (std::size_t r = 0; r < count; ++r) {
        const std::size_t lo = n * r / count;
        const std::size_t hi = n * (r + 1) / count;
        const unsigned direction = directions == 3 ? static_cast<unsigned>(random() % 3) : directions;
        for (std::size_t i = lo; i < hi; ++i) v[i] = direction == 2 ? 7 : random() % values;
        const auto begin = v.begin() + static_cast<std::ptrdiff_t>(lo);
        const auto end = v.begin() + static_cast<std::ptrdiff_t>(hi);
        std::sort(begin, end);
        if (direction == 1) std::reverse(begin, end);
    }
    return v;
}

struct tagged {
    std::uint64_t key;
    std::uint64_t place;
    friend bool operator==(const tagged&, const tagged&) = default;
};

template <class T>
void check_numbers(const std::vector<std::uint64_t>& from)
{
    std::vector<T> v(from.size());
    std::ranges::transform(from, v.begin(), [](std::uint64_t x) { return static_cast<T>(x); });
    std::vector<T> up = v;
    std::ranges::sort(up);
    std::vector<T> down = up;
    std::ranges::reverse(down);
    for (const auto& [order, expected] : {std::pair(false, &up), std::pair(true, &down)}) {
        std::vector<T> plain = v;
        std::vector<T> by = v;
        std::vector<T> stable = v;
        if (order) {
            weft::par_sort(plain, std::greater<>());
            weft::par_sort(by, [](T a, T b) { return a > b; });
            weft::par_stable_sort(stable, [](T a, T b) { return a > b; });
        } else {
            weft::par_sort(plain);
            weft::par_sort(by, [](T a, T b) { return a < b; });
            weft::par_stable_sort(stable, [](T a, T b) { return a < b; });
        }
        CHECK(plain == *expected);
        CHECK(by == *expected);
        CHECK(stable == *expected);
    }
}

}  // namespace

TEST_CASE("runs: sorts of a few runs, up, down and level, of numbers")
{
    weft::thread_pool pool{{.num_threads = 3}};
    pool.install([] {
        for (const std::size_t n : {2U, 3U, 17U, 40U, 1000U, 150'000U}) {
            for (const std::size_t count : {1U, 2U, 3U, 4U, 5U, 7U, 33U, 90U}) {
                if (count * 2 > n || (n > 100'000 && count > 7 && count != 33)) continue;
                for (const unsigned directions : {0U, 1U, 3U}) {
                    for (const std::uint64_t values : {std::uint64_t{5}, std::uint64_t{100'000}}) {
                        const std::vector<std::uint64_t> v = runs_of(n, count, directions, values);
                        check_numbers<std::uint64_t>(v);
                        if (n <= 1000) {
                            check_numbers<std::int16_t>(v);
                            check_numbers<std::int8_t>(v);
                        }
                        check_numbers<float>(v);
                    }
                }
            }
        }
    });
}

TEST_CASE("runs: stable sorts keep the order of equals in runs of every direction")
{
    weft::thread_pool pool{{.num_threads = 3}};
    pool.install([] {
        for (const std::size_t n : {10U, 700U, 120'000U}) {
            for (const std::size_t count : {1U, 2U, 3U, 30U}) {
                if (count * 2 > n) continue;
                for (const unsigned directions : {0U, 1U, 2U, 3U}) {
                    for (const std::uint64_t values : {std::uint64_t{50}, std::uint64_t{1} << 40U}) {
                        const std::vector<std::uint64_t> keys = runs_of(n, count, directions, values);
                        std::vector<tagged> v(n);
                        for (std::size_t i = 0; i < n; ++i) v[i] = {keys[i], i};
                        std::vector<tagged> expected = v;
                        std::ranges::stable_sort(expected, {}, &tagged::key);
                        std::vector<tagged> by_key = v;
                        weft::par_stable_sort(by_key, {}, &tagged::key);
                        CHECK(by_key == expected);
                        weft::par_stable_sort(v, [](const tagged& a, const tagged& b) { return a.key < b.key; });
                        CHECK(v == expected);
                    }
                }
            }
        }
    });
}

TEST_CASE("runs: NaN at any place of sorted numbers goes to the end")
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const std::size_t n : {2U, 3U, 10U, 100'000U}) {
        for (const bool down : {false, true}) {
            for (const std::size_t where : {std::size_t{0}, std::size_t{1}, n / 2, n - 2, n - 1}) {
                std::vector<double> v(n);
                for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<double>(down ? n - i : i);
                v[where] = nan;
                std::vector<double> expected = v;
                expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(where));
                std::ranges::sort(expected);
                weft::par_sort(v);
                REQUIRE(std::isnan(v.back()));
                v.pop_back();
                CHECK(v == expected);
            }
        }
    }
}

TEST_CASE("runs: elements that only move, and strings by a function")
{
    std::vector<std::unique_ptr<std::uint64_t>> pointers;
    std::vector<std::string> words;
    for (const std::uint64_t x : runs_of(20'000, 5, 3, 1000)) {
        pointers.push_back(std::make_unique<std::uint64_t>(x));
        words.push_back("a string that is long enough " + std::to_string(x));
    }
    const auto less = [](const auto& a, const auto& b) { return *a < *b; };
    weft::par_sort(pointers, less);
    CHECK(std::ranges::is_sorted(pointers, less));
    std::vector<std::string> expected = words;
    std::ranges::sort(expected);
    weft::par_stable_sort(words, [](const std::string& a, const std::string& b) { return a < b; });
    CHECK(words == expected);
}

TEST_CASE("runs: a comparator that throws while runs are looked for or merged leaves a permutation")
{
    for (const std::size_t n : {6U, 60U, 40'000U}) {
        std::vector<int> keys;
        for (const std::uint64_t x : runs_of(n, 3, 3, 1000)) keys.push_back(static_cast<int>(x));
        for (std::size_t k = 0; k < 2 * n; k += n / 6 + (n > 1000 ? 1237 : 0)) {
            for (const bool stable : {false, true}) test::sort_and_throw(keys, static_cast<std::ptrdiff_t>(k), stable);
        }
    }
}

TEST_CASE("runs: sorted, reversed and few runs cost few comparisons")
{
    const std::size_t n = 100'000;
    const auto calls_for = [&](std::size_t count, unsigned directions, bool stable) {
        std::vector<std::uint64_t> v = runs_of(n, count, directions, std::uint64_t{1} << 60U);
        std::atomic<std::size_t> calls = 0;
        const auto less = [&](std::uint64_t a, std::uint64_t b) {
            calls.fetch_add(1, std::memory_order_relaxed);
            return a < b;
        };
        if (stable) {
            weft::par_stable_sort(v, less);
        } else {
            weft::par_sort(v, less);
        }
        CHECK(std::ranges::is_sorted(v));
        return calls.load();
    };
    for (const bool stable : {false, true}) {
        CHECK(calls_for(1, 0, stable) < n + 1000);
        CHECK(calls_for(1, 1, stable) < n + 1000);
        CHECK(calls_for(2, 3, stable) < 2 * n + n / 10);
        CHECK(calls_for(8, 3, stable) < 4 * n + n / 4);
    }
}
