// src/simd/scalar.hpp - the kernels as plain loops: where there is no Highway, and for WEFT_SIMD=scalar.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/simd/reduce.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace weft::detail {

/// From this many bytes on a reduction assumes that nothing is in the cache, and reads at eight positions at once: one
/// stream of reads does not exhaust the memory bandwidth.
inline constexpr std::size_t worth_streams = std::size_t{1} << 20;

/// How far apart `streams` such positions in n elements are: far enough that the processor takes them for as many
/// streams, and an odd number of cache lines: otherwise they would all fall into one set of the cache.
template <class T>
constexpr std::size_t stream_length(std::size_t n, std::size_t streams, std::size_t lanes)
{
    constexpr std::size_t least_bytes = std::size_t{64} << 10;
    const std::size_t line = lanes * sizeof(T) >= 64 ? lanes : 64 / sizeof(T);
    const std::size_t rounds = n / (streams * (least_bytes / sizeof(T)));
    const std::size_t lines = n / (streams * (rounds > 1 ? rounds : 1) * line);
    return (lines % 2 == 0 ? lines - 1 : lines) * line;
}

/// How many bytes ahead a stream is prefetched: what the processor fetches by itself is not enough.
inline constexpr std::size_t stream_ahead = 512;

#define WEFT_ALWAYS_INLINE __attribute__((always_inline))

}  // namespace weft::detail

namespace weft::detail::scalar {

/// The integer that sums and products of T may wrap around in; T itself for floating point.
template <class T>
using wrap_t = std::conditional_t<std::is_floating_point_v<T>, T, std::uint64_t>;

template <class T>
constexpr bool is_nan(T x)
{
    return x != x;
}

/// Sums in 16 lanes, by index, and the lanes as a tree: an order that any vector width of up to 16 lanes can follow.
template <class T, class Term>
simd::sum_type<T> sum_in_lanes(std::size_t n, Term term)
{
    wrap_t<T> lanes[16] = {};
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        for (std::size_t k = 0; k < 16; ++k) lanes[k] += term(i + k);
    }
    for (std::size_t k = 0; i < n; ++i, ++k) lanes[k] += term(i);
    for (std::size_t half = 8; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) lanes[k] += lanes[k + half];
    }
    return static_cast<simd::sum_type<T>>(lanes[0]);
}

template <class T>
simd::sum_type<T> sum(const T* p, std::size_t n)
{
    return sum_in_lanes<T>(n, [p](std::size_t i) { return static_cast<wrap_t<T>>(p[i]); });
}

template <class T>
simd::sum_type<T> dot(const T* a, const T* b, std::size_t n)
{
    return sum_in_lanes<T>(
        n, [a, b](std::size_t i) { return static_cast<wrap_t<T>>(a[i]) * static_cast<wrap_t<T>>(b[i]); });
}

/// How many floats are added up as doubles before the sum is folded: with the three additions of a tree that joins
/// eight such sums, that makes fewer than 32 roundings of 2^-53.
inline constexpr std::size_t float_rounds = 28;
/// How many doubles are added up, with their errors, before both are folded. The errors of the errors grow with the
/// square.
inline constexpr std::size_t double_rounds = 1024;

/// Adds x to s; the rounding error is added to `lost` (Knuth's two-sum, which needs no comparison).
inline void two_sum(double& s, double& lost, double x)
{
    const double t = s + x;
    const double z = t - s;
    lost += (s - (t - z)) + (x - z);
    s = t;
}

/// A sum with about twice the digits: `low` is the part that `high` cannot hold.
struct twofold_sum {
    double high = 0;
    double low = 0;
    double plain = 0;  // what the sum is if it is not finite: then there are no errors to correct

    void add(double x)
    {
        two_sum(high, low, x);
        plain += x;
    }
    /// Makes `low` small again: to be called now and then, before its own rounding errors matter.
    void settle()
    {
        const double sum = high + low;
        low -= sum - high;
        high = sum;
    }
    template <class T>
    [[nodiscard]] T value() const
    {
        return static_cast<T>(std::isfinite(plain) ? high + low : plain);
    }
};

template <class T>
T sum_compensated(const T* p, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) {
        constexpr std::size_t lanes = 8;
        constexpr std::size_t rounds = sizeof(T) == 4 ? float_rounds : double_rounds;
        twofold_sum total;
        std::size_t i = 0;
        while (n - i >= lanes) {
            double s[lanes] = {};
            double lost[lanes] = {};
            for (std::size_t r = 0; r < rounds && n - i >= lanes; ++r, i += lanes) {
                for (std::size_t k = 0; k < lanes; ++k) {
                    if constexpr (sizeof(T) == 4) {
                        s[k] += static_cast<double>(p[i + k]);
                    } else {
                        two_sum(s[k], lost[k], p[i + k]);
                    }
                }
            }
            for (std::size_t k = 0; k < lanes; ++k) {
                total.add(s[k]);
                total.low += lost[k];
            }
            total.settle();
        }
        for (; i < n; ++i) total.add(p[i]);
        return total.template value<T>();
    } else {
        return static_cast<T>(sum(p, n));
    }
}

template <class T>
simd::sum_type<T> product(const T* p, std::size_t n)
{
    wrap_t<T> lanes[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    std::size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (std::size_t k = 0; k < 8; ++k) lanes[k] *= static_cast<wrap_t<T>>(p[i + k]);
    }
    for (std::size_t k = 0; i < n; ++i, ++k) lanes[k] *= static_cast<wrap_t<T>>(p[i]);
    for (std::size_t half = 4; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) lanes[k] *= lanes[k + half];
    }
    return static_cast<simd::sum_type<T>>(lanes[0]);
}

/// The index of the best element by `better`; NaN is never better than anything but NaN.
template <class T, class Better>
std::size_t best(const T* p, std::size_t n, Better better)
{
    std::size_t at = 0;
    for (std::size_t i = 1; i < n; ++i) {
        if (better(p[i], p[at]) || (is_nan(p[at]) && !is_nan(p[i]))) at = i;
    }
    return at;
}

template <class T>
std::size_t argmin(const T* p, std::size_t n)
{
    return best(p, n, [](T a, T b) { return a < b; });
}
template <class T>
std::size_t argmax(const T* p, std::size_t n)
{
    return best(p, n, [](T a, T b) { return a > b; });
}
template <class T>
T min(const T* p, std::size_t n)
{
    return p[argmin(p, n)];
}
template <class T>
T max(const T* p, std::size_t n)
{
    return p[argmax(p, n)];
}
template <class T>
std::pair<T, T> minmax(const T* p, std::size_t n)
{
    return {min(p, n), max(p, n)};
}
template <class T>
std::size_t count(const T* p, std::size_t n, T value)
{
    std::size_t found = 0;
    for (std::size_t i = 0; i < n; ++i) found += p[i] == value;
    return found;
}
template <class T>
std::size_t find(const T* p, std::size_t n, T value)
{
    std::size_t i = 0;
    while (i < n && p[i] != value) ++i;
    return i;
}

template <class T>
inline constexpr simd_kernels<T> kernels{sum<T>, sum<T>,    sum_compensated<T>, product<T>, dot<T>,   dot<T>,  min<T>,
                                         max<T>, minmax<T>, argmin<T>,          argmax<T>,  count<T>, find<T>, sum<T>,
                                         dot<T>};

}  // namespace weft::detail::scalar
