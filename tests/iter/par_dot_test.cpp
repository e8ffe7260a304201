// tests/iter/par_dot_test.cpp - the sum of the products of two ranges.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/rng.hpp>
#include <weft/iter/par_dot.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/pool/thread_pool.hpp>

#include "random.hpp"
#include "test.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {

using test::random_values;

// The last one is run in groups of blocks.
const std::size_t lengths[] = {0, 1, 100, 4096, 300'001, (std::size_t{1} << 20) + 77'777};

}  // namespace

TEMPLATE_TEST_CASE("par_dot: floating point, the same bits for any number of threads", "", float, double)
{
    using T = TestType;
    weft::thread_pool alone{{.num_threads = 1}};
    weft::thread_pool four{{.num_threads = 4}};
    for (const std::size_t n : lengths) {
        const auto a = random_values<T>(n, 1);
        const auto b = random_values<T>(n + 5, 2);
        long double exact = 0;
        long double sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            exact += static_cast<long double>(a[i]) * static_cast<long double>(b[i]);
            sum += static_cast<long double>(a[i]);
        }
        const long double bound =
            static_cast<long double>(std::numeric_limits<T>::epsilon()) * (static_cast<long double>(n) * 0.05L + 64);
        const T one = alone.install([&] { return weft::par_dot(a, b); });
        const T many = four.install([&] { return weft::par_dot(a, b); });
        CHECK(one == many);
        CHECK(std::abs(static_cast<long double>(one) - exact) <= bound);
        const T sum_of_one = alone.install([&] { return weft::par_iter(a).sum(); });
        const T sum_of_many = four.install([&] { return weft::par_iter(a).sum(); });
        CHECK(sum_of_one == sum_of_many);
        CHECK(std::abs(static_cast<long double>(sum_of_one) - sum) <= bound);
        // A chain that the kernels do not know adds in lanes.
        const auto halves = [&] { return weft::par_iter(a).map([](T x) { return x / 2; }).sum(); };
        CHECK(alone.install(halves) == four.install(halves));
        CHECK(std::abs(2 * static_cast<long double>(halves()) - sum) <= bound);
    }
}

TEMPLATE_TEST_CASE("par_dot: integers are added in 64 bits", "", std::int8_t, std::uint16_t, std::int32_t,
                   std::uint64_t)
{
    using T = TestType;
    for (const std::size_t n : lengths) {
        const auto a = random_values<T>(n, 3);
        const auto b = random_values<T>(n, 4);
        std::uint64_t expected = 0;
        for (std::size_t i = 0; i < n; ++i)
            expected += static_cast<std::uint64_t>(a[i]) * static_cast<std::uint64_t>(b[i]);
        CHECK(static_cast<std::uint64_t>(weft::par_dot(a, b)) == expected);
    }
}

TEST_CASE("par_dot: ranges of other kinds and of two types")
{
    const std::deque<int> a{1, 2, 3};
    const std::vector<double> b{0.5, 0.25, 2, 100};
    CHECK(weft::par_dot(a, b) == 7.0);
    CHECK(weft::par_dot(a, std::vector<short>{1, 1, -1}) == 0);
    CHECK(weft::par_dot(std::vector<float>(), std::vector<float>()) == 0.0f);
    CHECK(weft::par_dot(std::vector<int>{1 << 30}, std::vector<int>{4}) == std::int64_t{1} << 32);
}

