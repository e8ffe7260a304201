// src/simd/kernels-inl.h - the kernels, for the instructions that Highway is compiling for; included once for each.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Blocks of 4096 elements with eight accumulators each; block results are added pairwise, as a tree.

#if defined(WEFT_SIMD_KERNELS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WEFT_SIMD_KERNELS_INL
#undef WEFT_SIMD_KERNELS_INL
#else
#define WEFT_SIMD_KERNELS_INL
#endif

#include <hwy/highway.h>

#include "simd/scalar.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t block_size = 4096;

/// Adds block results so that the shape of the tree depends on their number alone: as a binary counter carries.
template <class T>
class pairwise {
public:
    void add(T x)
    {
        std::size_t level = 0;
        for (std::size_t bits = count_++; bits & 1; bits >>= 1) x = partial_[level++] + x;
        partial_[level] = x;
    }
    T finish() const
    {
        T x{};
        bool any = false;
        for (std::size_t level = 0; count_ >> level != 0; ++level) {
            if (count_ >> level & 1) {
                x = any ? partial_[level] + x : partial_[level];
                any = true;
            }
        }
        return x;
    }

private:
    T partial_[64];
    std::size_t count_ = 0;
};

template <class T, class Block>
auto in_blocks(std::size_t n, Block block)
{
    pairwise<decltype(block(std::size_t{}, n))> total;
    for (std::size_t at = 0; at < n; at += block_size) total.add(block(at, std::min(block_size, n - at)));
    return total.finish();
}

/// Runs step(accumulator number, position) over whole vectors: eight at a time, then one at a time. Returns where the
/// rest begins.
template <class Step>
HWY_INLINE std::size_t whole_vectors(std::size_t n, std::size_t lanes, Step step)
{
    std::size_t i = 0;
    for (; i + 8 * lanes <= n; i += 8 * lanes) {
        step(0, i);
        step(1, i + lanes);
        step(2, i + 2 * lanes);
        step(3, i + 3 * lanes);
        step(4, i + 4 * lanes);
        step(5, i + 5 * lanes);
        step(6, i + 6 * lanes);
        step(7, i + 7 * lanes);
    }
    for (; i + lanes <= n; i += lanes) step(0, i);
    return i;
}

// --- floating-point sums and dot products ---------------------------------------------------------------------------

template <class D, class T = hn::TFromD<D>>
T float_sum_block(D d, const T* HWY_RESTRICT p, std::size_t n)
{
    auto a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t i = 0;
    for (; i + 8 * lanes <= n; i += 8 * lanes) {
        a0 = hn::Add(a0, hn::LoadU(d, p + i));
        a1 = hn::Add(a1, hn::LoadU(d, p + i + lanes));
        a2 = hn::Add(a2, hn::LoadU(d, p + i + 2 * lanes));
        a3 = hn::Add(a3, hn::LoadU(d, p + i + 3 * lanes));
        a4 = hn::Add(a4, hn::LoadU(d, p + i + 4 * lanes));
        a5 = hn::Add(a5, hn::LoadU(d, p + i + 5 * lanes));
        a6 = hn::Add(a6, hn::LoadU(d, p + i + 6 * lanes));
        a7 = hn::Add(a7, hn::LoadU(d, p + i + 7 * lanes));
    }
    for (; i + lanes <= n; i += lanes) a0 = hn::Add(a0, hn::LoadU(d, p + i));
    a0 = hn::Add(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)), hn::Add(hn::Add(a4, a5), hn::Add(a6, a7)));
    T s = hn::GetLane(hn::SumOfLanes(d, a0));
    for (; i < n; ++i) s += p[i];
    return s;
}

