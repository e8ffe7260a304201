// tests/iter/par_bridge_test.cpp - par_bridge: a chain over input that comes one item after the other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_bridge.hpp>

#include "common.hpp"
#include "test.hpp"

#include <weft/channel/channel.hpp>
#include <weft/pool/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <initializer_list>
#include <list>
#include <memory>
#include <optional>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
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

TEST_CASE("par_bridge: input that has thrown gives nothing more, and is not touched again")
{
    for (const int bad : {0, 1, 5}) {
        int steps = 0;
        auto broken = std::views::iota(0, 1000) | std::views::transform([&](int x) {
                          ++steps;
                          if (x == bad) throw std::runtime_error("broken");
                          return x;
                      });
        const auto chain = weft::par_bridge(broken).map([](int x) { return x; });
        auto batch = chain.make_batch();
        for (int i = 0; i < bad; ++i) {
            batch.clear();
            CHECK(chain.pull(batch));
            CHECK(batch.size() == 1);
        }
        batch.clear();
        CHECK_THROWS_AS(chain.pull(batch), std::runtime_error);
        CHECK(steps == bad + 1);
        batch.clear();
        CHECK(!chain.pull(batch));
        CHECK(batch.empty());
        CHECK(steps == bad + 1);
    }
}

TEST_CASE("par_bridge: input may wait for what becomes of the items before")
{
    bool right = true;
    test::everywhere([&] {
        for (std::size_t repeat = 0; repeat < test::scaled(20); ++repeat) {
            // Each item sends the next one, so there is never more than one to read.
            auto [sender, receiver] = weft::bounded<int>(1);
            static_cast<void>(sender.send(0));
            std::optional<weft::sender<int>> last(std::move(sender));
            std::atomic<int> seen{0};
            weft::par_bridge(receiver).map([](int x) { return x; }).for_each([&](int x) {
                ++seen;
                if (x == 100) {
                    last.reset();
                } else {
                    static_cast<void>(last->send(x + 1));
                }
            });
            right = right && seen == 101;
        }
    });
    CHECK(right);
}

TEST_CASE("par_bridge: while it waits for its input, the pool runs other tasks")
{
    // One thread is in the input, and the caller may be waiting for it: the third is free.
    weft::thread_pool pool({.num_threads = 3});
    for (std::size_t repeat = 0; repeat < test::scaled(20); ++repeat) {
        std::atomic<int> ran{0};
        auto [sender, receiver] = weft::unbounded<int>();
        // The next item comes when a task has run that is spawned while the bridge waits.
        std::jthread source([&, s = std::move(sender)] {
            for (int i = 0; i < 20; ++i) {
                test::latch done(1);
                pool.spawn([&] {
                    ++ran;
                    done.count_down();
                });
                done.wait();
                static_cast<void>(s.send(i));
            }
        });
        const long sum = pool.install(
            [&, &r = receiver] { return weft::par_bridge(r).map([](int x) { return static_cast<long>(x); }).sum(); });
        CHECK(sum == 190);
        CHECK(ran == 20);
    }
}

TEST_CASE("par_bridge: input that waits in weft::blocking may wait for tasks of the pool, however few threads it has")
{
    bool right = true;
    for (const std::size_t threads : {1u, 2u, 4u}) {
        weft::thread_pool pool({.num_threads = threads});
        for (std::size_t repeat = 0; repeat < test::scaled(10); ++repeat) {
            const long sum = pool.install([] {
                int at = 0;
                const auto next = [&]() -> std::optional<int> {
                    if (at == 20) return std::nullopt;
                    test::latch done(1);
                    weft::spawn([&] { done.count_down(); });
                    weft::blocking([&] { done.wait(); });
                    return at++;
                };
                return weft::par_bridge(next).map([](int x) { return static_cast<long>(test::uneven(x)); }).sum();
            });
            right = right && sum == 190;
        }
    }
    CHECK(right);
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
