// tests/iter/more_adaptors_test.cpp
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/pool/spawn.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace {

using test::random_numbers;

constexpr std::size_t sizes[] = {0, 1, 2, 3, 16, 33};

TEST_CASE("interleave, intersperse: as the sequential loop")
{
    for (std::size_t n : sizes) {
        for (std::size_t m : sizes) {
            const std::vector<int> a = random_numbers(n);
            const std::vector<int> b = random_numbers(m, 1000, 2);
            std::vector<int> expected;
            for (std::size_t i = 0; i < std::max(n, m); ++i) {
                if (i < n) expected.push_back(a[i]);
                if (i < m) expected.push_back(b[i]);
            }
            test::check_chain([&] { return weft::par_iter(a).interleave(b); }, expected);
        }
        const std::vector<int> a = random_numbers(n);
        std::vector<int> expected;
        for (std::size_t i = 0; i < n; ++i) {
            if (i > 0) expected.push_back(-1);
            expected.push_back(a[i]);
        }
        test::check_chain([&] { return weft::par_iter(a).intersperse(-1); }, expected);
    }
}

TEST_CASE("chunks, fold_chunks: n items each, in order, the rest last")
{
    for (std::size_t n : sizes) {
        for (std::size_t length : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{100}}) {
            const std::vector<int> v = random_numbers(n);
            std::vector<std::vector<int>> pieces;
            std::vector<int> sums;
            for (std::size_t lo = 0; lo < n; lo += length) {
                const auto from = v.begin() + static_cast<std::ptrdiff_t>(lo);
                const auto to = v.begin() + static_cast<std::ptrdiff_t>(std::min(n, lo + length));
                pieces.emplace_back(from, to);
                sums.push_back(std::accumulate(from, to, 0));
            }
            test::check_chain([&] { return weft::par_iter(v).chunks(length); }, pieces);
            test::check_chain(
                [&] { return weft::par_iter(v).fold_chunks(length, 0, [](int s, int x) { return s + x; }); }, sums);
        }
    }
    // Chunks have numbers like any other items.
    const std::vector<int> ten = random_numbers(10);
    CHECK(weft::par_iter(ten).chunks(4).interleave(weft::par_iter(ten).chunks(5).rev()).to_vector() ==
          std::vector<std::vector<int>>{{ten.begin(), ten.begin() + 4},
                                        {ten.begin() + 5, ten.end()},
                                        {ten.begin() + 4, ten.begin() + 8},
                                        {ten.begin(), ten.begin() + 5},
                                        {ten.begin() + 8, ten.end()}});
    CHECK(weft::par_iter(ten).fold_chunks(6, 1, [](int s, int) { return s + 1; }).intersperse(0).to_vector() ==
          std::vector{7, 0, 5});
    const std::vector<int> v{1};
    CHECK_THROWS_AS(weft::par_iter(v).chunks(0), std::invalid_argument);
    CHECK_THROWS_AS(weft::par_iter(v).fold_chunks(0, 0, [](int s, int) { return s; }), std::invalid_argument);
}

