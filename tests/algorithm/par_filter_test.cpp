// tests/algorithm/par_filter_test.cpp - copy_if, partition and unique in parallel.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_filter.hpp>
#include <weft/pool/thread_pool.hpp>

#include "common.hpp"
#include "random.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

namespace {

using test::random_values;
using test::sizes;

}  // namespace

TEST_CASE("filter: copy_if, partition and unique agree with std")
{
    for (const std::size_t n : sizes) {
        auto v = random_values<std::uint64_t>(n);
        for (auto& x : v) x %= 3;
        const auto odd = [](std::uint64_t x) { return x % 2 == 1; };
        std::vector<std::uint64_t> expected;
        std::ranges::copy_if(v, std::back_inserter(expected), odd);
        std::vector<std::uint64_t> out(n);
        out.erase(weft::par_copy_if(v, out.begin(), odd), out.end());
        CHECK(out == expected);

        expected = v;
        std::ranges::stable_partition(expected, odd);
        for (const bool stable : {false, true}) {
            out = v;
            const auto rest = stable ? weft::par_stable_partition(out, odd) : weft::par_partition(out, odd);
            CHECK(std::ranges::none_of(rest, odd));
            CHECK(std::all_of(out.begin(), rest.begin(), odd));
            CHECK(rest.end() == out.end());
            if (stable) CHECK(out == expected);
        }
        expected = v;
        expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
        out = v;
        const auto behind = weft::par_unique(out);
        out.erase(behind.begin(), behind.end());
        CHECK(out == expected);
    }
}

TEST_CASE("filter: large input, odd alignments, other outputs, and nothing behind the last place is written")
{
    weft::thread_pool three{{.num_threads = 3}};
    for (const std::size_t n : {1U, 16'384U, 16'390U, 300'000U, 5'000'000U}) {
        std::vector<std::uint64_t> v(n + 1);
        for (std::size_t i = 0; i < v.size(); ++i) v[i] = i * 0x9e3779b97f4a7c15u >> 33;
        const std::span<const std::uint64_t> in = std::span(v).subspan(1);
        const auto kept = [](std::uint64_t x) { return x % 3 != 0; };
        std::vector<std::uint64_t> expected;
        std::ranges::copy_if(in, std::back_inserter(expected), kept);
        std::vector<std::uint64_t> out(expected.size() + 2, 77);
        const auto end = three.install([&] { return weft::par_copy_if(in, out.begin() + 1, kept); });
        CHECK(end == out.end() - 1);
        CHECK((out.front() == 77 && out.back() == 77));
        CHECK(std::equal(expected.begin(), expected.end(), out.begin() + 1));
        if (n > 1'000'000) continue;
        std::deque<double> other(expected.size());
        weft::par_copy_if(in, other.begin(), kept);
        CHECK(std::equal(expected.begin(), expected.end(), other.begin(),
                         [](std::uint64_t a, double b) { return static_cast<double>(a) == b; }));
        std::vector<std::uint64_t> parts(in.begin(), in.end());
        const auto rest = three.install([&] { return weft::par_stable_partition(parts, kept); });
        std::vector<std::uint64_t> sides(in.begin(), in.end());
        std::ranges::stable_partition(sides, kept);
        CHECK(parts == sides);
        CHECK(rest.size() == n - expected.size());
    }
}

TEST_CASE("filter: a partition of plain elements keeps all of them, also if the predicate throws")
{
    weft::thread_pool three{{.num_threads = 3}};
    for (const std::size_t n : {1U, 2047U, 2048U, 2049U, 30'000U, 300'001U}) {
        for (const std::uint64_t wanted : {0U, 1U, 3U, 9U, 10U}) {  // of ten
            auto v = random_values<std::uint64_t>(n);
            auto sorted = v;
            std::sort(sorted.begin(), sorted.end());
            const auto pred = [=](std::uint64_t x) { return x % 10 < wanted; };
            const auto rest = three.install([&] { return weft::par_partition(v, pred); });
            CHECK(std::ranges::none_of(rest, pred));
            CHECK(std::all_of(v.begin(), rest.begin(), pred));
            std::sort(v.begin(), v.end());
            CHECK(v == sorted);
            const std::uint64_t bad = v[n / 2];
            const auto throws = [=](std::uint64_t x) {
                if (x == bad) throw std::runtime_error("no");
                return pred(x);
            };
            CHECK_THROWS_AS(three.install([&] { weft::par_partition(v, throws); }), std::runtime_error);
            std::sort(v.begin(), v.end());
            CHECK(v == sorted);
        }
    }
}

TEST_CASE("filter: elements that only move, and predicates that throw")
{
    std::vector<std::unique_ptr<int>> v;
    for (int i = 0; i < 40'000; ++i) v.push_back(std::make_unique<int>(i));
    CHECK_THROWS_AS(weft::par_partition(v,
                                        [](const auto& p) -> bool {
                                            if (*p == 30'000) throw std::runtime_error("no");
                                            return *p % 2 == 0;
                                        }),
                    std::runtime_error);
    CHECK(std::ranges::is_sorted(v, {}, [](const auto& p) { return *p; }));
    const auto rest = weft::par_partition(v, [](const auto& p) { return *p % 2 == 0; });
    CHECK(rest.size() == 20'000);
    CHECK(std::ranges::all_of(rest, [](const auto& p) { return *p % 2 == 1; }));
}
