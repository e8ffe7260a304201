// tests/iter/reduce_test.cpp - sum, product and reduce.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/rng.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/reduce.hpp>
#include <weft/pool/thread_pool.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <climits>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using test::random_numbers;
using test::sizes;

/// T(lo, hi) by its definition.
double tree_sum(const std::vector<double>& blocks, std::size_t lo, std::size_t hi)
{
    if (hi - lo == 1) return blocks[lo];
    const std::size_t middle = lo + std::bit_ceil(hi - lo) / 2;
    return tree_sum(blocks, lo, middle) + tree_sum(blocks, middle, hi);
}

}  // namespace

TEST_CASE("count, sum, product: as the sequential loop, of any type")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        CHECK(weft::par_iter(v).count() == n);
        CHECK(weft::par_iter(v).filter([](int x) { return x < 500; }).count() ==
              static_cast<std::size_t>(std::count_if(v.begin(), v.end(), [](int x) { return x < 500; })));
        CHECK(weft::par_iter(v).sum() == std::accumulate(v.begin(), v.end(), 0));
        CHECK(weft::par_iter(v).sum<long long>() == std::accumulate(v.begin(), v.end(), 0LL));
        std::uint64_t product = 1;
        for (int x : v) product *= static_cast<std::uint64_t>(2 * x + 1);
        CHECK(weft::par_iter(v).map([](int x) { return static_cast<std::uint64_t>(2 * x + 1); }).product() == product);
    }
    CHECK(weft::par_iter(std::vector<double>()).sum() == 0.0);
    CHECK(weft::par_iter(std::vector<double>()).product() == 1.0);
    static_assert(std::is_same_v<decltype(weft::par_iter(std::vector<short>()).sum()), int>);
    CHECK(weft::par_iter(std::vector<signed char>(1000, 100)).sum() == 100000);
    CHECK(weft::par_iter(std::vector<int>{INT_MAX, 1}).sum() == INT_MIN);
    const std::vector<std::string> words{"a", "b", "c", "d", "e"};
    CHECK(weft::par_iter(words).sum() == "abcde");
}

TEST_CASE("reduce: an identity that is a function is called, also where it would convert to a value")
{
    const std::vector<bool> none(1000, false);
    CHECK_FALSE(weft::par_iter(none).reduce([] { return false; }, [](bool a, bool b) { return a || b; }));
    CHECK_FALSE(weft::par_iter(none).reduce(false, [](bool a, bool b) { return a || b; }));
}

TEST_CASE("reduce: keeps the order of the items")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        std::string all;
        for (int x : v) all += std::to_string(x);
        const auto text = [](int x) { return std::to_string(x); };
        const auto join = [](std::string a, const std::string& b) { return std::move(a) + b; };
        CHECK(weft::par_iter(v).map(text).reduce(std::string(), join) == all);
        CHECK(weft::par_iter(v).map(text).reduce([] { return std::string(); }, join) == all);
        const auto found = weft::par_iter(v).map(text).reduce(join);
        CHECK(found.has_value() == (n != 0));
        if (found) CHECK(*found == all);
        CHECK(weft::par_iter(v).map(text).filter([](const std::string& s) { return s.size() > 9; }).reduce(join) ==
              std::nullopt);
        CHECK(weft::par_iter(v).reduce(-1, [](int a, int b) { return std::max(a, b); }) ==
              (n == 0 ? -1 : *std::max_element(v.begin(), v.end())));
    }
}

TEST_CASE("sum of doubles: the same bits as the fixed tree, every time")
{
    weft::rng random(3);
    for (std::size_t n : {1u, 2u, 3u, 127u, 128u, 129u, 255u, 256u, 1000u, 4096u, 10007u, 100000u, 600001u}) {
        std::vector<double> v(n);
        for (double& x : v) x = static_cast<double>(random()) * 1e-10 - 5e8;
        const std::size_t length = std::clamp<std::size_t>(n / 128, 1, 4096);
        std::vector<double> blocks;
        for (std::size_t i = 0; i < n; i += length) {
            // Eight lanes, and what is left over in the first of them.
            const std::size_t here = std::min(n - i, length);
            const std::size_t in_lanes = here < 16 ? 0 : here / 8 * 8;
            double lane[8] = {};
            for (std::size_t k = 0; k < here; ++k) lane[k < in_lanes ? k % 8 : 0] += v[i + k];
            blocks.push_back(((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7])));
        }
        const double expected = tree_sum(blocks, 0, blocks.size());
        bool same = true;
        for (int repeat = 0; repeat < 5; ++repeat) {
            const double sum = weft::par_iter(v).map([](double x) { return x; }).sum();
            same = same && std::bit_cast<std::uint64_t>(sum) == std::bit_cast<std::uint64_t>(expected);
            const double heavy = weft::par_iter(v).map([](double x) { return x; }).with_max_len(1).sum();
            same = same && std::bit_cast<std::uint64_t>(heavy) == std::bit_cast<std::uint64_t>(expected);
        }
        CHECK(same);
    }
}

TEST_CASE("sum of doubles in a vector: the same bits for any number of threads, and close to the plain sum")
{
    weft::thread_pool one({.num_threads = 1});
    weft::thread_pool four({.num_threads = 4});
    weft::rng random(5);
    for (std::size_t n : {0u, 1u, 2u, 1000u, 2047u, 2048u, 2049u, 10007u, 600001u}) {
        std::vector<double> v(n);
        double plain = 0;
        double size = 0;
        for (double& x : v) {
            x = static_cast<double>(random()) * 1e-10 - 5e8;
            plain += x;
            size += std::abs(x);
        }
        const double expected = one.install([&] { return weft::par_iter(v).sum(); });
        CHECK(std::abs(expected - plain) <= size * 1e-12);
        for (int repeat = 0; repeat < 5; ++repeat) {
            const double sum = four.install([&] { return weft::par_iter(v).sum(); });
            CHECK(std::bit_cast<std::uint64_t>(sum) == std::bit_cast<std::uint64_t>(expected));
        }
    }
}

TEST_CASE("count: runs a chain with functions in it, and no other")
{
    const std::vector<int> v = random_numbers(1000);
    std::atomic<int> calls{0};
    const auto note = [&](int x) {
        calls.fetch_add(1);
        return x;
    };
    CHECK(weft::par_iter(v).inspect(note).count() == 1000);
    CHECK(weft::par_iter(v).map(note).rev().skip(10).count() == 990);
    CHECK(weft::par_iter(v).zip(weft::par_iter(v).map(note)).count() == 1000);
    CHECK(calls.load() == 2990);
    CHECK(weft::par_iter(v).map(note).size() == 1000);
    CHECK(calls.load() == 2990);
    CHECK(weft::par_range(0ull, ~0ull).step_by(2).enumerate().count() == 1ull << 63);
    CHECK_THROWS_AS(weft::par_iter(v).map([](int x) { return x < 0 ? x : throw x; }).count(), int);
}
