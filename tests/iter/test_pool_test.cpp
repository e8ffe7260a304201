// tests/iter/test_pool_test.cpp - parallel iterators in a test_pool: every chain runs the same way again with the same
// seed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_sort.hpp>
#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/pool/test_pool.hpp>

#include "test.hpp"

#include <algorithm>
#include <list>
#include <numeric>
#include <string>
#include <vector>

namespace {

std::vector<int> visited_by(std::uint64_t seed, int n)
{
    weft::test_pool pool(seed);
    std::vector<int> seen;
    pool.install([&] { weft::par_range(0, n).for_each([&](int i) { seen.push_back(i); }); });
    return seen;
}

}  // namespace

TEST_CASE("test_pool: seed 0 runs a loop in order, other seeds in others, each always in its own")
{
    std::vector<int> in_order(100);
    std::iota(in_order.begin(), in_order.end(), 0);
    CHECK(visited_by(0, 100) == in_order);

    bool any_other = false;
    for (std::uint64_t seed = 1; seed < 20; ++seed) {
        std::vector<int> seen = visited_by(seed, 100);
        CHECK(visited_by(seed, 100) == seen);
        any_other = any_other || seen != in_order;
        std::sort(seen.begin(), seen.end());
        CHECK(seen == in_order);
    }
    CHECK(any_other);
}

TEST_CASE("test_pool: chains give the same results as in any pool, with every seed")
{
    std::vector<int> numbers(777);
    std::iota(numbers.begin(), numbers.end(), -300);
    const long sum = std::accumulate(numbers.begin(), numbers.end(), 0L);
    const std::list<int> list(numbers.begin(), numbers.end());
    std::vector<std::string> words;
    for (int i = 0; i < 500; ++i) words.push_back(std::to_string(i * 7919 % 1000));
    std::vector<std::string> sorted = words;
    std::sort(sorted.begin(), sorted.end());

    const auto failing = weft::find_failing_seed(test::scaled(100), [&](weft::test_pool& pool) {
        return pool.install([&] {
            const bool sums = weft::par_iter(numbers).map([](int x) { return long{x}; }).sum() == sum;
            const bool same =
                weft::par_iter(numbers).filter([](int x) { return x % 3 == 0; }).to_vector().size() == 259;
            const bool first = weft::par_iter(numbers).find_first([](int x) { return x > 100; }) == 101;
            const bool bridged = weft::par_bridge(list).map([](int x) { return long{x}; }).sum() == sum;
            std::vector<std::string> mine = words;
            weft::par_sort(mine);
            return sums && same && first && bridged && mine == sorted;
        });
    });
    CHECK(failing == std::nullopt);
}

TEST_CASE("test_pool: a loop whose body depends on its neighbours fails with some seed, and with that seed again")
{
    // Each item needs the one before it: right in order, and in most runs of a real pool.
    const auto prefix_is_right = [](weft::test_pool& pool) {
        std::vector<int> sums(64, 1);
        pool.install(
            [&] { weft::par_range(1, 64).for_each([&](int i) { sums[std::size_t(i)] += sums[std::size_t(i) - 1]; }); });
        return sums.back() == 64;
    };
    const auto seed = weft::find_failing_seed(100, prefix_is_right);
    REQUIRE(seed.has_value());
    CHECK(*seed != 0);
    weft::test_pool again(*seed);
    CHECK_FALSE(prefix_is_right(again));
}

TEST_CASE("test_pool: a chain draws the same decisions whatever ran before it")
{
    std::vector<int> numbers(5000, 1);
    const auto fingerprint = [&] {
        weft::test_pool pool(42);
        pool.install([&] {
            CHECK(weft::par_iter(numbers).map([](int x) { return x + 1; }).sum() == 10000);
            CHECK(weft::par_bridge(numbers).count() == 5000);
        });
        return pool.fingerprint();
    };
    const auto first = fingerprint();
    weft::par_iter(numbers).for_each([](int& x) { x = 1; });
    CHECK(fingerprint() == first);
}
