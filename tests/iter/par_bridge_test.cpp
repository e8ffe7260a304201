// tests/iter/par_bridge_test.cpp - par_bridge: a chain over input that comes one item after the other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_bridge.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <list>
#include <memory>
#include <optional>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using test::random_numbers;

}  // namespace

TEST_CASE("par_bridge: every item of any input range, once")
{
    std::list<int> list;
    for (int i = 0; i < 5000; ++i) list.push_back(i);
    CHECK(weft::par_bridge(list).sum() == 5000 * 4999 / 2);
    weft::par_bridge(list).for_each([](int& x) { x += 1; });
    CHECK(list.back() == 5000);
    CHECK(weft::par_bridge(std::as_const(list)).filter([](int x) { return x % 2 == 0; }).count() == 2500);

    std::list<std::unique_ptr<int>> owned;
    for (int i = 0; i < 100; ++i) owned.push_back(std::make_unique<int>(i));
    CHECK(weft::par_bridge(std::move(owned)).map([](std::unique_ptr<int> p) { return *p; }).sum() == 4950);

    std::istringstream words("the quick brown fox");
    auto collected = weft::par_bridge(std::views::istream<std::string>(words)).to_vector();
    std::sort(collected.begin(), collected.end());
    CHECK(collected == std::vector<std::string>{"brown", "fox", "quick", "the"});

    CHECK(weft::par_bridge(std::list<int>()).count() == 0);
    CHECK(weft::par_bridge(list).any_of([](int x) { return x == 3; }));
    CHECK(weft::par_bridge(list).find_any([](int x) { return x == 4000; }) == 4000);
}

TEST_CASE("par_bridge: input is read no further than needed, and not beyond its end")
{
    int read = 0;
    auto counting = std::views::iota(0, 100000) | std::views::transform([&](int x) {
                        ++read;
                        return x;
                    });
    CHECK(weft::par_bridge(counting).find_any([](int x) { return x == 10; }) == 10);
    CHECK(read < 10000);
}

TEST_CASE("par_bridge: an exception of the input leaves the loop")
{
    auto broken = std::views::iota(0, 1000) | std::views::transform([](int x) {
                      if (x == 500) throw std::runtime_error("broken");
                      return x;
                  });
    CHECK_THROWS_AS(weft::par_bridge(broken).sum(), std::runtime_error);
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
