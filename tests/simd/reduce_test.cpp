// tests/simd/reduce_test.cpp - every kernel against plain loops: all types, lengths and alignments.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/simd/reduce.hpp>

#include "random.hpp"
#include "simd/repeated.hpp"
#include "test.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace simd = weft::simd;

#define WEFT_TEST_ALL_TYPES                                                                                           \
    std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, \
        float, double

namespace {

__extension__ using int128 = __int128;

using test::random_value;
using test::random_values;

std::vector<std::size_t> lengths()
{
    std::vector<std::size_t> out;
    for (std::size_t n = 0; n <= 140; ++n) out.push_back(n);
    for (const std::size_t n : {255u, 256u, 257u, 1000u, 4095u, 4096u, 4097u, 8192u, 12'345u, 100'003u})
        out.push_back(n);
    return out;
}

/// A wrapping integer, or a long double.
template <class T>
using exact_t = std::conditional_t<std::is_floating_point_v<T>, long double, std::uint64_t>;

/// A bound for the error of any order of summation.
template <class T>
bool close(T got, long double expected, long double magnitude, std::size_t n)
{
    const long double unit = std::numeric_limits<T>::epsilon();
    return std::abs(static_cast<long double>(got) - expected) <=
           unit * magnitude * (2 + std::sqrt(static_cast<long double>(n)));
}

}  // namespace

TEMPLATE_TEST_CASE("simd: sums and dot products", "", WEFT_TEST_ALL_TYPES)
{
    using T = TestType;
    for (const std::size_t n : lengths()) {
        for (const std::size_t offset : {0u, 1u, 3u}) {
            const auto a = random_values<T>(n + offset, n);
            const auto b = random_values<T>(n + offset, n + 1);
            const std::span<const T> x = std::span(a).subspan(offset);
            const std::span<const T> y = std::span(b).subspan(offset);
            exact_t<T> sum = 0;
            exact_t<T> dot = 0;
            long double size = 0;
            for (std::size_t i = 0; i < n; ++i) {
                sum += static_cast<exact_t<T>>(x[i]);
                dot += static_cast<exact_t<T>>(x[i]) * static_cast<exact_t<T>>(y[i]);
                size += std::abs(static_cast<long double>(x[i]));
            }
            if constexpr (std::is_floating_point_v<T>) {
                REQUIRE(close(simd::sum(x), sum, size, n));
                REQUIRE(close(simd::sum(x, simd::reproducible), sum, size, n));
                REQUIRE(close(simd::dot(x, y), dot, size, n));
                REQUIRE(close(simd::dot(x, y, simd::reproducible), dot, size, n));
                REQUIRE(close(simd::sum_compensated(x), sum, std::abs(sum) + size * 1e-6L, 1));
            } else {
                REQUIRE(static_cast<std::uint64_t>(simd::sum(x)) == sum);
                REQUIRE(static_cast<std::uint64_t>(simd::sum(x, simd::reproducible)) == sum);
                REQUIRE(static_cast<std::uint64_t>(simd::dot(x, y)) == dot);
                REQUIRE(static_cast<std::uint64_t>(simd::dot(x, y, simd::reproducible)) == dot);
            }
        }
    }
}

