// src/simd/scalar.hpp - the kernels as plain loops: where there is no Highway, and for WEFT_SIMD=scalar.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/simd/reduce.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace weft::detail {

/// From so many bytes on a reduction counts on nothing being in the cache, and reads at eight places at once: one
/// stream of reads does not use the memory up.
inline constexpr std::size_t worth_streams = std::size_t{1} << 20;

/// How far `streams` such places in n elements are apart: far enough that the processor takes them for as many streams,
/// and by an odd number of cache lines, or they would all fall into one set of the cache.
template <class T>
constexpr std::size_t stream_length(std::size_t n, std::size_t streams, std::size_t lanes)
{
    constexpr std::size_t least_bytes = std::size_t{64} << 10;
    const std::size_t line = lanes * sizeof(T) >= 64 ? lanes : 64 / sizeof(T);
    const std::size_t rounds = n / (streams * (least_bytes / sizeof(T)));
    const std::size_t lines = n / (streams * (rounds > 1 ? rounds : 1) * line);
    return (lines % 2 == 0 ? lines - 1 : lines) * line;
}

/// So many bytes ahead a stream is asked for: what the processor fetches by itself is not enough.
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

/// Sums in 16 lanes by place, and the lanes as a tree: an order that any vector width of up to 16 lanes can follow.
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

template <class T>
T sum_compensated(const T* p, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) {
        T s = 0;
        T lost = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const T t = s + p[i];
            lost += std::abs(s) >= std::abs(p[i]) ? (s - t) + p[i] : (p[i] - t) + s;
            s = t;
        }
        return std::isfinite(s) ? s + lost : s;  // beyond the range there are no errors to correct
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

/// The place of the best element by `better`; NaN is never better than anything but NaN.
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
