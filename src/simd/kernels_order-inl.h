// src/simd/kernels_order-inl.h - minima, maxima, counting and finding, once for each instruction set of Highway's.
// SPDX-License-Identifier: MIT OR Apache-2.0

#if defined(WEFT_SIMD_KERNELS_ORDER_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WEFT_SIMD_KERNELS_ORDER_INL
#undef WEFT_SIMD_KERNELS_ORDER_INL
#else
#define WEFT_SIMD_KERNELS_ORDER_INL
#endif

#include <hwy/highway.h>

#include "simd/scalar.hpp"
#include "simd/streams-inl.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// --- minima and maxima ----------------------------------------------------------------------------------------------

struct least {
    template <class V>
    static HWY_INLINE V of(V a, V b)
    {
        return hn::Min(a, b);
    }
    template <class T>
    static bool better(T a, T b)
    {
        return a < b;
    }
    template <class T>
    static constexpr T worst =
        std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
};
struct greatest {
    template <class V>
    static HWY_INLINE V of(V a, V b)
    {
        return hn::Max(a, b);
    }
    template <class T>
    static bool better(T a, T b)
    {
        return a > b;
    }
    template <class T>
    static constexpr T worst =
        std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
};

/// The better of an element and the one that is kept, lane by lane; NaN is never better.
template <class Way, class V, class D>
HWY_INLINE V better_lanes([[maybe_unused]] D d, V element, V kept)
{
#if HWY_ARCH_X86
    return Way::of(element, kept);  // the second operand, if one of them is NaN
#else
    if constexpr (std::is_floating_point_v<hn::TFromD<D> >) {
        return hn::IfThenElse(hn::Eq(element, element), Way::of(element, kept), kept);
    } else {
        return Way::of(element, kept);
    }
#endif
}

/// The best of the elements that are not NaN; the worst value if there are none.
template <class Way, class T>
T best_of(const T* HWY_RESTRICT p, std::size_t n)
{
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto worst = hn::Set(d, Way::template worst<T>);
    auto a0 = worst, a1 = worst, a2 = worst, a3 = worst, a4 = worst, a5 = worst, a6 = worst, a7 = worst;
    const auto all = [&](const T* HWY_RESTRICT q, std::size_t apart) HWY_ATTR WEFT_ALWAYS_INLINE {
        a0 = better_lanes<Way>(d, hn::LoadU(d, q), a0);
        a1 = better_lanes<Way>(d, hn::LoadU(d, q + apart), a1);
        a2 = better_lanes<Way>(d, hn::LoadU(d, q + 2 * apart), a2);
        a3 = better_lanes<Way>(d, hn::LoadU(d, q + 3 * apart), a3);
        a4 = better_lanes<Way>(d, hn::LoadU(d, q + 4 * apart), a4);
        a5 = better_lanes<Way>(d, hn::LoadU(d, q + 5 * apart), a5);
        a6 = better_lanes<Way>(d, hn::LoadU(d, q + 6 * apart), a6);
        a7 = better_lanes<Way>(d, hn::LoadU(d, q + 7 * apart), a7);
    };
    std::size_t i = 0;
    if (n * sizeof(T) >= worth_streams) {
        const std::size_t part = stream_length<T>(n, 8, lanes);
        for (; i + 8 * part <= n; i += 8 * part) {
            for (std::size_t k = 0; k < part; k += lanes) {
                prefetch_streams<8>(p + i + k, part);
                all(p + i + k, part);
            }
        }
    }
    for (; i + 8 * lanes <= n; i += 8 * lanes) all(p + i, lanes);
    for (; i + lanes <= n; i += lanes) a0 = better_lanes<Way>(d, hn::LoadU(d, p + i), a0);
    a0 = Way::of(Way::of(Way::of(a0, a1), Way::of(a2, a3)), Way::of(Way::of(a4, a5), Way::of(a6, a7)));
    HWY_ALIGN T last[HWY_MAX_BYTES / sizeof(T)];
    hn::StoreU(a0, d, last);
    T out = last[0];
    for (std::size_t k = 1; k < lanes; ++k) out = Way::better(last[k], out) ? last[k] : out;
    for (; i < n; ++i) out = Way::better(p[i], out) ? p[i] : out;
    return out;
}

/// `best` as the result: NaN if there was nothing else.
template <class Way, class T>
T or_nan(T best, const T* p, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) {
        if (best == Way::template worst<T> && std::all_of(p, p + n, [](T x) { return x != x; })) return p[0];
    }
    return best;
}

