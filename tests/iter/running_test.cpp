// tests/iter/running_test.cpp - how a loop is run: blocks one after the other, ordered input, progress; and scan.
#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_iter.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <algorithm>
#include <atomic>
#include <initializer_list>
#include <iterator>
#include <numeric>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using test::random_numbers;

TEST_CASE("scan: prefixes, as std")
{
    for (const std::size_t n : std::initializer_list<std::size_t>{0, 1, 2, 100, 4095, 4096, 4097, 20'000}) {
        const std::vector<int> v = random_numbers(n);
        std::vector<long> expected;
        std::inclusive_scan(v.begin(), v.end(), std::back_inserter(expected), std::plus<>(), 0L);
        CHECK(weft::par_iter(v).scan(0L, [](long a, long b) { return a + b; }).to_vector() == expected);
        std::vector<int> largest;
        std::inclusive_scan(v.begin(), v.end(), std::back_inserter(largest),
                            [](int a, int b) { return std::max(a, b); });
        CHECK(weft::par_iter(v).scan(-1, [](int a, int b) { return std::max(a, b); }).rev().rev().to_vector() ==
              largest);
    }
    std::vector<std::string> letters(5000, "x");
    letters[4998] = "y";
    const auto words = weft::par_iter(letters)
                           .scan(std::string(), [](const std::string& a, const std::string& b) { return a + b; })
                           .to_vector();
    CHECK(words.back().size() == 5000);
    CHECK(words.back()[4998] == 'y');
}

TEST_CASE("by_uniform_blocks, by_exponential_blocks: the same results; a search stays near the front")
{
    for (const std::size_t n : std::initializer_list<std::size_t>{0, 1, 63, 64, 65, 5000}) {
        const std::vector<int> v = random_numbers(n);
        CHECK(weft::par_iter(v).by_exponential_blocks().to_vector() == v);
        CHECK(weft::par_iter(v).by_uniform_blocks(7).to_vector() == v);
        CHECK(weft::par_iter(v).by_uniform_blocks(100).sum() == std::accumulate(v.begin(), v.end(), 0));
        const auto even = [](int x) { return x % 2 == 0; };
        CHECK(weft::par_iter(v).by_exponential_blocks().filter(even).to_vector() ==
              weft::par_iter(v).filter(even).to_vector());
        const auto last = n == 0 ? std::optional<std::size_t>() : n - 1;
        CHECK(weft::par_iter(v).enumerate().by_uniform_blocks(9).find_map_last(
                  [](std::size_t i, int) { return std::optional<std::size_t>(i); }) == last);
    }
    std::atomic<std::size_t> visited{0};
    const auto found = weft::par_range(0, 1'000'000).by_uniform_blocks(100).find_first([&](int i) {
        visited.fetch_add(1);
        return i >= 250;
    });
    CHECK(found == 250);
    CHECK(visited.load() <= 300);
    CHECK_THROWS_AS(weft::par_range(0, 5).by_uniform_blocks(0), std::invalid_argument);
}

TEST_CASE("par_bridge ordered: input that is read once keeps its order")
{
    for (const std::size_t n : std::initializer_list<std::size_t>{0, 1, 63, 64, 65, 500, 30'000}) {
        const std::vector<int> v = random_numbers(n);
        std::string text;
        for (int x : v) text += std::to_string(x) + ' ';
        std::istringstream first(text);
        CHECK(weft::par_bridge(std::ranges::istream_view<int>(first)).ordered().to_vector() == v);
        std::vector<std::string> texts;
        for (int x : v) {
            if (x % 3 == 0) texts.push_back(std::to_string(x));
        }
        std::istringstream second(text);
        CHECK(weft::par_bridge(std::ranges::istream_view<int>(second))
                  .ordered()
                  .filter([](int x) { return x % 3 == 0; })
                  .map([](int x) { return std::to_string(x); })
                  .to_vector() == texts);
        const auto large = [](int x) { return x > 990; };
        const auto at = std::find_if(v.begin(), v.end(), large);
        CHECK(weft::par_bridge(v).ordered().find_first(large) == (at == v.end() ? std::optional<int>() : *at));
        const auto back = std::find_if(v.rbegin(), v.rend(), large);
        CHECK(weft::par_bridge(v).ordered().find_last(large) == (back == v.rend() ? std::optional<int>() : *back));
        const double total = weft::par_bridge(v).ordered().map([](int x) { return 0.1 * x; }).sum();
        const double again = weft::par_bridge(v).ordered().map([](int x) { return 0.1 * x; }).sum();
        CHECK(total == again);
        CHECK(weft::par_bridge(v).ordered().count() == n);
        CHECK(weft::par_bridge(v)
                  .ordered()
                  .map([](int x) { return std::to_string(x) + ' '; })
                  .reduce(std::string(), [](const std::string& a, const std::string& b) { return a + b; }) == text);
    }
    const std::vector<int> v = random_numbers(1000);
    const auto throwing = [&] {
        return weft::par_bridge(v)
            .ordered()
            .map([](int x) { return x < 900 ? x : throw std::runtime_error("x"); })
            .sum();
    };
    CHECK_THROWS_AS(throwing(), std::runtime_error);
}

TEST_CASE("progress: told up to the end, in growing numbers")
{
    for (std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{100'000}}) {
        const std::vector<int> v = random_numbers(n);
        std::vector<std::size_t> told;
        bool totals = true;
        const auto note = [&](std::size_t done, std::size_t total) {
            told.push_back(done);
            totals = totals && total == n;
        };
        CHECK(weft::par_iter(v).progress(note, 10).to_vector() == v);
        CHECK(totals);
        CHECK(std::is_sorted(told.begin(), told.end()));
        CHECK(told.empty() == (n == 0));
        if (n != 0) CHECK(told.back() == n);
        told.clear();
        CHECK(weft::par_iter(v).progress(note, 10).map([](int x) { return 0.5 * x; }).sum() >= 0);
        if (n != 0) CHECK(told.back() == n);
        told.clear();
        CHECK(weft::par_iter(v).progress(note, 10).count() == n);
        if (n != 0) CHECK(told.back() == n);
    }
    const std::vector<int> few = random_numbers(23);
    test::check_chain([&] { return weft::par_iter(few).progress([](std::size_t, std::size_t) {}, 5); }, few);
}

}  // namespace