template <class D, class T = hn::TFromD<D>>
T float_dot_block(D d, const T* HWY_RESTRICT p, const T* HWY_RESTRICT q, std::size_t n)
{
    auto a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t i = 0;
    for (; i + 8 * lanes <= n; i += 8 * lanes) {
        a0 = hn::MulAdd(hn::LoadU(d, p + i), hn::LoadU(d, q + i), a0);
        a1 = hn::MulAdd(hn::LoadU(d, p + i + lanes), hn::LoadU(d, q + i + lanes), a1);
        a2 = hn::MulAdd(hn::LoadU(d, p + i + 2 * lanes), hn::LoadU(d, q + i + 2 * lanes), a2);
        a3 = hn::MulAdd(hn::LoadU(d, p + i + 3 * lanes), hn::LoadU(d, q + i + 3 * lanes), a3);
        a4 = hn::MulAdd(hn::LoadU(d, p + i + 4 * lanes), hn::LoadU(d, q + i + 4 * lanes), a4);
        a5 = hn::MulAdd(hn::LoadU(d, p + i + 5 * lanes), hn::LoadU(d, q + i + 5 * lanes), a5);
        a6 = hn::MulAdd(hn::LoadU(d, p + i + 6 * lanes), hn::LoadU(d, q + i + 6 * lanes), a6);
        a7 = hn::MulAdd(hn::LoadU(d, p + i + 7 * lanes), hn::LoadU(d, q + i + 7 * lanes), a7);
    }
    for (; i + lanes <= n; i += lanes) a0 = hn::MulAdd(hn::LoadU(d, p + i), hn::LoadU(d, q + i), a0);
    a0 = hn::Add(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)), hn::Add(hn::Add(a4, a5), hn::Add(a6, a7)));
    T s = hn::GetLane(hn::SumOfLanes(d, a0));
    for (; i < n; ++i) s += p[i] * q[i];
    return s;
}

/// Adds x to s; what the rounding loses goes to `lost` (Knuth's two-sum, which needs no comparison).
template <class V>
HWY_INLINE void two_sum(V& s, V& lost, V x)
{
    const V t = hn::Add(s, x);
    const V z = hn::Sub(t, s);
    lost = hn::Add(lost, hn::Add(hn::Sub(s, hn::Sub(t, z)), hn::Sub(x, z)));
    s = t;
}

template <class T>
T float_sum_compensated(const T* HWY_RESTRICT p, std::size_t n)
{
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0, l0 = s0, l1 = s0, l2 = s0, l3 = s0;
    std::size_t i = 0;
    for (; i + 4 * lanes <= n; i += 4 * lanes) {
        two_sum(s0, l0, hn::LoadU(d, p + i));
        two_sum(s1, l1, hn::LoadU(d, p + i + lanes));
        two_sum(s2, l2, hn::LoadU(d, p + i + 2 * lanes));
        two_sum(s3, l3, hn::LoadU(d, p + i + 3 * lanes));
    }
    // The lanes, their errors and the rest are few: one by one.
    HWY_ALIGN T parts[8 * HWY_MAX_BYTES / sizeof(T)];
    std::size_t k = 0;
    const auto keep = [&](auto v) {
        hn::StoreU(v, d, parts + k);
        k += lanes;
    };
    keep(s0), keep(s1), keep(s2), keep(s3);
    const std::size_t sums = k;
    T plain = 0;  // what the sum is if it is not finite
    for (std::size_t j = 0; j < sums; ++j) plain += parts[j];
    for (std::size_t j = i; j < n; ++j) plain += p[j];
    if (!std::isfinite(plain)) return plain;
    keep(l0), keep(l1), keep(l2), keep(l3);
    T s = 0;
    T lost = 0;
    const auto add = [&](T x) {
        const T t = s + x;
        lost += std::abs(s) >= std::abs(x) ? (s - t) + x : (x - t) + s;
        s = t;
    };
    for (; i < n; ++i) add(p[i]);
    for (std::size_t j = 0; j < k; ++j) add(parts[j]);
    return s + lost;
}

// --- integer sums: blocks in lanes that cannot overflow ------------------------------------------------------------

