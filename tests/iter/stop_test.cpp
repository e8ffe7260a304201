// tests/iter/stop_test.cpp - stop_on and deadline: loops that can be ended from outside.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/iter/stop.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace {

using test::random_numbers;

}  // namespace

TEST_CASE("stop_on, deadline: the loop ends soon and says so")
{
    struct token {
        const std::atomic<bool>* stop;
        [[nodiscard]] bool stop_requested() const { return stop->load(); }
    };
    std::atomic<bool> stop{false};
    const std::vector<int> v = random_numbers(1000);
    CHECK(weft::par_iter(v).stop_on(token{&stop}).to_vector() == v);
    test::check_chain([&] { return weft::par_iter(v).take(23).stop_on(token{&stop}); },
                      std::vector<int>(v.begin(), v.begin() + 23));
    stop = true;
    CHECK_THROWS_AS(weft::par_iter(v).stop_on(token{&stop}).count(), weft::stopped);
    CHECK_THROWS_AS(weft::par_iter(v).stop_on(token{&stop}).sum(), weft::stopped);
    CHECK_THROWS_AS(weft::par_iter(v).stop_on(token{&stop}).rev().filter([](int) { return true; }).count(),
                    weft::stopped);
    CHECK_FALSE(weft::par_iter(v).stop_on(token{&stop}).try_for_each([](int) { return true; }));
    CHECK_THROWS_AS(weft::par_iter(v).stop_on(token{&stop}).fold_chunks(7, 0, [](int s, int) { return s; }).count() +
                        weft::par_iter(v).stop_on(token{&stop}).chunks(7).to_vector().size(),
                    weft::stopped);
    stop = false;
    std::atomic<std::size_t> seen{0};
    const auto endless = [&] {
        weft::par_range(std::size_t{0}, std::size_t{1} << 60).stop_on(token{&stop}).for_each([&](std::size_t) {
            if (seen.fetch_add(1) == 10'000) stop = true;
        });
    };
    CHECK_THROWS_AS(endless(), weft::stopped);
    const auto now = std::chrono::steady_clock::now();
    CHECK_THROWS_AS(weft::par_iter(v).deadline(now).sum(), weft::stopped);
    CHECK(weft::par_iter(v).deadline(now + std::chrono::hours(1)).to_vector() == v);
}

TEST_CASE("deadline: points in time of coarse clocks, also beyond what the clock can say")
{
    using clock = std::chrono::steady_clock;
    const std::vector<int> v = random_numbers(1000);
    const auto now = std::chrono::time_point_cast<std::chrono::minutes>(clock::now());
    CHECK_THROWS_AS(weft::par_iter(v).deadline(now).sum(), weft::stopped);
    CHECK(weft::par_iter(v).deadline(now + std::chrono::minutes(60)).to_vector() == v);
    const std::chrono::time_point<clock, std::chrono::hours> never(std::chrono::hours::max());
    CHECK(weft::par_iter(v).deadline(never).to_vector() == v);
    CHECK(weft::par_iter(v).deadline(clock::time_point::max()).to_vector() == v);
}

TEST_CASE("stopped: copies tell the same after the chain has gone, and an empty one tells nothing")
{
    const std::vector<int> v = random_numbers(1000);
    weft::stopped first;
    CHECK(first.done() + first.total() == 0);
    try {
        weft::par_iter(v).deadline(std::chrono::steady_clock::time_point::min()).sum();
    } catch (const weft::stopped& s) {
        first = s;
    }
    weft::stopped second = first;
    first = weft::stopped();
    CHECK(first.total() == 0);
    CHECK(second.total() == v.size());
    CHECK(second.done() == 0);
    const weft::stopped third = std::move(second);
    CHECK(third.total() == v.size());
}

TEST_CASE("stopped: says how far the loop came")
{
    struct token {
        const std::atomic<bool>* flag;
        [[nodiscard]] bool stop_requested() const { return flag->load(); }
    };
    std::atomic<bool> stop{false};
    std::atomic<std::size_t> ran{0};
    std::size_t done = 0;
    std::size_t total = 0;
    try {
        weft::par_range(0, 1000000).stop_on(token{&stop}).for_each([&](int) {
            if (ran.fetch_add(1) == 5000) stop.store(true);
        });
    } catch (const weft::stopped& s) {
        done = s.done();
        total = s.total();
    }
    CHECK(total == 1000000);
    CHECK(done == ran.load());
    CHECK(done > 5000);
    CHECK(done < total);
}
