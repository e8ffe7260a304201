// tests/algorithm/par_group_test.cpp - histograms, groups and reductions by key against naive references.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_group.hpp>
#include <weft/pool/thread_pool.hpp>

#include "random.hpp"
#include "test.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using test::random_numbers;

}  // namespace

TEST_CASE("group: a histogram counts every element once")
{
    for (const std::size_t n : {0U, 1U, 1000U, 300'000U}) {
        for (const unsigned bins : {1U, 256U, 2049U, 100'000U}) {
            const auto v = random_numbers(n, bins);
            std::vector<std::size_t> expected(bins);
            for (const int x : v) ++expected[static_cast<std::size_t>(x)];
            CHECK(weft::par_histogram(v, bins) == expected);
            weft::thread_pool three{{.num_threads = 3}};
            CHECK(three.install([&] { return weft::par_histogram(v, bins); }) == expected);
        }
    }
    for (const std::size_t n : {10U, 1000U, 10'000U, 100'000U}) {
        std::vector<unsigned char> bytes(n);
        for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<unsigned char>(i * i);
        std::vector<std::size_t> expected(256);
        for (const unsigned char b : bytes) ++expected[b];
        CHECK(weft::par_histogram(bytes, 256) == expected);
        bytes.back() = 254;
        CHECK_THROWS_AS(weft::par_histogram(bytes, 254), std::out_of_range);
    }
    CHECK_THROWS_AS(weft::par_histogram(std::vector<int>{0, 5}, 5), std::out_of_range);
    CHECK_THROWS_AS(weft::par_histogram(std::vector<int>{-1}, 5), std::out_of_range);
    const std::vector<std::string> words{"a", "bb", "cc"};
    CHECK(weft::par_histogram(words, 4, &std::string::size) == std::vector<std::size_t>{0, 1, 2, 0});
}

TEST_CASE("group: a histogram refuses keys that are no bin, also those of floating point")
{
    const double nan = std::nan("");
    for (const double bad : {-1.0, -0.25, 3.0, 1e300, -1e300, nan}) {
        const std::vector<double> v{0.5, 2.75, bad};
        CHECK_THROWS_AS(weft::par_histogram(v, 3), std::out_of_range);
    }
    CHECK(weft::par_histogram(std::vector<double>{0.0, -0.0, 0.99, 2.5}, 3) == std::vector<std::size_t>{3, 0, 1});
    CHECK_THROWS_AS(weft::par_histogram(std::vector<int>{1, -1}, 3), std::out_of_range);
}

namespace {

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

/// Converts to a number, but is not one.
template <class T>
struct number_like {
    T value;
    operator T() const { return value; }
};

}  // namespace

TEST_CASE("group: a histogram counts floating-point keys in the last bin, whatever the number of bins")
{
    for (const std::size_t bins : {std::size_t{16'777'216}, std::size_t{16'777'217}, std::size_t{16'777'219}}) {
        for (const float key : {16'777'215.0f, 16'777'216.0f, 16'777'218.0f, 16'777'220.0f}) {
            const std::vector<float> v{key, 1.0f};
            const auto bin = static_cast<std::size_t>(key);
            if (bin < bins) {
                CHECK(weft::par_histogram(v, bins)[bin] == 1);
            } else {
                CHECK_THROWS_AS(weft::par_histogram(v, bins), std::out_of_range);
            }
        }
    }
    CHECK(weft::par_histogram(std::vector<long double>{2.5L, 1.0L}, 3) == std::vector<std::size_t>{0, 1, 1});
}

TEST_CASE("group: a histogram refuses what is cut off when it becomes a number of a bin")
{
    const wide beyond = static_cast<wide>(1) << 64;
    CHECK(weft::par_histogram(std::vector<wide>{3, 0, 3}, 4) == std::vector<std::size_t>{1, 0, 0, 2});
    for (const wide bad : {beyond + 3, -beyond + 3, static_cast<wide>(-1), static_cast<wide>(4), beyond * 5}) {
        CHECK_THROWS_AS(weft::par_histogram(std::vector<wide>{3, bad}, 4), std::out_of_range);
        CHECK_THROWS_AS(weft::par_histogram(std::vector<unsigned_wide>{3, static_cast<unsigned_wide>(bad)}, 4),
                        std::out_of_range);
        CHECK_THROWS_AS(weft::par_histogram(std::vector<number_like<wide>>{{3}, {bad}}, 4), std::out_of_range);
    }
    CHECK(weft::par_histogram(std::vector<number_like<double>>{{3.5}, {0.25}}, 4) ==
          std::vector<std::size_t>{1, 0, 0, 1});
    for (const double bad : {-1.0, 4.0, 1e300, std::nan("")}) {
        CHECK_THROWS_AS(weft::par_histogram(std::vector<number_like<double>>{{bad}}, 4), std::out_of_range);
    }
}

TEST_CASE("group: a histogram of more bins than there is memory for is refused")
{
    if (test::sanitized) return;  // operator new ends the program there
    const std::vector<int> v{0, 1, 2, 3};
    for (const std::size_t shift : {0U, 1U, 2U, 3U, 4U, 8U}) {
        for (const std::size_t more : {0U, 1U, 2U}) {
            const std::size_t bins = (static_cast<std::size_t>(-1) >> shift) + more;
            if (bins < 2) continue;  // the number of bins wrapped around
            CHECK_THROWS_AS(weft::par_histogram(v, bins), std::exception);
        }
    }
}

TEST_CASE("group: groups and reductions by key ascend and keep the order of the input")
{
    for (const std::size_t n : {0U, 1U, 50'000U}) {
        const auto v = random_numbers(n, 1000);
        const auto key = [](int x) { return x % 10; };
        std::map<int, std::vector<int>> expected;
        std::map<int, std::string> texts;
        std::vector<int> keys;
        std::vector<std::string> values;
        for (const int x : v) {
            expected[key(x)].push_back(x);
            keys.push_back(key(x));
            values.push_back(std::to_string(x));
            texts[key(x)] += values.back();
        }
        const auto groups = weft::par_group_by(v, key);
        CHECK(std::equal(groups.begin(), groups.end(), expected.begin(), expected.end(),
                         [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; }));
        const auto sums = weft::par_reduce_by_key(keys, values);
        CHECK(std::equal(sums.begin(), sums.end(), texts.begin(), texts.end(),
                         [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; }));
    }
}

TEST_CASE("group: long and short groups, of numbers and of what must be copied, by any number of threads")
{
    const std::size_t n = test::sanitized ? 20'000 : 70'000;
    for (const unsigned below : {1U, 3U, 5'000U, 4'000'000'000U}) {
        const auto v = random_numbers(n, below);
        std::map<int, std::vector<std::size_t>> expected;
        for (std::size_t i = 0; i < n; ++i) expected[v[i]].push_back(i);
        std::vector<std::size_t> indices(n);
        std::vector<float> weights(n);
        for (std::size_t i = 0; i < n; ++i) {
            indices[i] = i;
            weights[i] = static_cast<float>(i % 1000) * 0.1f;
        }
        const auto key = [&](std::size_t i) { return v[i]; };
        std::vector<std::pair<int, float>> first_sums;
        for (const std::size_t threads : {1U, 2U, 5U}) {
            weft::thread_pool pool({.num_threads = threads});
            pool.install([&] {
                const auto groups = weft::par_group_by(indices, key);
                const bool same =
                    std::equal(groups.begin(), groups.end(), expected.begin(), expected.end(),
                               [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; });
                CHECK(same);
                const std::vector<std::string> words(n / 4, "a word that has no room in a small string");
                const auto texts = weft::par_group_by(
                    words, [&](const std::string& w) { return v[static_cast<std::size_t>(&w - words.data())]; });
                std::size_t copied = 0;
                for (const auto& [k, group] : texts) copied += group.size();
                CHECK(copied == words.size());
                CHECK(std::is_sorted(texts.begin(), texts.end()));
                const auto counts = weft::par_reduce_by_key(v, std::vector<std::size_t>(n, 1));
                const bool counted = std::equal(
                    counts.begin(), counts.end(), expected.begin(), expected.end(),
                    [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second.size(); });
                CHECK(counted);
                const auto sums = weft::par_reduce_by_key(v, weights);
                if (first_sums.empty()) first_sums = sums;
                CHECK(sums == first_sums);
            });
        }
    }
    const auto halves = weft::par_group_by(std::vector<bool>(50'000, true), [](bool b) { return b ? 1 : 0; });
    CHECK((halves.size() == 1 && halves[0].second.size() == 50'000));
}