template <class T>
std::uint64_t integer_sum_block(const T* HWY_RESTRICT p, std::size_t n)
{
    // Lanes of twice the size (four times for bytes) hold a block's sums; compilers turn this into the widening adds.
    using wide =
        std::conditional_t<sizeof(T) <= 2, std::conditional_t<std::is_signed_v<T>, std::int32_t, std::uint32_t>,
                           std::uint64_t>;
    if constexpr (sizeof(T) == 8) {
        const hn::ScalableTag<T> d;
        auto a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0;
        const std::size_t lanes = hn::Lanes(d);
        std::size_t i = 0;
        for (; i + 4 * lanes <= n; i += 4 * lanes) {
            a0 = hn::Add(a0, hn::LoadU(d, p + i));
            a1 = hn::Add(a1, hn::LoadU(d, p + i + lanes));
            a2 = hn::Add(a2, hn::LoadU(d, p + i + 2 * lanes));
            a3 = hn::Add(a3, hn::LoadU(d, p + i + 3 * lanes));
        }
        auto s = static_cast<std::uint64_t>(hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)))));
        for (; i < n; ++i) s += static_cast<std::uint64_t>(p[i]);
        return s;
    } else if constexpr (std::is_same_v<T, std::uint8_t>) {
        const hn::ScalableTag<T> d;
        const hn::ScalableTag<std::uint64_t> d64;
        auto a0 = hn::Zero(d64), a1 = a0;
        const std::size_t lanes = hn::Lanes(d);
        std::size_t i = 0;
        for (; i + 2 * lanes <= n; i += 2 * lanes) {
            a0 = hn::Add(a0, hn::SumsOf8(hn::LoadU(d, p + i)));
            a1 = hn::Add(a1, hn::SumsOf8(hn::LoadU(d, p + i + lanes)));
        }
        std::uint64_t s = hn::GetLane(hn::SumOfLanes(d64, hn::Add(a0, a1)));
        for (; i < n; ++i) s += p[i];
        return s;
    } else if constexpr (sizeof(T) == 4) {
        using wide64 = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
        const hn::ScalableTag<wide64> d64;
        const hn::Rebind<T, decltype(d64)> d;
        auto a0 = hn::Zero(d64), a1 = a0, a2 = a0, a3 = a0;
        const std::size_t lanes = hn::Lanes(d64);
        std::size_t i = 0;
        for (; i + 4 * lanes <= n; i += 4 * lanes) {
            a0 = hn::Add(a0, hn::PromoteTo(d64, hn::LoadU(d, p + i)));
            a1 = hn::Add(a1, hn::PromoteTo(d64, hn::LoadU(d, p + i + lanes)));
            a2 = hn::Add(a2, hn::PromoteTo(d64, hn::LoadU(d, p + i + 2 * lanes)));
            a3 = hn::Add(a3, hn::PromoteTo(d64, hn::LoadU(d, p + i + 3 * lanes)));
        }
        auto s =
            static_cast<std::uint64_t>(hn::GetLane(hn::SumOfLanes(d64, hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)))));
        for (; i < n; ++i) s += static_cast<std::uint64_t>(p[i]);
        return s;
    } else {
        wide s = 0;
        for (std::size_t i = 0; i < n; ++i) s += p[i];
        return static_cast<std::uint64_t>(s);
    }
}

template <class T>
simd::sum_type<T> sum(const T* p, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) {
        const hn::ScalableTag<T> d;
        return in_blocks<T>(n, [&](std::size_t at, std::size_t m) { return float_sum_block(d, p + at, m); });
    } else {
        return static_cast<simd::sum_type<T>>(
            in_blocks<T>(n, [&](std::size_t at, std::size_t m) { return integer_sum_block(p + at, m); }));
    }
}

template <class T>
simd::sum_type<T> dot(const T* p, const T* q, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) {
        const hn::ScalableTag<T> d;
        return in_blocks<T>(n, [&](std::size_t at, std::size_t m) { return float_dot_block(d, p + at, q + at, m); });
    } else {
        std::uint64_t s = 0;
        for (std::size_t i = 0; i < n; ++i) s += static_cast<std::uint64_t>(p[i]) * static_cast<std::uint64_t>(q[i]);
        return static_cast<simd::sum_type<T>>(s);
    }
}

template <class T>
T sum_compensated(const T* p, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) {
        return float_sum_compensated(p, n);
    } else {
        return scalar::sum_compensated(p, n);
    }
}

