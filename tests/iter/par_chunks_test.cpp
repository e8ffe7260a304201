// tests/iter/par_chunks_test.cpp - par_chunks, par_rchunks, par_windows and the like: spans over a range.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/rng.hpp>
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_split.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using test::numbers;

}  // namespace

TEST_CASE("par_chunks: pieces of n, the last one shorter")
{
    for (std::size_t n : {0u, 1u, 5u, 6u, 7u, 30u}) {
        std::vector<int> v = numbers(n, 1);
        for (std::size_t length : {1u, 2u, 3u, 7u, 100u}) {
            std::vector<std::vector<int>> expected;
            for (std::size_t i = 0; i < n; i += length) {
                expected.emplace_back(v.begin() + static_cast<std::ptrdiff_t>(i),
                                      v.begin() + static_cast<std::ptrdiff_t>(std::min(n, i + length)));
            }
            const auto copy = [](std::span<int> s) { return std::vector<int>(s.begin(), s.end()); };
            test::check_chain([&] { return weft::par_chunks(v, length).map(copy); }, expected);
            std::vector<int> rest;
            if (!expected.empty() && expected.back().size() < length) {
                rest = expected.back();
                expected.pop_back();
            }
            test::check_chain([&] { return weft::par_chunks_exact(v, length).map(copy); }, expected);
            auto exact = weft::par_chunks_exact(v, length);
            CHECK(copy(exact.remainder()) == rest);
        }
    }
    std::vector<int> v(3);
    CHECK_THROWS_AS(weft::par_chunks(v, 0), std::invalid_argument);
    CHECK_THROWS_AS(weft::par_chunks_exact(v, 0), std::invalid_argument);
    weft::par_chunks(v, 2).for_each([](std::span<int> s) { s[0] = 9; });
    CHECK(v == std::vector<int>{9, 0, 9});
}

TEST_CASE("par_windows: all runs of n neighbours")
{
    for (std::size_t n : {0u, 1u, 5u, 30u}) {
        const std::vector<int> v = numbers(n, 1);
        for (std::size_t length : {1u, 2u, 5u, 6u}) {
            std::vector<int> expected;
            for (std::size_t i = 0; i + length <= n; ++i) {
                expected.push_back(std::accumulate(v.begin() + static_cast<std::ptrdiff_t>(i),
                                                   v.begin() + static_cast<std::ptrdiff_t>(i + length), 0));
            }
            test::check_chain(
                [&] {
                    return weft::par_windows(v, length).map(
                        [](std::span<const int> w) { return std::accumulate(w.begin(), w.end(), 0); });
                },
                expected);
        }
    }
    CHECK_THROWS_AS(weft::par_windows(std::span<int>(), 0), std::invalid_argument);
}

TEST_CASE("par_rchunks, par_chunk_by, par_split of a range")
{
    for (std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{17}, std::size_t{40}}) {
        std::vector<int> v(n);
        weft::rng random(n);
        for (int& x : v) x = static_cast<int>(random.below(3));
        const auto copy = [](auto span) { return std::vector<int>(span.begin(), span.end()); };
        for (std::size_t length : {std::size_t{1}, std::size_t{3}, std::size_t{50}}) {
            std::vector<std::vector<int>> expected;
            for (std::size_t end = n; end > 0; end -= std::min(end, length)) {
                expected.emplace_back(v.begin() + static_cast<std::ptrdiff_t>(end - std::min(end, length)),
                                      v.begin() + static_cast<std::ptrdiff_t>(end));
            }
            test::check_chain([&] { return weft::par_rchunks(v, length).map(copy); }, expected);
        }
        std::vector<std::vector<int>> runs;
        std::vector<std::vector<int>> parts(1);
        for (std::size_t i = 0; i < n; ++i) {
            if (i == 0 || v[i] != v[i - 1]) runs.emplace_back();
            runs.back().push_back(v[i]);
            if (v[i] == 0) {
                parts.emplace_back();
            } else {
                parts.back().push_back(v[i]);
            }
        }
        test::check_chain([&] { return weft::par_chunk_by(v, [](int a, int b) { return a == b; }).map(copy); }, runs);
        test::check_chain([&] { return weft::par_split(v, [](int x) { return x == 0; }).map(copy); }, parts);
        CHECK_THROWS_AS(weft::par_rchunks(v, 0), std::invalid_argument);
    }
}

TEST_CASE("par_windows, par_chunks_exact: with a length known to the compiler")
{
    for (std::size_t n : {0u, 1u, 2u, 3u, 10u, 11u}) {
        std::vector<int> v(n);
        std::iota(v.begin(), v.end(), 1);
        std::vector<int> windows;
        for (std::size_t i = 0; i + 3 <= n; ++i) windows.push_back(v[i] * 100 + v[i + 1] * 10 + v[i + 2]);
        std::vector<int> chunks;
        for (std::size_t i = 0; i + 3 <= n; i += 3) chunks.push_back(v[i] * 100 + v[i + 1] * 10 + v[i + 2]);
        const auto digits = [](std::span<int, 3> s) { return s[0] * 100 + s[1] * 10 + s[2]; };
        test::check_chain([&] { return weft::par_windows<3>(v).map(digits); }, windows);
        test::check_chain([&] { return weft::par_chunks_exact<3>(v).map(digits); }, chunks);
        CHECK(weft::par_chunks_exact<3>(v).remainder().size() == n % 3);
    }
}

TEST_CASE("par_rchunks_exact: whole pieces from the end")
{
    std::vector<int> v{1, 2, 3, 4, 5, 6, 7};
    const auto first = [](std::span<int> s) { return s.front() * 10 + static_cast<int>(s.size()); };
    test::check_chain([&] { return weft::par_rchunks_exact(v, 3).map(first); }, std::vector<int>{53, 23});
    CHECK(weft::par_rchunks_exact(v, 8).count() == 0);
    CHECK(weft::par_rchunks_exact(v, 3).remainder().data() == v.data());
    CHECK(weft::par_rchunks_exact(v, 3).remainder().size() == 1);
    CHECK(weft::par_rchunks_exact(v, 8).remainder().size() == 7);
    CHECK(weft::par_rchunks_exact(v, 7).remainder().empty());
    std::vector<int> none;
    CHECK(weft::par_rchunks_exact(none, 2).count() + weft::par_rchunks_exact(none, 2).remainder().size() == 0);
    // What is left over can be gone through beside the chunks.
    std::vector<int> large(100'003, 1);
    auto chunks = weft::par_rchunks_exact(large, 4);
    for (int& x : chunks.remainder()) x = 2;
    std::move(chunks).for_each([](std::span<int> s) {
        for (int& x : s) x = 3;
    });
    CHECK((large[0] == 2 && large[2] == 2 && large[3] == 3 && large.back() == 3));
    CHECK_THROWS_AS(weft::par_rchunks_exact(v, 0), std::invalid_argument);
}
