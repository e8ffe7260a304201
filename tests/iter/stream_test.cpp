// tests/iter/stream_test.cpp - stream: parallel maps that a plain loop reads.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/stream.hpp>

#include "common.hpp"
#include "test.hpp"

#include <weft/channel/channel.hpp>
#include <weft/iter/par_bridge.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <list>
#include <memory>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using test::everywhere;
using test::numbers;

constexpr auto square = [](int x) { return static_cast<long>(x) * x; };

std::vector<long> squares(int n)
{
    std::vector<long> v;
    for (int i = 0; i < n; ++i) v.push_back(square(i));
    return v;
}

long uneven_square(int x) { return square(test::uneven(x)); }

}  // namespace

TEST_CASE("stream: gives the results in the order of the input, whatever the window")
{
    bool right = true;
    everywhere([&] {
        for (int n : {0, 1, 2, 3, 17, 1000}) {
            const auto v = numbers(n);
            const auto expected = squares(n);
            for (std::size_t window : {1u, 2u, 3u, 8u, 100u, 5000u}) {
                std::vector<long> seen;
                for (long x : weft::stream(v).parallel_map(uneven_square, window).ordered()) seen.push_back(x);
                right = right && seen == expected;
            }
        }
    });
    CHECK(right);
}

TEST_CASE("stream: gives each result once when the order does not matter")
{
    bool right = true;
    everywhere([&] {
        for (int n : {0, 1, 2, 3, 17, 2000}) {
            const auto v = numbers(n);
            for (std::size_t window : {1u, 2u, 3u, 8u, 100u}) {
                std::vector<long> seen;
                for (long x : weft::stream(v).parallel_map(uneven_square, window).unordered()) seen.push_back(x);
                std::sort(seen.begin(), seen.end());
                right = right && seen == squares(n);
            }
        }
    });
    CHECK(right);
}

TEST_CASE("stream: has a window of its own choice, and maps one after another")
{
    std::vector<std::string> seen;
    const auto v = numbers(100);
    for (auto&& s :
         weft::stream(v).parallel_map(square).parallel_map([](long x) { return std::to_string(x); }).ordered()) {
        seen.push_back(std::forward<decltype(s)>(s));
    }
    std::vector<std::string> expected;
    for (long x : squares(100)) expected.push_back(std::to_string(x));
    CHECK(seen == expected);
}

TEST_CASE("stream: reads every kind of input")
{
    std::istringstream text("1 2 3 4 5");
    long sum = 0;
    const std::ranges::subrange parsed{std::istream_iterator<int>(text), std::istream_iterator<int>()};
    for (long x : weft::stream(parsed).parallel_map(square, 3).ordered()) sum += x;
    CHECK(sum == 55);

    std::list<int> list{1, 2, 3};
    for (int& x : weft::stream(list).parallel_map([](int& i) -> int& { return ++i; }, 2).ordered()) x *= 10;
    CHECK(list == std::list<int>{20, 30, 40});

    auto [tx, rx] = weft::bounded<int>(4);
    std::jthread sender([t = std::move(tx)]() mutable {
        for (int i = 1; i <= 100; ++i) static_cast<void>(t.send(i));
    });
    sum = 0;
    for (long x : weft::stream(rx).parallel_map(square, 7).ordered()) sum += x;
    CHECK(sum == 338350);

    sum = 0;
    for (long x : weft::stream(std::vector<int>{1, 2, 3}).parallel_map(square, 7).unordered()) sum += x;
    CHECK(sum == 14);
}

TEST_CASE("stream: moves what can only be moved")
{
    std::vector<std::unique_ptr<int>> in;
    for (int i = 0; i < 200; ++i) in.push_back(std::make_unique<int>(i));
    std::vector<std::unique_ptr<int>> out;
    auto results = weft::stream(std::move(in))
                       .parallel_map(
                           [](std::unique_ptr<int> p) {
                               *p += 1;
                               return p;
                           },
                           16)
                       .ordered();
    for (auto p : results) out.push_back(std::move(p));
    bool right = out.size() == 200;
    for (std::size_t i = 0; i < out.size(); ++i) right = right && *out[i] == static_cast<int>(i) + 1;
    CHECK(right);
}

TEST_CASE("stream: is input for par_bridge again")
{
    const auto v = numbers(500);
    CHECK(weft::par_bridge(weft::stream(v).parallel_map(square, 16).ordered()).sum() ==
          static_cast<long>(499) * 500 * 999 / 6);
}