template <class T>
T min(const T* p, std::size_t n)
{
    return or_nan<least>(best_of<least>(p, n), p, n);
}
template <class T>
T max(const T* p, std::size_t n)
{
    return or_nan<greatest>(best_of<greatest>(p, n), p, n);
}
template <class T>
std::pair<T, T> minmax(const T* HWY_RESTRICT p, std::size_t n)
{
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    auto l0 = hn::Set(d, least::worst<T>), l1 = l0, l2 = l0, l3 = l0;
    auto h0 = hn::Set(d, greatest::worst<T>), h1 = h0, h2 = h0, h3 = h0;
    const auto all = [&](const T* HWY_RESTRICT q, std::size_t apart) HWY_ATTR WEFT_ALWAYS_INLINE {
        const auto v0 = hn::LoadU(d, q);
        const auto v1 = hn::LoadU(d, q + apart);
        const auto v2 = hn::LoadU(d, q + 2 * apart);
        const auto v3 = hn::LoadU(d, q + 3 * apart);
        l0 = better_lanes<least>(d, v0, l0);
        l1 = better_lanes<least>(d, v1, l1);
        l2 = better_lanes<least>(d, v2, l2);
        l3 = better_lanes<least>(d, v3, l3);
        h0 = better_lanes<greatest>(d, v0, h0);
        h1 = better_lanes<greatest>(d, v1, h1);
        h2 = better_lanes<greatest>(d, v2, h2);
        h3 = better_lanes<greatest>(d, v3, h3);
    };
    std::size_t i = 0;
    if (n * sizeof(T) >= worth_streams) {
        const std::size_t part = stream_length<T>(n, 4, lanes);
        for (; i + 4 * part <= n; i += 4 * part) {
            for (std::size_t k = 0; k < part; k += lanes) {
                prefetch_streams<4>(p + i + k, part);
                all(p + i + k, part);
            }
        }
    }
    for (; i + 4 * lanes <= n; i += 4 * lanes) all(p + i, lanes);
    for (; i + lanes <= n; i += lanes) {
        const auto v = hn::LoadU(d, p + i);
        l0 = better_lanes<least>(d, v, l0);
        h0 = better_lanes<greatest>(d, v, h0);
    }
    HWY_ALIGN T last[2 * HWY_MAX_BYTES / sizeof(T)];
    hn::StoreU(hn::Min(hn::Min(l0, l1), hn::Min(l2, l3)), d, last);
    hn::StoreU(hn::Max(hn::Max(h0, h1), hn::Max(h2, h3)), d, last + lanes);
    T lo = least::worst<T>;
    T hi = greatest::worst<T>;
    for (std::size_t k = 0; k < lanes; ++k) {
        lo = least::better(last[k], lo) ? last[k] : lo;
        hi = greatest::better(last[lanes + k], hi) ? last[lanes + k] : hi;
    }
    for (; i < n; ++i) {
        lo = least::better(p[i], lo) ? p[i] : lo;
        hi = greatest::better(p[i], hi) ? p[i] : hi;
    }
    return {or_nan<least>(lo, p, n), or_nan<greatest>(hi, p, n)};
}

// --- counting and finding -------------------------------------------------------------------------------------------

template <class T>
std::size_t find(const T* HWY_RESTRICT p, std::size_t n, T value)
{
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto wanted = hn::Set(d, value);
    std::size_t i = 0;
    for (; i + 4 * lanes <= n; i += 4 * lanes) {
        const auto m01 = hn::Or(hn::Eq(hn::LoadU(d, p + i), wanted), hn::Eq(hn::LoadU(d, p + i + lanes), wanted));
        const auto m23 =
            hn::Or(hn::Eq(hn::LoadU(d, p + i + 2 * lanes), wanted), hn::Eq(hn::LoadU(d, p + i + 3 * lanes), wanted));
        if (!hn::AllFalse(d, hn::Or(m01, m23))) break;
    }
    for (; i + lanes <= n; i += lanes) {
        const auto at = hn::FindFirstTrue(d, hn::Eq(hn::LoadU(d, p + i), wanted));
        if (at >= 0) return i + static_cast<std::size_t>(at);
    }
    while (i < n && p[i] != value) ++i;
    return i;
}

/// The first index of the best element: the first block that has it is remembered, and searched at the end.
template <class Way, class T>
std::size_t place_of_best(const T* p, std::size_t n)
{
    T best = Way::template worst<T>;
    std::size_t block = n;
    constexpr std::size_t length = 8192 / sizeof(T);  // too short to be read in streams: they must not jump
    for (std::size_t at = 0; at < n; at += length) {
        const T here = best_of<Way>(p + at, std::min(length, n - at));
        if (Way::better(here, best)) {
            best = here;
            block = at;
        }
    }
    // No element is better than the worst value: then it is the first with that value, or all are NaN.
    const std::size_t from = block == n ? 0 : block;
    const std::size_t at = from + find(p + from, n - from, best);
    return at == n ? 0 : at;
}

template <class T>
std::size_t argmin(const T* p, std::size_t n)
{
    return place_of_best<least>(p, n);
}
template <class T>
std::size_t argmax(const T* p, std::size_t n)
{
    return place_of_best<greatest>(p, n);
}

template <class T>
std::size_t count(const T* HWY_RESTRICT p, std::size_t n, T value)
{
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto wanted = hn::Set(d, value);
    std::size_t found = 0;
    std::size_t i = 0;
    for (; i + 4 * lanes <= n; i += 4 * lanes) {
        found += hn::CountTrue(d, hn::Eq(hn::LoadU(d, p + i), wanted)) +
                 hn::CountTrue(d, hn::Eq(hn::LoadU(d, p + i + lanes), wanted)) +
                 hn::CountTrue(d, hn::Eq(hn::LoadU(d, p + i + 2 * lanes), wanted)) +
                 hn::CountTrue(d, hn::Eq(hn::LoadU(d, p + i + 3 * lanes), wanted));
    }
    for (; i < n; ++i) found += p[i] == value;
    return found;
}

}  // namespace
}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