TEMPLATE_TEST_CASE("simd: sums of extreme values do not overflow early", "", std::int8_t, std::int16_t, std::int32_t,
                   std::uint8_t, std::uint16_t, std::uint32_t)
{
    using T = TestType;
    for (const T x : {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()}) {
        const std::vector<T> v(70'001, x);
        REQUIRE(simd::sum(v) == static_cast<simd::sum_type<T>>(x) * 70'001);
        REQUIRE(simd::count(v, x) == 70'001);
        REQUIRE(simd::min(v) == x);
        REQUIRE(simd::max(v) == x);
    }
}

TEMPLATE_TEST_CASE("simd: minima, maxima and their places", "", WEFT_TEST_ALL_TYPES)
{
    using T = TestType;
    for (const std::size_t n : lengths()) {
        const auto v = random_values<T>(n, n * 3 + 1);
        if (n == 0) {
            CHECK_FALSE(simd::min(v));
            CHECK_FALSE(simd::max(v));
            CHECK_FALSE(simd::minmax(v));
            CHECK_FALSE(simd::argmin(v));
            CHECK_FALSE(simd::argmax(v));
            continue;
        }
        const auto lo = std::min_element(v.begin(), v.end());
        const auto hi = std::max_element(v.begin(), v.end());
        REQUIRE(simd::min(v) == *lo);
        REQUIRE(simd::max(v) == *hi);
        REQUIRE(simd::minmax(v) == std::pair(*lo, *hi));
        REQUIRE(simd::argmin(v) == static_cast<std::size_t>(lo - v.begin()));
        REQUIRE(simd::argmax(v) == static_cast<std::size_t>(hi - v.begin()));
    }
}

TEMPLATE_TEST_CASE("simd: the only extreme is found at every place", "", WEFT_TEST_ALL_TYPES)
{
    using T = TestType;
    std::vector<T> v(300, T(5));
    for (std::size_t i = 0; i < v.size(); ++i) {
        v[i] = T(9);
        REQUIRE(simd::argmax(v) == i);
        REQUIRE(simd::find(v, T(9)) == i);
        REQUIRE(simd::count(v, T(9)) == 1);
        v[i] = T(1);
        REQUIRE(simd::argmin(v) == i);
        REQUIRE(simd::min(v) == T(1));
        v[i] = T(5);
    }
    CHECK_FALSE(simd::find(v, T(9)));
    CHECK(simd::any_of_equal(v, T(5)));
    CHECK_FALSE(simd::any_of_equal(v, T(6)));
    CHECK(simd::argmin(v) == 0u);
}

TEMPLATE_TEST_CASE("simd: count and find", "", WEFT_TEST_ALL_TYPES)
{
    using T = TestType;
    for (const std::size_t n : lengths()) {
        weft::rng random(n);
        std::vector<T> v(n);
        for (T& x : v) x = static_cast<T>(random() % 7);
        for (int k = 0; k < 8; ++k) {
            const T value = static_cast<T>(k);
            REQUIRE(simd::count(v, value) == static_cast<std::size_t>(std::count(v.begin(), v.end(), value)));
            const auto at = std::find(v.begin(), v.end(), value);
            const auto got = simd::find(v, value);
            REQUIRE(got.has_value() == (at != v.end()));
            if (got) REQUIRE(*got == static_cast<std::size_t>(at - v.begin()));
        }
    }
}

TEMPLATE_TEST_CASE("simd: product", "", WEFT_TEST_ALL_TYPES)
{
    using T = TestType;
    CHECK(simd::product(std::vector<T>()) == 1);
    for (std::size_t n = 0; n < 200; ++n) {
        std::vector<T> v(n, T(1));
        for (std::size_t i = 0; i < n; i += 7) v[i] = i % 2 == 0 ? T(3) : T(2);
        exact_t<T> expected = 1;
        for (const T x : v) expected *= static_cast<exact_t<T>>(x);
        REQUIRE(static_cast<exact_t<T>>(simd::product(v)) == expected);
    }
}

TEMPLATE_TEST_CASE("simd: NaN and infinities", "", float, double)
{
    using T = TestType;
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    constexpr T inf = std::numeric_limits<T>::infinity();
    for (const std::size_t n : {1u, 5u, 33u, 1000u, 5000u}) {
        std::vector<T> v(n, nan);
        CHECK(std::isnan(*simd::min(v)));
        CHECK(std::isnan(*simd::max(v)));
        CHECK(std::isnan(simd::minmax(v)->first));
        CHECK(simd::argmin(v) == 0u);
        CHECK(simd::argmax(v) == 0u);
        CHECK(std::isnan(simd::sum(v)));
        CHECK(std::isnan(simd::sum_compensated(v)));
        CHECK_FALSE(simd::find(v, nan));
        CHECK(simd::count(v, nan) == 0);
        for (const std::size_t at : {std::size_t{0}, n / 2, n - 1}) {
            v.assign(n, nan);
            v[at] = T(2);
            REQUIRE(simd::min(v) == T(2));
            REQUIRE(simd::max(v) == T(2));
            REQUIRE(simd::argmin(v) == at);
            REQUIRE(simd::argmax(v) == at);
            v[at] = inf;
            REQUIRE(simd::min(v) == inf);
            REQUIRE(simd::argmin(v) == at);
            v[at] = -inf;
            REQUIRE(simd::max(v) == -inf);
            REQUIRE(simd::argmax(v) == at);
            v.assign(n, T(1));
            v[at] = inf;
            REQUIRE(simd::sum(v) == inf);
            REQUIRE(simd::sum_compensated(v) == inf);
            REQUIRE(simd::max(v) == inf);
        }
    }
}

TEMPLATE_TEST_CASE("simd: a compensated sum keeps what a plain one loses", "", float, double)
{
    using T = TestType;
    std::vector<T> v{T(1)};
    for (int i = 0; i < 100'000; ++i) v.push_back(std::numeric_limits<T>::epsilon() / 4);
    const long double expected = 1.0L + 100'000 * static_cast<long double>(std::numeric_limits<T>::epsilon() / 4);
    CHECK(std::abs(static_cast<long double>(simd::sum_compensated(v)) - expected) <= std::numeric_limits<T>::epsilon());
    // Large values that cancel.
    std::vector<T> w;
    for (int i = 0; i < 1000; ++i) {
        w.push_back(T(1e8));
        w.push_back(T(1));
        w.push_back(T(-1e8));
    }
    CHECK(simd::sum_compensated(w) == T(1000));
}

TEMPLATE_TEST_CASE("simd: a compensated sum is off by one rounding, however many there are", "", float, double)
{
    using T = TestType;
    constexpr int digits = std::numeric_limits<T>::digits;
    const long double slack = std::ldexp(1.0L, sizeof(T) == 4 ? -48 : -80);
    std::mt19937_64 random(1);
    // Integer multiples of 2^-40, of all magnitudes, so that the sum is known.
    const auto make = [&](std::vector<T>& block, int exponents, bool both_signs) {
        int128 sum = 0;
        for (T& x : block) {
            auto whole = static_cast<int128>(random() >> (64 - digits))
                         << (random() % static_cast<unsigned>(exponents));
            if (both_signs && random() % 2 == 0) whole = -whole;
            sum += whole;
            x = static_cast<T>(std::ldexp(static_cast<long double>(whole), -40));
        }
        return sum;
    };
    for (const std::size_t n :
         {std::size_t{1} << 16, std::size_t{1} << 20, std::size_t{1} << 24, std::size_t{1} << 27}) {
        for (const int exponents : {1, 30}) {
            for (const bool both_signs : {false, true}) {
                std::vector<T> block(std::size_t{1} << 16);
                const int128 of_block = make(block, exponents, both_signs);
                const test::repeated<T> v(block, n / block.size());
                REQUIRE(v.span().size() == n);
                const auto times = static_cast<int128>(n / block.size());
                const long double exact = std::ldexp(static_cast<long double>(of_block * times), -40);
                long double magnitudes = 0;
                for (const T x : block) magnitudes += std::abs(static_cast<long double>(x));
                magnitudes *= static_cast<long double>(times);
                const auto near = static_cast<T>(std::abs(exact));
                const long double step = std::nextafter(near, std::numeric_limits<T>::infinity()) - near;
                const long double off = std::abs(static_cast<long double>(simd::sum_compensated(v.span())) - exact);
                CHECK(off <= step * 0.501L + slack * magnitudes);
            }
        }
        // The same number again and again, which rounds the same way each time.
        const test::repeated<T> v(std::vector<T>(std::size_t{1} << 16, T(0.1)), n >> 16);
        const long double exact = static_cast<long double>(T(0.1)) * static_cast<long double>(n);
        CHECK(simd::sum_compensated(v.span()) == static_cast<T>(exact));
        CHECK(simd::sum_compensated(v.span().subspan(1)) == static_cast<T>(exact - static_cast<long double>(T(0.1))));
    }
}

TEST_CASE("simd: a compensated sum of floats may leave their range on the way, and says so if it ends there")
{
    constexpr float most = std::numeric_limits<float>::max();
    for (const std::size_t n : {1U, 40U, 1000U}) {
        std::vector<float> v(n, most);
        CHECK(simd::sum_compensated(v) == (n == 1 ? most : std::numeric_limits<float>::infinity()));
        v.resize(2 * n - 1, -most);
        CHECK(simd::sum_compensated(v) == most);
    }
}

TEST_CASE("simd: the same input gives the same bits, wherever it lies")
{
    const auto v = random_values<float>(50'000, 4);
    std::vector<float> copy(v.size() + 1);
    std::copy(v.begin(), v.end(), copy.begin() + 1);
    CHECK(simd::sum(v) == simd::sum(std::span(copy).subspan(1)));
    // On every machine: 16 lanes and a tree.
    float lanes[16] = {};
    for (std::size_t i = 0; i < v.size(); ++i) lanes[i % 16] += v[i];
    for (std::size_t half = 8; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) lanes[k] += lanes[k + half];
    }
    CHECK(simd::sum(v, simd::reproducible) == lanes[0]);
}

TEST_CASE("simd: ranges of every kind")
{
    const std::array<short, 3> a{1, 2, 3};
    const int b[] = {4, 5};
    const std::vector<char> c{'a', 'b'};
    const std::vector<long long> d{1LL << 40, 1};
    CHECK(simd::sum(a) == 6);
    CHECK(simd::sum(b) == 9);
    CHECK(simd::max(c) == 'b');
    CHECK(simd::sum(d) == (1LL << 40) + 1);
    CHECK_THROWS_AS(simd::dot(a, std::array<short, 2>{1, 2}), std::invalid_argument);
}
