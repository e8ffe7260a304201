// tests/iter/map_test.cpp - map, inspect, update, copied: a function between the source and the sink.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/map.hpp>
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_walk_tree.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace {

using test::is_even;
using test::random_numbers;
using test::short_sizes;

}  // namespace

TEST_CASE("map, inspect, filter, filter_map: as the sequential loop")
{
    for (std::size_t n : short_sizes) {
        const std::vector<int> v = random_numbers(n);
        std::vector<long> doubled;
        std::vector<int> even;
        std::vector<std::string> texts;
        for (int x : v) {
            doubled.push_back(2L * x);
            if (x % 2 == 0) even.push_back(x);
            if (x % 3 == 0) texts.push_back(std::to_string(x));
        }
        test::check_chain([&] { return weft::par_iter(v).map([](int x) { return 2L * x; }); }, doubled);
        test::check_chain([&] { return weft::par_iter(v).filter([](int x) { return x % 2 == 0; }); }, even);
        test::check_chain([&] { return weft::par_iter(v).inspect([](const int&) {}); }, v);
        test::check_chain(
            [&] {
                return weft::par_iter(v).filter_map([](int x) -> std::optional<std::string> {
                    if (x % 3 != 0) return std::nullopt;
                    return std::to_string(x);
                });
            },
            texts);
    }
}

TEST_CASE("map: pointers to members, large and unusual function objects")
{
    struct point {
        int x;
        [[nodiscard]] int doubled() const { return 2 * x; }
    };
    std::vector<point> points(10, point{3});
    CHECK(weft::par_iter(points).map(&point::x).sum() == 30);
    CHECK(weft::par_iter(points).map(&point::doubled).sum() == 60);
    std::array<int, 100> table{};
    table.fill(2);
    CHECK(weft::par_range(0, 100).map([table](int i) { return table[static_cast<std::size_t>(i)]; }).sum() == 200);
    CHECK(weft::par_range(0, 3).map([p = std::make_unique<int>(5)](int i) { return *p + i; }).sum() == 18);
}

namespace {

struct counter {
    int value;
    [[nodiscard]] counter plus(const counter& other) const { return {value + other.value, {}}; }
    [[nodiscard]] bool is_before(const counter& other) const { return value < other.value; }
    [[nodiscard]] bool follows(const counter& other) const { return value == other.value + 1; }
    [[nodiscard]] const std::vector<counter>& below() const { return inner; }
    std::vector<counter> inner;
};

}  // namespace

TEST_CASE("map and others: pointers to members of what items point to, and as operations")
{
    std::vector<counter> all;
    for (int i = 0; i < 1000; ++i) all.push_back({i % 100, {}});
    std::vector<counter*> pointers;
    std::vector<std::unique_ptr<counter>> owners;
    std::vector<std::reference_wrapper<counter>> references;
    for (auto& x : all) {
        pointers.push_back(&x);
        owners.push_back(std::make_unique<counter>(x));
        references.emplace_back(x);
    }
    CHECK(weft::par_iter(pointers).map(&counter::value).sum() == 49'500);
    CHECK(weft::par_iter(owners).map(&counter::value).sum() == 49'500);
    CHECK(weft::par_iter(references).map(&counter::value).sum() == 49'500);
    CHECK((*weft::par_iter(pointers).max({}, &counter::value))->value == 99);
    CHECK((*weft::par_iter(references).min({}, &counter::value)).get().value == 0);
    CHECK(weft::par_iter(pointers).minmax({}, &counter::value)->second->value == 99);
    CHECK(weft::par_iter(all).max(&counter::is_before)->value == 99);
    CHECK(weft::par_iter(all).reduce(&counter::plus)->value == 49'500);
    CHECK(weft::par_iter(all).reduce(counter{0, {}}, &counter::plus).value == 49'500);
    CHECK(weft::par_iter(all).fold(counter{0, {}}, &counter::plus).reduce(&counter::plus)->value == 49'500);
    CHECK(weft::par_iter(all)
              .scan(counter{0, {}}, &counter::plus)
              .find_last([](const counter&) { return true; })
              ->value == 49'500);
    CHECK(weft::par_chunk_by(all, [](const counter& a, const counter& b) { return b.follows(a); }).count() == 10);
    counter root{1, {{2, {}}, {3, {{4, {}}}}}};
    CHECK(weft::par_walk_tree(root, &counter::below).map(&counter::value).to_vector() == std::vector<int>{1, 2, 3, 4});
    CHECK(weft::par_walk_tree_postfix(root, &counter::inner).map(&counter::value).to_vector() ==
          std::vector<int>{2, 4, 3, 1});
}

TEST_CASE("update: changes items in place, or on their way")
{
    std::vector<int> v = random_numbers(1000);
    const std::vector<int> before = v;
    CHECK(weft::par_iter(v).update([](int& x) { ++x; }).count() == v.size());
    weft::par_iter(v).update([](int& x) { ++x; }).for_each([](int) {});
    CHECK(weft::par_iter(v).zip(before).all_of([](int a, int b) { return a == b + 2; }));
    const auto twice = weft::par_range(0, 100).map([](int i) { return i; }).update([](int& i) { i *= 2; }).to_vector();
    CHECK(weft::par_iter(twice).enumerate().all_of([](std::size_t i, int x) { return x == 2 * static_cast<int>(i); }));
}

TEST_CASE("copied, map_with, for_each_with, size_hint")
{
    const std::vector<int> v = random_numbers(1000);
    test::check_chain([&] { return weft::par_iter(v).take(40).copied(); }, std::vector<int>(v.begin(), v.begin() + 40));
    static_assert(std::is_same_v<decltype(weft::par_iter(v).copied())::item, int>);
    static_assert(std::is_same_v<decltype(weft::par_iter(v).enumerate().copied())::item, std::tuple<std::size_t, int>>);
    const auto lengths = weft::par_iter(v)
                             .map_with(std::string("x"),
                                       [](std::string& own, int x) {
                                           own = std::to_string(x);
                                           return own.size();
                                       })
                             .sum();
    CHECK(lengths == weft::par_iter(v).map([](int x) { return std::to_string(x).size(); }).sum());
    std::atomic<int> sum{0};
    weft::par_iter(v).for_each_with(2, [&](int& two, int x) { sum += two * x; });
    CHECK(sum == 2 * std::accumulate(v.begin(), v.end(), 0));
    CHECK(weft::par_iter(v).size_hint() == 1000);
    CHECK(weft::par_iter(v).filter(is_even).size_hint() == std::nullopt);
}