template <class T>
simd::sum_type<T> product(const T* p, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) {
        const hn::ScalableTag<T> d;
        const std::size_t lanes = hn::Lanes(d);
        auto a0 = hn::Set(d, T{1}), a1 = a0, a2 = a0, a3 = a0;
        std::size_t i = 0;
        for (; i + 4 * lanes <= n; i += 4 * lanes) {
            a0 = hn::Mul(a0, hn::LoadU(d, p + i));
            a1 = hn::Mul(a1, hn::LoadU(d, p + i + lanes));
            a2 = hn::Mul(a2, hn::LoadU(d, p + i + 2 * lanes));
            a3 = hn::Mul(a3, hn::LoadU(d, p + i + 3 * lanes));
        }
        HWY_ALIGN T last[HWY_MAX_BYTES / sizeof(T)];
        hn::StoreU(hn::Mul(hn::Mul(a0, a1), hn::Mul(a2, a3)), d, last);
        T out = 1;
        for (std::size_t k = 0; k < lanes; ++k) out *= last[k];
        for (; i < n; ++i) out *= p[i];
        return out;
    } else {
        return scalar::product(p, n);
    }
}

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

/// The vector at `p`, with NaN made the worst value.
template <class Way, class D, class T = hn::TFromD<D>>
HWY_INLINE auto load_without_nan(D d, const T* HWY_RESTRICT p)
{
    const auto v = hn::LoadU(d, p);
    if constexpr (std::is_floating_point_v<T>) {
        return hn::IfThenElse(hn::Eq(v, v), v, hn::Set(d, Way::template worst<T>));
    } else {
        return v;
    }
}

/// The best of the elements that are not NaN; the worst value if there are none.
template <class Way, class T>
T best_of(const T* HWY_RESTRICT p, std::size_t n)
{
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto worst = hn::Set(d, Way::template worst<T>);
    auto a0 = worst, a1 = worst, a2 = worst, a3 = worst;
    std::size_t i = 0;
    for (; i + 4 * lanes <= n; i += 4 * lanes) {
        a0 = Way::of(a0, load_without_nan<Way>(d, p + i));
        a1 = Way::of(a1, load_without_nan<Way>(d, p + i + lanes));
        a2 = Way::of(a2, load_without_nan<Way>(d, p + i + 2 * lanes));
        a3 = Way::of(a3, load_without_nan<Way>(d, p + i + 3 * lanes));
    }
    for (; i + lanes <= n; i += lanes) a0 = Way::of(a0, load_without_nan<Way>(d, p + i));
    a0 = Way::of(Way::of(a0, a1), Way::of(a2, a3));
    HWY_ALIGN T last[HWY_MAX_BYTES / sizeof(T)];
    hn::StoreU(a0, d, last);
    T out = last[0];
    for (std::size_t k = 1; k < lanes; ++k) out = Way::better(last[k], out) ? last[k] : out;
    for (; i < n; ++i) out = Way::better(p[i], out) ? p[i] : out;
    return out;
}

/// `best` as an answer: NaN if there was nothing else.
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
std::pair<T, T> minmax(const T* p, std::size_t n)
{
    T lo = least::worst<T>;
    T hi = greatest::worst<T>;
    for (std::size_t at = 0; at < n; at += block_size) {  // the second look finds the block in the cache
        const std::size_t m = std::min(block_size, n - at);
        lo = std::min(lo, best_of<least>(p + at, m));
        hi = std::max(hi, best_of<greatest>(p + at, m));
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

/// The first place of the best element: the first block that has it is remembered, and searched at the end.
template <class Way, class T>
std::size_t place_of_best(const T* p, std::size_t n)
{
    T best = Way::template worst<T>;
    std::size_t block = n;
    for (std::size_t at = 0; at < n; at += block_size) {
        const T here = best_of<Way>(p + at, std::min(block_size, n - at));
        if (Way::better(here, best)) {
            best = here;
            block = at;
        }
    }
    // Nothing is better than the worst value: then it is the first of that value, or all is NaN.
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

template <class T>
const simd_kernels<T>& table()
{
    static constexpr simd_kernels<T> kernels{
        sum<T>, scalar::sum<T>, sum_compensated<T>, product<T>, dot<T>,   scalar::dot<T>, min<T>,
        max<T>, minmax<T>,      argmin<T>,          argmax<T>,  count<T>, find<T>};
    return kernels;
}

}  // namespace
}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