TEST_CASE("stream: an exception of the function comes in the place of its item")
{
    bool right = true;
    everywhere([&] {
        for (int bad : {0, 1, 5, 99}) {
            const auto v = numbers(100);
            std::vector<long> seen;
            std::string what;
            try {
                for (long x : weft::stream(v)
                                  .parallel_map(
                                      [bad](int i) {
                                          if (i == bad || i == 99) throw std::runtime_error(std::to_string(i));
                                          return uneven_square(i);
                                      },
                                      8)
                                  .ordered()) {
                    seen.push_back(x);
                }
            } catch (const std::runtime_error& e) {
                what = e.what();
            }
            right = right && what == std::to_string(bad) && seen == squares(bad);
        }
    });
    CHECK(right);
}

TEST_CASE("stream: after an exception the range is at its end")
{
    const auto v = numbers(10);
    auto results = weft::stream(v)
                       .parallel_map(
                           [](int i) {
                               if (i == 3) throw 3;
                               return i;
                           },
                           4)
                       .ordered();
    auto it = results.begin();
    CHECK_THROWS_AS(
        [&] {
            for (;; ++it) {}
        }(),
        int);
    CHECK(it == results.end());
}

TEST_CASE("stream: an exception of the input comes in its place")
{
    bool right = true;
    everywhere([&] {
        const auto v = numbers(100);
        auto input = v | std::views::transform([](int i) {
                         if (i == 40) throw std::out_of_range("40");
                         return i;
                     });
        std::vector<long> seen;
        bool thrown = false;
        try {
            for (long x : weft::stream(input).parallel_map(uneven_square, 8).ordered()) seen.push_back(x);
        } catch (const std::out_of_range&) {
            thrown = true;
        }
        right = right && thrown && seen == squares(40);
    });
    CHECK(right);
}

TEST_CASE("stream: leaving early reads no more than a window ahead, and destroys everything")
{
    const long alive = test::counted::alive();
    bool right = true;
    everywhere([&] {
        for (int stop : {0, 1, 7, 50}) {
            int read = 0;
            const auto v = numbers(1000);
            auto input = v | std::views::transform([&](int i) {
                             ++read;
                             return test::counted(i);
                         });
            std::atomic<int> running{0};
            int seen = 0;
            for (auto&& c : weft::stream(input)
                                .parallel_map(
                                    [&](test::counted x) {
                                        running.fetch_add(1);
                                        x.value = static_cast<int>(uneven_square(x.value));
                                        running.fetch_sub(1);
                                        return x;
                                    },
                                    10)
                                .ordered()) {
                if (c.value != static_cast<int>(square(seen))) right = false;
                if (seen++ == stop) break;
            }
            right = right && running.load() == 0 && read <= stop + 11 && seen == stop + 1;
        }
    });
    CHECK(right);
    CHECK(test::counted::alive() == alive);
}

TEST_CASE("stream: a loop that throws waits for the calls that have begun")
{
    std::atomic<int> running{0};
    const auto v = numbers(1000);
    CHECK_THROWS_AS(
        [&] {
            for (long x : weft::stream(v)
                              .parallel_map(
                                  [&](int i) {
                                      running.fetch_add(1);
                                      const long y = uneven_square(i);
                                      running.fetch_sub(1);
                                      return y;
                                  },
                                  64)
                              .ordered()) {
                if (x == 400) throw std::runtime_error("enough");
            }
        }(),
        std::runtime_error);
    CHECK(running.load() == 0);
}

TEST_CASE("stream: nests, in its function and in its loop")
{
    const auto v = numbers(30);
    long sum = 0;
    for (long x : weft::stream(v)
                      .parallel_map(
                          [&](int i) {
                              long inner = 0;
                              for (long y : weft::stream(v).parallel_map(square, 4).unordered()) inner += y;
                              return inner * i;
                          },
                          4)
                      .ordered()) {
        for (long y : weft::stream(v).parallel_map(square, 4).ordered()) sum += y;
        sum += x;
    }
    const long one = 29L * 30 * 59 / 6;
    CHECK(sum == one * (435 + 30));
}

TEST_CASE("stream: several loops run at the same time")
{
    std::vector<int> good(4);
    test::run_threads(4, [&](std::size_t t) {
        bool right = true;
        for (std::size_t k = 0; k < test::scaled(20); ++k) {
            const auto v = numbers(200);
            std::vector<long> seen;
            for (long x : weft::stream(v).parallel_map(square, 1 + 5 * t).ordered()) {
                seen.push_back(x);
                if (k % 3 == 0 && seen.size() == 50) break;
            }
            right = right && seen == squares(static_cast<int>(seen.size())) && seen.size() >= 50;
        }
        good[t] = right ? 1 : 0;
    });
    CHECK(good == std::vector<int>(4, 1));
}

TEST_CASE("stream: a window of nothing is an error")
{
    const auto v = numbers(3);
    CHECK_THROWS_AS(weft::stream(v).parallel_map(square, 0), std::invalid_argument);
}
