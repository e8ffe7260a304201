// tests/iter/terminals_test.cpp
#include <weft/base/rng.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_split.hpp>
#include <weft/pool/thread_pool.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <list>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

using test::random_numbers;

constexpr std::size_t sizes[] = {0, 1, 2, 3, 100, 1001, 20000};

TEST_CASE("for_each: every item once")
{
    for (std::size_t n : sizes) {
        std::vector<int> hits(n);
        weft::par_range(std::size_t{0}, n).for_each([&](std::size_t i) { ++hits[i]; });
        CHECK(std::all_of(hits.begin(), hits.end(), [](int h) { return h == 1; }));
    }
}

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

/// T(lo, hi) by its definition.
double tree_sum(const std::vector<double>& blocks, std::size_t lo, std::size_t hi)
{
    if (hi - lo == 1) return blocks[lo];
    const std::size_t middle = lo + std::bit_ceil(hi - lo) / 2;
    return tree_sum(blocks, lo, middle) + tree_sum(blocks, middle, hi);
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

TEST_CASE("sum, min and max: vectors of every kind of number")
{
    const auto check = [](auto zero) {
        using T = decltype(zero);
        weft::rng random(6);
        for (std::size_t n : {1u, 2u, 100u, 5000u, 70'001u}) {
            std::vector<T> v(n);
            for (T& x : v) x = static_cast<T>(random());
            using sum_type = decltype(v[0] + v[0]);
            std::uint64_t sum = 0;
            for (const T x : v) sum += static_cast<std::uint64_t>(x);
            CHECK(weft::par_iter(v).sum() == static_cast<sum_type>(sum));
            CHECK(weft::par_iter(v).min() == *std::min_element(v.begin(), v.end()));
            CHECK(weft::par_iter(std::as_const(v)).max() == *std::max_element(v.begin(), v.end()));
        }
    };
    check(std::int8_t{}), check(std::uint8_t{}), check(std::int16_t{}), check(std::uint16_t{}), check(0), check(0u);
    check(0L), check(0UL), check(0LL), check(0ULL), check('a');
}

TEST_CASE("min and max: of equals the first and the last; none of nothing")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        const auto lowest = weft::par_iter(v).min();
        const auto highest = weft::par_iter(v).max();
        CHECK(lowest.has_value() == (n != 0));
        CHECK(highest.has_value() == (n != 0));
        if (n == 0) continue;
        CHECK(*lowest == *std::min_element(v.begin(), v.end()));
        CHECK(*highest == *std::max_element(v.begin(), v.end()));
        const auto digit = [](std::size_t, int x) { return x % 10; };
        const auto first = weft::par_iter(v).enumerate().min({}, digit);
        const auto last = weft::par_iter(v).enumerate().max({}, digit);
        const auto by_digit = [](int a, int b) { return a % 10 < b % 10; };
        CHECK(std::get<0>(*first) ==
              static_cast<std::size_t>(std::min_element(v.begin(), v.end(), by_digit) - v.begin()));
        std::size_t expected = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (!by_digit(v[i], v[expected])) expected = i;
        }
        CHECK(std::get<0>(*last) == expected);
        CHECK(weft::par_iter(v).min([](int a, int b) { return a > b; }) == highest);
        CHECK(weft::par_iter(v).map([](int x) { return x * 0.5; }).max() == *highest * 0.5);
    }
    CHECK(weft::par_iter(std::vector<int>{INT_MAX}).min() == INT_MAX);
    CHECK(weft::par_iter(std::vector<int>{INT_MIN}).max() == INT_MIN);
}

TEST_CASE("any_of, all_of, none_of, find, position: as the sequential search")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        for (int wanted : {0, 1, 500, 999, 1000}) {
            const auto hit = [=](int x) { return x == wanted; };
            const auto at = std::find(v.begin(), v.end(), wanted);
            CHECK(weft::par_iter(v).any_of(hit) == (at != v.end()));
            CHECK(weft::par_iter(v).none_of(hit) == (at == v.end()));
            CHECK(weft::par_iter(v).all_of([=](int x) { return x != wanted; }) == (at == v.end()));
            CHECK(weft::par_iter(v).find_any(hit).has_value() == (at != v.end()));
            const auto position = weft::par_iter(v).position_first(hit);
            CHECK(position.has_value() == (at != v.end()));
            if (position) CHECK(*position == static_cast<std::size_t>(at - v.begin()));
            const auto first =
                weft::par_iter(v).enumerate().find_first([=](std::size_t, int x) { return x >= wanted; });
            const auto first_at = std::find_if(v.begin(), v.end(), [=](int x) { return x >= wanted; });
            CHECK(first.has_value() == (first_at != v.end()));
            if (first) CHECK(std::get<0>(*first) == static_cast<std::size_t>(first_at - v.begin()));
        }
    }
    CHECK(weft::par_iter(std::vector<int>()).all_of([](int) { return false; }));
}

