// tests/iter/flat_map_test.cpp - flat_map_iter, flat_map, flatten: several items in place of one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/flat_map.hpp>
#include <weft/iter/par_iter.hpp>

#include <weft/iter/sources.hpp>
#include <weft/pool/thread_pool.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using test::random_numbers;
using test::short_sizes;

}  // namespace

TEST_CASE("flat_map_iter: several items for one")
{
    for (std::size_t n : short_sizes) {
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

TEST_CASE("flat_map, flatten: inner chains, ranges and optionals")
{
    for (std::size_t n : short_sizes) {
        std::vector<int> counts = random_numbers(n);
        for (int& x : counts) x %= 4;
        std::vector<int> expected;
        std::vector<std::vector<int>> nested;
        std::vector<std::optional<int>> maybe;
        std::vector<int> odd;
        for (int x : counts) {
            nested.emplace_back();
            for (int i = 0; i < x; ++i) {
                expected.push_back(i);
                nested.back().push_back(i);
            }
            maybe.push_back(x % 2 != 0 ? std::optional<int>(x) : std::nullopt);
            if (x % 2 != 0) odd.push_back(x);
        }
        test::check_chain([&] { return weft::par_iter(counts).flat_map([](int x) { return weft::par_range(0, x); }); },
                          expected);
        test::check_chain(
            [&] {
                return weft::par_iter(counts).flat_map([](int x) {
                    std::vector<int> v(static_cast<std::size_t>(x));
                    std::iota(v.begin(), v.end(), 0);
                    return v;
                });
            },
            expected);
        test::check_chain([&] { return weft::par_iter(nested).flatten(); }, expected);
        test::check_chain([&] { return weft::par_iter(maybe).flatten(); }, odd);
        test::check_chain(
            [&] { return weft::par_iter(counts).map([](int x) { return weft::par_range(0, x); }).flatten(); },
            expected);
        auto copy = nested;
        CHECK(weft::par_iter(std::move(copy)).flatten().to_vector() == expected);
    }
}

TEST_CASE("flat_map: one item is divided, whatever it stands for")
{
    weft::thread_pool pool({.num_threads = 3});
    const auto threads_of = [&](auto make) {
        std::mutex lock;
        std::set<std::thread::id> seen;
        pool.install([&] {
            make().for_each([&](int x) {
                for (int k = 0; k < 20; ++k) test::uneven(x + k);
                const std::lock_guard hold(lock);
                seen.insert(std::this_thread::get_id());
            });
        });
        return seen.size();
    };
    const int n = 100'000;
    CHECK(threads_of([&] { return weft::par_once(1).flat_map([&](int) { return weft::par_range(0, n); }); }) > 1);
    CHECK(threads_of([&] { return weft::par_once(1).flat_map([&](int) { return test::numbers(n); }); }) > 1);
    const std::vector<std::vector<int>> nested{test::numbers(n)};
    CHECK(threads_of([&] { return weft::par_iter(nested).flatten(); }) > 1);
    CHECK(threads_of([&] {
              return weft::par_iter(nested)
                  .flat_map([](const std::vector<int>& v) { return weft::par_iter(v); })
                  .map([](int x) { return x; });
          }) > 1);
    CHECK(threads_of([&] { return weft::par_once(n).flat_map_iter([](int k) { return test::numbers(k); }); }) == 1);
}

TEST_CASE("flat_map: inner chains that are divided keep their order, and their items come once")
{
    bool right = true;
    test::everywhere([&] {
        for (const int outer : {1, 2, 5}) {
            for (const int inner : {1, 255, 257, 3000}) {
                std::vector<int> expected;
                for (int i = 0; i < outer; ++i) {
                    for (int k = 0; k < inner; ++k) expected.push_back(i * inner + k);
                }
                const auto chain = [&] {
                    return weft::par_range(0, outer).flat_map([=](int i) {
                        return weft::par_range(0, inner).map([=](int k) { return test::uneven(i * inner + k); });
                    });
                };
                const auto ranges = [&] {
                    return weft::par_range(0, outer)
                        .flat_map([=](int i) { return test::numbers(inner, i * inner); })
                        .map(test::uneven);
                };
                const int half = outer * inner / 2;
                const auto late = [=](int x) { return x >= half; };
                const auto early = [=](int x) { return x <= half; };
                right = right && chain().to_vector() == expected && ranges().to_vector() == expected;
                right = right &&
                        chain().filter(late).to_vector() == std::vector<int>(expected.begin() + half, expected.end());
                right = right && chain().find_first(late) == half && ranges().find_first(late) == half;
                right = right && chain().find_last(early) == half && ranges().find_last(early) == half;
                right = right && late(*chain().find_any(late)) && chain().any_of(late) &&
                        chain().all_of(late) == (half == 0);
                right = right && chain().count() == expected.size();
                right = right && chain().max() == expected.back() && chain().min() == 0;
                right = right && chain().take_any(expected.size() / 2).count() == expected.size() / 2;
                const auto text = [](int x) { return std::to_string(x) + ' '; };
                std::string all;
                for (int x : expected) all += text(x);
                right = right && chain().map(text).reduce(std::string(), [](std::string a, const std::string& b) {
                    return std::move(a) + b;
                }) == all;
                const auto [low, high] = chain().partition(early);
                right = right && low.size() == static_cast<std::size_t>(half) + 1 &&
                        low.size() + high.size() == expected.size();
                // Another flat_map after it, and one inside.
                right = right && chain().flat_map([](int x) { return weft::par_range(x, x + 2); }).count() ==
                                     2 * expected.size();
                right = right && weft::par_once(1).flat_map([&](int) { return chain(); }).to_vector() == expected;
            }
        }
    });
    CHECK(right);
}

TEST_CASE("flat_map: sums of floating-point numbers have the same bits for any number of threads")
{
    for (const int outer : {1, 3, 300}) {
        std::vector<double> sums;
        test::everywhere([&] {
            for (int repeat = 0; repeat < 5; ++repeat) {
                sums.push_back(weft::par_range(0, outer)
                                   .flat_map([](int i) { return weft::par_range(0, i == 0 ? 20'000 : 300); })
                                   .map([](int x) { return 0.1 * test::uneven(x); })
                                   .sum());
            }
        });
        CHECK(std::all_of(sums.begin(), sums.end(), [&](double s) { return s == sums.front(); }));
    }
}

TEST_CASE("flat_map: elements of ranges that are given up are moved, others are not")
{
    bool right = true;
    test::everywhere([&] {
        const auto made = weft::par_once(3000)
                              .flat_map([](int n) {
                                  std::vector<std::unique_ptr<int>> v;
                                  for (int i = 0; i < n; ++i) v.push_back(std::make_unique<int>(i));
                                  return v;
                              })
                              .map([](std::unique_ptr<int> p) { return *p; })
                              .to_vector();
        right = right && made == test::numbers(3000);
        std::vector<std::vector<std::string>> kept(1);
        for (int i = 0; i < 3000; ++i) kept[0].push_back(test::name_of(i));
        const auto copies = weft::par_iter(kept).flatten().to_vector();
        right = right && copies == kept[0];
    });
    CHECK(right);
}

TEST_CASE("flat_map: what is thrown inside leaves the loop, and a token ends it in the midst of one item")
{
    for (const int bad : {0, 1, 5000, 99'999}) {
        CHECK_THROWS_AS(
            weft::par_once(100'000).flat_map([](int n) { return weft::par_range(0, n); }).for_each([=](int x) {
                if (x == bad) throw std::runtime_error("bad");
            }),
            std::runtime_error);
    }
    CHECK_THROWS_AS(
        weft::par_once(1).flat_map([](int) -> std::vector<int> { throw std::runtime_error("bad"); }).count(),
        std::runtime_error);
    std::stop_source source;
    std::atomic<long> visited{0};
    CHECK_THROWS_AS(weft::par_once(1)
                        .flat_map([](int) { return weft::par_range(0, 1'000'000'000); })
                        .stop_on(source.get_token())
                        .for_each([&](int) {
                            if (++visited == 1000) source.request_stop();
                        }),
                    weft::stopped);
    CHECK(visited < 100'000'000);
}