TEST_CASE("flat_map, flatten: inner chains, ranges and optionals")
{
    for (std::size_t n : sizes) {
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

TEST_CASE("map_init, for_each_init: states are lent, few, and end with the chain")
{
    const std::vector<int> v = random_numbers(50'000);
    std::atomic<std::size_t> made{0};
    const auto make = [&] {
        made.fetch_add(1);
        return std::vector<int>();
    };
    const auto out = weft::par_iter(v)
                         .map_init(make,
                                   [](std::vector<int>& scratch, int x) {
                                       scratch.assign(3, x);
                                       return scratch[0] + scratch[1] + scratch[2];
                                   })
                         .to_vector();
    CHECK(out.size() == v.size());
    CHECK(weft::par_iter(out).zip(v).all_of([](int a, int b) { return a == 3 * b; }));
    CHECK(made.load() >= 1);
    CHECK(made.load() <= weft::current_num_threads() + 1);

    std::atomic<long> sum{0};
    weft::par_iter(v).enumerate().for_each_init([] { return 0; },
                                                [&](int& n, std::size_t, int x) {
                                                    ++n;
                                                    sum += x;
                                                });
    CHECK(sum.load() == std::accumulate(v.begin(), v.end(), 0L));

    const auto throwing = [&] {
        weft::par_iter(v).for_each_init([] { return 0; },
                                        [](int&, int x) {
                                            if (x == 500) throw std::runtime_error("x");
                                        });
    };
    CHECK_THROWS_AS(throwing(), std::runtime_error);
    const auto bad_init = [&] {
        weft::par_iter(v).for_each_init([]() -> int { throw std::runtime_error("i"); }, [](int&, int) {});
    };
    CHECK_THROWS_AS(bad_init(), std::runtime_error);
    for (std::size_t n : sizes) {
        const std::vector<int> few = random_numbers(n);
        test::check_chain(
            [&] { return weft::par_iter(few).map_init([] { return 1; }, [](int& one, int x) { return x + one - 1; }); },
            few);
    }
}

TEST_CASE("take_any, skip_any: as many as asked for")
{
    const std::vector<int> v = random_numbers(20'000);
    for (std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{19'999}, std::size_t{30'000}}) {
        const std::size_t taken = std::min(n, v.size());
        CHECK(weft::par_iter(v).take_any(n).count() == taken);
        CHECK(weft::par_iter(v).skip_any(n).count() == v.size() - taken);
        CHECK(weft::par_iter(v).take_any(n).chain(weft::par_iter(v)).count() == taken + v.size());
    }
    CHECK(weft::par_range(std::size_t{0}, ~std::size_t{0}).take_any(10).to_vector().size() == 10);
}

TEST_CASE("take_any_while, skip_any_while, while_some: shared by all pieces")
{
    const std::vector<int> v = random_numbers(20'000);
    const auto always = [](int) { return true; };
    const auto never = [](int) { return false; };
    CHECK(weft::par_iter(v).take_any_while(always).to_vector() == v);
    CHECK(weft::par_iter(v).take_any_while(never).count() == 0);
    CHECK(weft::par_iter(v).skip_any_while(always).count() == 0);
    CHECK(weft::par_iter(v).skip_any_while(never).to_vector() == v);
    CHECK(weft::par_iter(v).take_any_while([](int x) { return x < 900; }).all_of([](int x) { return x < 900; }));
    const auto some = [&](int x) { return std::optional<int>(x); };
    CHECK(weft::par_iter(v).map(some).while_some().to_vector() == v);
    const auto few = [&](std::size_t i, int x) { return i < 100 ? std::optional<int>(x) : std::nullopt; };
    CHECK(weft::par_iter(v).enumerate().map(few).while_some().count() <= 100);
    std::vector<std::optional<std::string>> texts{"a", "b"};
    CHECK(weft::par_iter(texts).while_some().to_vector() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("zip_eq: lengths must agree")
{
    const std::vector<int> a = random_numbers(10);
    const std::vector<int> b = random_numbers(9);
    CHECK(weft::par_iter(a).zip_eq(a, a).count() == 10);
    CHECK_THROWS_AS(weft::par_iter(a).zip_eq(b), std::invalid_argument);
    CHECK_THROWS_AS(weft::par_iter(b).zip_eq(b, a), std::invalid_argument);
}

TEST_CASE("positions: the numbers of the items that pass")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        std::vector<std::size_t> expected;
        for (std::size_t i = 0; i < n; ++i) {
            if (v[i] % 2 == 0) expected.push_back(i);
        }
        test::check_chain([&] { return weft::par_iter(v).positions([](int x) { return x % 2 == 0; }); }, expected);
    }
}

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

TEST_CASE("stopped: copies tell the same after the chain has gone; an empty one tells nothing")
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

}  // namespace
