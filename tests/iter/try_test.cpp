// tests/iter/try_test.cpp - try_for_each, try_for_each_init and try_reduce: loops that end at the first failure.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/iter/try.hpp>

#include "common.hpp"
#include "test.hpp"

#include <atomic>
#include <cstddef>
#include <limits>
#include <numeric>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace {

using test::random_numbers;
using test::sizes;

std::optional<int> add(int a, int b)
{
    if (a > std::numeric_limits<int>::max() - b) return std::nullopt;
    return a + b;
}

}  // namespace

TEST_CASE("try_for_each: the first failure ends it")
{
    const std::vector<int> v = random_numbers(100'000);
    CHECK(weft::par_iter(v).try_for_each([](int x) { return x >= 0; }));
    std::atomic<std::size_t> calls{0};
    CHECK_FALSE(weft::par_iter(v).try_for_each([&](int) { return calls.fetch_add(1) < 10; }));
    CHECK(calls.load() < v.size());
    const auto some = [](int x) { return x >= 0 ? std::optional<int>(x) : std::nullopt; };
    CHECK(weft::par_iter(v).try_for_each(some).has_value());
    CHECK_FALSE(weft::par_iter(v).try_for_each([](int x) { return x == 500 ? std::nullopt : std::optional<int>(x); }));
    CHECK(weft::par_range(0, 0).try_for_each([](int) { return false; }));

    struct outcome {  // as std::expected<void, std::string>
        std::string error;
        explicit operator bool() const { return error.empty(); }
    };
    const auto failing = [](int x) { return x == 500 ? outcome{"five hundred"} : outcome{}; };
    CHECK(weft::par_iter(v).try_for_each(failing).error == "five hundred");
    const auto throwing = [&] { return weft::par_iter(v).try_for_each([](int) -> bool { throw 1; }); };
    CHECK_THROWS_AS(throwing(), int);
}

TEST_CASE("try_reduce: a sum that may overflow")
{
    const auto add = [](int a, int b) -> std::optional<int> {
        int sum = 0;
        if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
        return sum;
    };
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        const auto sum = weft::par_iter(v).try_reduce(0, add);
        CHECK(sum == std::accumulate(v.begin(), v.end(), 0));
    }
    const std::vector<int> big(100'000, 1 << 30);
    CHECK(weft::par_iter(big).try_reduce(0, add) == std::nullopt);
    CHECK(weft::par_iter(big).try_reduce([] { return 0; }, add) == std::nullopt);
    std::vector<std::optional<int>> maybe(1000, 1);
    CHECK(weft::par_iter(maybe).try_reduce(0, add) == 1000);
    maybe[777] = std::nullopt;
    CHECK(weft::par_iter(maybe).try_reduce(0, add) == std::nullopt);
}

TEST_CASE("try_reduce without an identity: nothing of nothing, the whole, or a failure")
{
    for (std::size_t n : sizes) {
        std::vector<int> v = random_numbers(n);
        const std::optional<std::optional<int>> whole = weft::par_iter(v).try_reduce(add);
        CHECK(whole.has_value() == (n != 0));
        if (whole) CHECK(*whole == std::accumulate(v.begin(), v.end(), 0));

        const auto opened = [](int x) { return x == -1 ? std::nullopt : std::optional<int>(x); };
        const auto of_optionals = weft::par_iter(v).map(opened).try_reduce(add);
        CHECK(of_optionals == whole);

        for (std::size_t bad : {std::size_t{0}, n / 2, n - 1}) {
            if (n == 0) break;
            std::vector<int> broken = v;
            broken[bad] = -1;
            const auto failed = weft::par_iter(broken).map(opened).try_reduce(add);
            REQUIRE(failed.has_value());
            CHECK(!failed->has_value());
            if (n < 2) continue;
            broken[bad] = std::numeric_limits<int>::max();
            broken[bad == 0 ? 1 : 0] = 1;
            const auto overflowed = weft::par_iter(broken).try_reduce(add);
            REQUIRE(overflowed.has_value());
            CHECK(!overflowed->has_value());
        }
    }
}

TEST_CASE("try_reduce without an identity: keeps the order of the items")
{
    std::vector<std::string> words;
    std::string all;
    for (int i = 0; i < 3000; ++i) {
        words.push_back(std::to_string(i));
        all += words.back();
    }
    const auto join = [](const std::string& a, const std::string& b) { return std::optional<std::string>(a + b); };
    CHECK(weft::par_iter(words).try_reduce(join) == std::optional<std::optional<std::string>>(all));
    CHECK(weft::par_iter(words).filter([](const std::string&) { return true; }).try_reduce(join)->value() == all);
}

TEST_CASE("try_reduce without an identity: a stopped loop is a failure")
{
    std::stop_source stop;
    stop.request_stop();
    const auto found = weft::par_range(0, 1000).stop_on(stop.get_token()).try_reduce(add);
    REQUIRE(found.has_value());
    CHECK(!found->has_value());
}

TEST_CASE("try_fold: as fold, and a block ends at its first failure")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        const auto parts = weft::par_iter(v).try_fold(0, add).to_vector();
        const auto plain = weft::par_iter(v).fold(0, [](int a, int b) { return a + b; }).to_vector();
        REQUIRE(parts.size() == plain.size());
        bool same = true;
        for (std::size_t i = 0; i < parts.size(); ++i) same = same && parts[i] == plain[i];
        CHECK(same);
        CHECK(weft::par_iter(v).try_fold([] { return 0; }, add).try_reduce(0, add) ==
              std::accumulate(v.begin(), v.end(), 0));

        std::atomic<std::size_t> calls{0};
        const auto fails = [&](int, int) -> std::optional<int> {
            ++calls;
            return std::nullopt;
        };
        const auto failures = weft::par_iter(v).try_fold(0, fails).to_vector();
        CHECK(calls == failures.size());
        CHECK(weft::par_iter(v).try_fold(0, fails).try_reduce(0, add).has_value() == (n == 0));
    }
    const auto odd_is_bad = [](int& sum, int x) -> std::optional<int> {
        if (x % 2 != 0) return std::nullopt;
        return sum + x;
    };
    CHECK(weft::par_iter(std::vector<int>{2, 4, 6}).try_fold(0, odd_is_bad).try_reduce(0, add) == 12);
    CHECK(weft::par_iter(std::vector<int>{2, 5, 6}).try_fold(0, odd_is_bad).try_reduce(0, add) == std::nullopt);
}

TEST_CASE("try_for_each_init: ends at a failure, with a state beside each worker")
{
    std::atomic<int> states{0};
    std::atomic<long> sum{0};
    const auto make = [&] {
        ++states;
        return std::string();
    };
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        states = 0;
        sum = 0;
        const bool good = weft::par_iter(v).try_for_each_init(make, [&](std::string& own, int x) {
            own = std::to_string(x);
            sum += std::stoi(own);
            return true;
        });
        CHECK(good);
        CHECK(sum == std::accumulate(v.begin(), v.end(), 0L));
        CHECK(static_cast<std::size_t>(states) <= n);
        const std::optional<int> failed =
            weft::par_iter(v).try_for_each_init(make, [&](std::string&, int) { return std::optional<int>(); });
        CHECK(failed.has_value() == (n == 0));
    }
}
