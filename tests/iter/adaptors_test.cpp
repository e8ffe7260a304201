// tests/iter/adaptors_test.cpp
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_iter.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <array>
#include <deque>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace {

using test::random_numbers;

constexpr std::size_t sizes[] = {0, 1, 2, 3, 16, 33};

TEST_CASE("map, inspect, filter, filter_map: as the sequential loop")
{
    for (std::size_t n : sizes) {
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

TEST_CASE("flat_map_iter: several items for one")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        std::vector<int> expected;
        for (int x : v) {
            for (int k = 0; k < x % 4; ++k) expected.push_back(x + k);
        }
        test::check_chain(
            [&] {
                return weft::par_iter(v).flat_map_iter([](int x) {
                    std::vector<int> some;
                    for (int k = 0; k < x % 4; ++k) some.push_back(x + k);
                    return some;
                });
            },
            expected);
    }
    std::vector<std::vector<int>> nested{{1, 2}, {}, {3}};
    weft::par_iter(nested)
        .flat_map_iter([](std::vector<int>& inner) -> std::vector<int>& { return inner; })
        .for_each([](int& x) { x *= 10; });
    CHECK(nested == std::vector<std::vector<int>>{{10, 20}, {}, {30}});
}

TEST_CASE("enumerate and zip: tuples, taken whole or part by part")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        std::vector<std::tuple<std::size_t, int>> numbered;
        for (std::size_t i = 0; i < n; ++i) numbered.emplace_back(i, v[i]);
        test::check_chain([&] { return weft::par_iter(v).enumerate(); }, numbered);

        std::deque<int> shorter(v.begin(), v.end());
        if (n > 2) shorter.pop_back();
        std::vector<std::tuple<int, int, char>> zipped;
        for (std::size_t i = 0; i < shorter.size() && i < 20; ++i) zipped.emplace_back(v[i], shorter[i], 'c');
        test::check_chain([&] { return weft::par_iter(v).zip(shorter, std::vector<char>(20, 'c')); }, zipped);
        test::check_chain(
            [&] {
                return weft::par_iter(v).zip(weft::par_iter(shorter).map([](int x) { return x; }),
                                             std::vector<char>(20, 'c'));
            },
            zipped);
    }
    std::vector<int> a{1, 2, 3};
    std::vector<int> b{10, 20, 30};
    weft::par_iter(a).zip(b).for_each([](int& x, int y) { x += y; });
    CHECK(a == std::vector<int>{11, 22, 33});
    CHECK(
        weft::par_iter(a).zip(b).map([](std::tuple<int&, int&> t) { return std::get<0>(t) - std::get<1>(t); }).sum() ==
        6);
    CHECK(weft::par_iter(a).zip(b).filter([](int x, int) { return x > 11; }).count() == 2);
    CHECK(weft::par_iter(a).enumerate().zip(b).map([](auto numbered, int) { return std::get<0>(numbered); }).sum() ==
          3);
    auto best = weft::par_iter(a).enumerate().max({}, [](std::size_t, int x) { return -x; });
    CHECK(std::get<0>(*best) == 0);
    // A result never refers into the source.
    std::get<1>(*best) = 1000;
    CHECK(a[0] == 11);
}

TEST_CASE("chain: one after the other")
{
    for (std::size_t n : sizes) {
        for (std::size_t m : sizes) {
            const std::vector<int> a = random_numbers(n);
            const std::vector<int> b = random_numbers(m, 1000, 2);
            std::vector<int> both = a;
            both.insert(both.end(), b.begin(), b.end());
            test::check_chain([&] { return weft::par_iter(a).chain(b); }, both);
            test::check_chain([&] { return weft::par_iter(a).map([](int x) { return x; }).chain(std::vector<int>(b)); },
                              both);
            std::vector<int> some;
            for (int x : a) {
                if (x % 2 != 0) some.push_back(x);
            }
            some.insert(some.end(), b.begin(), b.end());
            test::check_chain([&] { return weft::par_iter(a).filter([](int x) { return x % 2 != 0; }).chain(b); },
                              some);
        }
    }
}

TEST_CASE("take, skip, step_by, rev: positions of an indexed chain")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        std::vector<int> reversed(v.rbegin(), v.rend());
        test::check_chain([&] { return weft::par_iter(v).rev(); }, reversed);
        test::check_chain([&] { return weft::par_iter(v).rev().rev(); }, v);
        for (std::size_t k : {0u, 1u, 2u, 5u, 16u, 100u}) {
            const auto cut = static_cast<std::ptrdiff_t>(std::min(n, k));
            test::check_chain([&] { return weft::par_iter(v).take(k); }, std::vector<int>(v.begin(), v.begin() + cut));
            test::check_chain([&] { return weft::par_iter(v).skip(k); }, std::vector<int>(v.begin() + cut, v.end()));
            if (k == 0) continue;
            std::vector<int> stepped;
            for (std::size_t i = 0; i < n; i += k) stepped.push_back(v[i]);
            test::check_chain([&] { return weft::par_iter(v).step_by(k); }, stepped);
            std::vector<int> mixed;
            for (std::size_t i = 1; i < std::min<std::size_t>(n, 20); i += k) mixed.push_back(v[i] + 1);
            std::reverse(mixed.begin(), mixed.end());
            test::check_chain(
                [&] { return weft::par_iter(v).map([](int x) { return x + 1; }).take(20).skip(1).step_by(k).rev(); },
                mixed);
        }
    }
    CHECK_THROWS_AS(weft::par_range(0, 3).step_by(0), std::invalid_argument);
}

TEST_CASE("with_min_len, with_max_len: the items stay the same")
{
    const std::vector<int> v = random_numbers(1000);
    for (std::size_t n : {0u, 1u, 7u, 5000u}) {
        CHECK(weft::par_iter(v).with_min_len(n).to_vector() == v);
        CHECK(weft::par_iter(v).with_max_len(n).to_vector() == v);
        CHECK(weft::par_iter(v).with_max_len(n).with_min_len(3).map([](int x) { return double(x); }).sum() ==
              weft::par_iter(v).map([](int x) { return double(x); }).sum());
    }
}

TEST_CASE("fold: partial results in order, as many for every run")
{
    for (std::size_t n : {0u, 1u, 100u, 1000u, 5000u}) {
        std::vector<int> v = random_numbers(n);
        auto parts = weft::par_iter(v)
                         .fold(std::vector<int>(), [](std::vector<int>& part, int x) { part.push_back(x); })
                         .to_vector();
        std::vector<int> all;
        for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
        CHECK(all == v);
        CHECK(weft::par_iter(v).fold([] { return 0L; }, [](long a, int x) { return a + x; }).sum() ==
              std::accumulate(v.begin(), v.end(), 0L));
        CHECK(weft::par_iter(v)
                  .enumerate()
                  .fold(std::size_t{0}, [](std::size_t a, std::size_t i, int) { return a + i; })
                  .sum() == (n == 0 ? 0 : n * (n - 1) / 2));
    }
    const std::vector<int> v = random_numbers(1000);
    test::check_chain([&] { return weft::par_iter(v).fold(0, [](int a, int x) { return a + x; }); },
                      weft::par_iter(v).fold(0, [](int a, int x) { return a + x; }).to_vector());
    CHECK(weft::par_iter(v).fold(0, [](int a, int x) { return a + x; }).enumerate().count() > 100);
}

}  // namespace