TEMPLATE_TEST_CASE("numbers: extremes and counts agree with std", "", std::uint8_t, std::int32_t, std::uint64_t, float,
                   double)
{
    using T = TestType;
    for (const std::size_t n : lengths) {
        const auto v = random_values<T>(n, 5);
        CHECK(weft::par_iter(v).count(T(1)) == static_cast<std::size_t>(std::count(v.begin(), v.end(), T(1))));
        if (n == 0) {
            CHECK_FALSE(weft::par_iter(v).min());
            CHECK_FALSE(weft::par_iter(v).minmax());
            continue;
        }
        const auto [lo, hi] = std::minmax_element(v.begin(), v.end());
        CHECK(weft::par_iter(v).min() == *lo);
        CHECK(weft::par_iter(v).max() == *hi);
        CHECK(weft::par_iter(v).minmax() == std::pair(*lo, *hi));
        // The same by way of a chain, and from a container that the chain owns.
        const auto same = [](T x) { return x; };
        CHECK(weft::par_iter(v).map(same).min() == *lo);
        CHECK(weft::par_iter(v).map(same).max() == *hi);
        CHECK(weft::par_iter(v).map(same).minmax() == std::pair(*lo, *hi));
        CHECK(weft::par_iter(std::vector<T>(v)).max() == *hi);
        CHECK(weft::par_iter(v).filter([&](T x) { return x != *hi; }).max() ==
              weft::par_iter(v).map(same).filter([&](T x) { return x != *hi; }).max());
    }
}

TEST_CASE("numbers: NaN is passed over by extremes, and of zeros min keeps the first and max the last")
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    constexpr double inf = std::numeric_limits<double>::infinity();
    const auto same = [](double x) { return x; };
    for (const std::size_t n : {3U, 50U, 5000U, 200'000U}) {
        std::vector<double> v(n, nan);
        CHECK(std::isnan(*weft::par_iter(v).min()));
        CHECK(std::isnan(weft::par_iter(v).minmax()->second));
        CHECK(std::isnan(*weft::par_iter(v).map(same).max()));
        v[n / 2] = inf;
        CHECK(weft::par_iter(v).min() == inf);
        CHECK(weft::par_iter(v).map(same).min() == inf);
        v[n - 1] = -3;
        CHECK(weft::par_iter(v).max() == inf);
        CHECK(weft::par_iter(v).minmax() == std::pair(-3.0, inf));
        CHECK(weft::par_iter(v).map(same).minmax() == std::pair(-3.0, inf));

        for (const bool negative_first : {false, true}) {
            const double first = negative_first ? -0.0 : 0.0;
            std::vector<double> up(n, 1.0);
            std::vector<double> down(n, -1.0);
            for (std::vector<double>* w : {&up, &down}) {
                (*w)[n / 3] = first;
                (*w)[n - 1] = -first;
            }
            CHECK(std::signbit(*weft::par_iter(up).min()) == negative_first);
            CHECK(std::signbit(weft::par_iter(up).minmax()->first) == negative_first);
            CHECK(std::signbit(*weft::par_iter(up).map(same).min()) == negative_first);
            CHECK(std::signbit(*weft::par_iter(down).max()) == !negative_first);
            CHECK(std::signbit(weft::par_iter(down).minmax()->second) == !negative_first);
            CHECK(std::signbit(*weft::par_iter(down).map(same).max()) == !negative_first);
        }
    }
}

TEST_CASE("numbers: count of other things and of values of another type")
{
    const std::vector<std::string> words{"a", "b", "a"};
    CHECK(weft::par_iter(words).count("a") == 2);
    CHECK(weft::par_iter(std::vector<std::uint8_t>{1, 2, 1}).count(1) == 2);
    CHECK(weft::par_range(0, 100).map([](int x) { return x % 10; }).count(3L) == 10);
}

TEST_CASE("sum, min and max: vectors of every kind of number")
{
    const auto check = [](auto zero) {
        using T = decltype(zero);
        weft::rng random(6);
        for (std::size_t n : {1u, 2u, 100u, 5000u, 70'001u}) {
            std::vector<T> v(n);
            for (T& x : v) x = static_cast<T>(random());
            using sum_type = decltype(v[0] + v[0]);
            std::uint64_t sum = 0;
            for (const T x : v) sum += static_cast<std::uint64_t>(x);
            CHECK(weft::par_iter(v).sum() == static_cast<sum_type>(sum));
            CHECK(weft::par_iter(v).min() == *std::min_element(v.begin(), v.end()));
            CHECK(weft::par_iter(std::as_const(v)).max() == *std::max_element(v.begin(), v.end()));
        }
    };
    check(std::int8_t{}), check(std::uint8_t{}), check(std::int16_t{}), check(std::uint16_t{}), check(0), check(0u);
    check(0L), check(0UL), check(0LL), check(0ULL), check('a');
}