TEST_CASE("find: visits few items once something is found")
{
    std::atomic<std::size_t> visited{0};
    CHECK(weft::par_range(0, 100'000'000).find_any([&](int x) {
        visited.fetch_add(1, std::memory_order_relaxed);
        return x == 20;
    }) == 20);
    CHECK(visited.load() < 1'000'000);
    visited = 0;
    CHECK(weft::par_range(0, 100'000'000).find_first([&](int x) {
        visited.fetch_add(1, std::memory_order_relaxed);
        return x >= 20;
    }) == 20);
    CHECK(visited.load() < 1'000'000);
}

TEST_CASE("collect: every container, in order")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        CHECK(weft::par_iter(v).to_vector() == v);
        CHECK(weft::par_iter(v).collect() == v);
        CHECK(weft::par_iter(v).collect<std::vector<long>>() == std::vector<long>(v.begin(), v.end()));
        CHECK(weft::par_iter(v).collect<std::list<int>>() == std::list<int>(v.begin(), v.end()));
        CHECK(weft::par_iter(v).collect<std::set<int>>() == std::set<int>(v.begin(), v.end()));
        std::vector<bool> parity;
        for (int x : v) parity.push_back(x % 2 == 0);
        CHECK(weft::par_iter(v).map([](int x) { return x % 2 == 0; }).to_vector() == parity);
        CHECK(weft::par_iter(v).map([](int x) { return x % 2 == 0; }).filter([](bool) { return true; }).to_vector() ==
              parity);
        std::string letters;
        for (int x : v) letters.push_back(static_cast<char>('a' + x % 26));
        CHECK(weft::par_iter(v).map([](int x) { return static_cast<char>('a' + x % 26); }).collect<std::string>() ==
              letters);
        CHECK(weft::par_iter(v).map([](int x) { return std::pair(x, -x); }).collect<std::map<int, int>>().size() ==
              std::set<int>(v.begin(), v.end()).size());
        std::vector<int> even;
        std::copy_if(v.begin(), v.end(), std::back_inserter(even), [](int x) { return x % 2 == 0; });
        CHECK(weft::par_iter(v).filter([](int x) { return x % 2 == 0; }).to_vector() == even);
        std::vector<int> odd;
        std::copy_if(v.begin(), v.end(), std::back_inserter(odd), [](int x) { return x % 2 != 0; });
        const auto [yes, no] = weft::par_iter(v).partition([](int x) { return x % 2 == 0; });
        CHECK(yes == even);
        CHECK(no == odd);
    }
}

TEST_CASE("collect: strings of strings, maps of what zip and enumerate give")
{
    for (std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{10'000}}) {
        const std::vector<int> v = random_numbers(n);
        std::string text;
        std::map<std::size_t, int> by_place;
        std::multimap<int, int> twins;
        for (std::size_t i = 0; i < n; ++i) {
            text += std::to_string(v[i]);
            by_place.emplace(i, v[i]);
            twins.emplace(v[i], v[i]);
        }
        CHECK(weft::par_iter(v).map([](int x) { return std::to_string(x); }).collect<std::string>() == text);
        CHECK(weft::par_split(text, '7').collect<std::string>() == [&] { return std::erase(text, '7'), text; }());
        CHECK(weft::par_iter(v).enumerate().collect<std::map<std::size_t, int>>() == by_place);
        CHECK(weft::par_iter(v).zip(v).collect<std::multimap<int, int>>() == twins);
        CHECK(weft::par_iter(v).enumerate().collect<std::unordered_map<std::size_t, int>>().size() == n);
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

TEST_CASE("collect_into: a span that is long enough, or a vector")
{
    const std::vector<int> v = random_numbers(1000);
    std::vector<int> out(5, 1);
    CHECK(weft::par_iter(v).collect_into(out) == 1000);
    CHECK(out == v);
    const int* const storage = out.data();
    CHECK(weft::par_iter(v).take(10).collect_into(out) == 10);
    CHECK(out == std::vector<int>(v.begin(), v.begin() + 10));
    CHECK(out.data() == storage);
    std::vector<int> room(1200, -1);
    CHECK(weft::par_iter(v).collect_into(std::span<int>(room)) == 1000);
    CHECK(std::equal(v.begin(), v.end(), room.begin()));
    CHECK(room[1000] == -1);
    CHECK(weft::par_iter(v).filter([](int x) { return x < 10; }).collect_into(std::span<int>(room)) < 100);
    CHECK_THROWS_AS(weft::par_iter(v).collect_into(std::span<int>(room).first(999)), std::length_error);
}

TEST_CASE("loops inside loops")
{
    const auto triangle = [](int n) { return weft::par_range(0, n).sum(); };
    CHECK(weft::par_range(0, 300).map(triangle).sum() == [] {
        int s = 0;
        for (int n = 0; n < 300; ++n) s += n * (n - 1) / 2;
        return s;
    }());
}

}  // namespace
