// src/simd/kernels_sum-inl.h - sums and products, for the instructions that Highway is compiling for.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Floating point: blocks of simd_block elements with eight accumulators each; block results are added pairwise, as a
// tree. Large data is read at eight positions at once, one for each accumulator, since one stream of reads does not
// exhaust the memory bandwidth: then blocks are longer, and each accumulator takes an eighth.

#if defined(WEFT_SIMD_KERNELS_SUM_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WEFT_SIMD_KERNELS_SUM_INL
#undef WEFT_SIMD_KERNELS_SUM_INL
#else
#define WEFT_SIMD_KERNELS_SUM_INL
#endif

#include <hwy/highway.h>

#include "simd/scalar.hpp"
#include "simd/streams-inl.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

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

// --- floating-point sums and dot products ---------------------------------------------------------------------------

/// What a sum and a dot product do with the elements at one position.
template <class T>
struct plain_terms {
    static constexpr std::size_t ranges = 1;
    const T* HWY_RESTRICT p;

    [[nodiscard]] plain_terms from(std::size_t i) const { return {p + i}; }
    template <class D, class V>
    HWY_INLINE V add(D d, V so_far, std::size_t i) const
    {
        return hn::Add(so_far, hn::LoadU(d, p + i));
    }
    HWY_INLINE void ahead(std::size_t i) const { hwy::Prefetch(p + i + stream_ahead / sizeof(T)); }
    HWY_INLINE T one(std::size_t i) const { return p[i]; }
};
template <class T>
struct product_terms {
    static constexpr std::size_t ranges = 2;
    const T* HWY_RESTRICT p;
    const T* HWY_RESTRICT q;

    [[nodiscard]] product_terms from(std::size_t i) const { return {p + i, q + i}; }
    template <class D, class V>
    HWY_INLINE V add(D d, V so_far, std::size_t i) const
    {
        return hn::MulAdd(hn::LoadU(d, p + i), hn::LoadU(d, q + i), so_far);
    }
    HWY_INLINE void ahead(std::size_t i) const
    {
        hwy::Prefetch(p + i + stream_ahead / sizeof(T));
        hwy::Prefetch(q + i + stream_ahead / sizeof(T));
    }
    HWY_INLINE T one(std::size_t i) const { return p[i] * q[i]; }
};

/// At most one block.
template <class D, class Terms, class T = hn::TFromD<D>>
T float_block(D d, Terms terms, std::size_t n)
{
    auto a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t i = 0;
    for (; i + 8 * lanes <= n; i += 8 * lanes) {
        a0 = terms.add(d, a0, i);
        a1 = terms.add(d, a1, i + lanes);
        a2 = terms.add(d, a2, i + 2 * lanes);
        a3 = terms.add(d, a3, i + 3 * lanes);
        a4 = terms.add(d, a4, i + 4 * lanes);
        a5 = terms.add(d, a5, i + 5 * lanes);
        a6 = terms.add(d, a6, i + 6 * lanes);
        a7 = terms.add(d, a7, i + 7 * lanes);
    }
    for (; i + lanes <= n; i += lanes) a0 = terms.add(d, a0, i);
    a0 = hn::Add(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)), hn::Add(hn::Add(a4, a5), hn::Add(a6, a7)));
    T s = hn::GetLane(hn::SumOfLanes(d, a0));
    for (const std::size_t end = i + n % lanes; i < end; ++i) s += terms.one(i);
    return s;
}

/// As float_block, but reads at eight positions at once: each accumulator takes an eighth of the block, or every other
/// vector of a quarter if there are two ranges to read.
template <class D, class Terms, class T = hn::TFromD<D>>
T float_block_apart(D d, Terms terms, std::size_t n)
{
    auto a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    const std::size_t lanes = hn::Lanes(d);
    constexpr std::size_t places = 8 / Terms::ranges;
    constexpr std::size_t at_once = Terms::ranges;
    const std::size_t part = n / (8 * lanes) * at_once * lanes;
    const auto place = [&](std::size_t k)
                           HWY_ATTR WEFT_ALWAYS_INLINE { return k / at_once * part + k % at_once * lanes; };
    std::size_t i = 0;
    for (; i < part; i += at_once * lanes) {
        for (std::size_t k = 0; k < 8; ++k) terms.ahead(i + place(k));
        a0 = terms.add(d, a0, i + place(0));
        a1 = terms.add(d, a1, i + place(1));
        a2 = terms.add(d, a2, i + place(2));
        a3 = terms.add(d, a3, i + place(3));
        a4 = terms.add(d, a4, i + place(4));
        a5 = terms.add(d, a5, i + place(5));
        a6 = terms.add(d, a6, i + place(6));
        a7 = terms.add(d, a7, i + place(7));
    }
    for (i = places * part; i + lanes <= n; i += lanes) a0 = terms.add(d, a0, i);
    a0 = hn::Add(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)), hn::Add(hn::Add(a4, a5), hn::Add(a6, a7)));
    T s = hn::GetLane(hn::SumOfLanes(d, a0));
    for (const std::size_t end = i + n % lanes; i < end; ++i) s += terms.one(i);
    return s;
}

template <class T, class Terms>
T float_total(Terms terms, std::size_t n)
{
    const hn::ScalableTag<T> d;
    if (n <= simd_block) return float_block(d, terms, n);
    pairwise<T> total;
    if (n * sizeof(T) < worth_streams) {
        for (std::size_t at = 0; at < n; at += simd_block)
            total.add(float_block(d, terms.from(at), std::min(simd_block, n - at)));
    } else {
        for (std::size_t at = 0; at < n; at += simd_far_block)
            total.add(float_block_apart(d, terms.from(at), std::min(simd_far_block, n - at)));
    }
    return total.finish();
}

/// Adds x to s; the rounding error goes to `lost`, as in scalar::two_sum.
template <class V>
HWY_INLINE void two_sum(V& s, V& lost, V x)
{
    const V t = hn::Add(s, x);
    const V z = hn::Sub(t, s);
    lost = hn::Add(lost, hn::Add(hn::Sub(s, hn::Sub(t, z)), hn::Sub(x, z)));
    s = t;
}

/// Adds x to a sum in two parts, of which `low` is what `high` cannot hold.
template <class V>
HWY_INLINE void fold(V& high, V& low, V x)
{
    two_sum(high, low, x);
    const V sum = hn::Add(high, low);
    low = hn::Sub(low, hn::Sub(sum, high));
    high = sum;
}

/// Always in doubles. Floats are added up without their errors for a while: it takes many for the errors to count.
template <class T>
T float_sum_compensated(const T* HWY_RESTRICT p, std::size_t n)
{
    const hn::ScalableTag<double> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto zero = hn::Zero(d);
    auto high = zero, low = zero, plain = zero;
    std::size_t i = 0;
    if constexpr (sizeof(T) == 4) {
        const hn::Rebind<float, decltype(d)> narrow;
        const auto at = [&](std::size_t k) HWY_ATTR WEFT_ALWAYS_INLINE {
            return hn::PromoteTo(d, hn::LoadU(narrow, p + i + k * lanes));
        };
        while (n - i >= 8 * lanes) {
            auto a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero, a6 = zero, a7 = zero;
            const std::size_t end = i + 8 * lanes * std::min(scalar::float_rounds, (n - i) / (8 * lanes));
            for (; i < end; i += 8 * lanes) {
                a0 = hn::Add(a0, at(0));
                a1 = hn::Add(a1, at(1));
                a2 = hn::Add(a2, at(2));
                a3 = hn::Add(a3, at(3));
                a4 = hn::Add(a4, at(4));
                a5 = hn::Add(a5, at(5));
                a6 = hn::Add(a6, at(6));
                a7 = hn::Add(a7, at(7));
            }
            a0 = hn::Add(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)), hn::Add(hn::Add(a4, a5), hn::Add(a6, a7)));
            plain = hn::Add(plain, a0);
            fold(high, low, a0);
        }
    } else {
        while (n - i >= 4 * lanes) {
            auto s0 = zero, s1 = zero, s2 = zero, s3 = zero, l0 = zero, l1 = zero, l2 = zero, l3 = zero;
            const std::size_t end = i + 4 * lanes * std::min(scalar::double_rounds, (n - i) / (4 * lanes));
            for (; i < end; i += 4 * lanes) {
                two_sum(s0, l0, hn::LoadU(d, p + i));
                two_sum(s1, l1, hn::LoadU(d, p + i + lanes));
                two_sum(s2, l2, hn::LoadU(d, p + i + 2 * lanes));
                two_sum(s3, l3, hn::LoadU(d, p + i + 3 * lanes));
            }
            plain = hn::Add(plain, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)));
            fold(high, low, s0);
            fold(high, low, s1);
            fold(high, low, s2);
            fold(high, low, s3);
            fold(high, low, hn::Add(hn::Add(l0, l1), hn::Add(l2, l3)));
        }
    }
    // The lanes and the remaining elements are few, and are added one by one.
    HWY_ALIGN double parts[3 * HWY_MAX_BYTES / sizeof(double)];
    hn::StoreU(high, d, parts);
    hn::StoreU(low, d, parts + lanes);
    hn::StoreU(plain, d, parts + 2 * lanes);
    scalar::twofold_sum total;
    for (std::size_t k = 0; k < lanes; ++k) {
        scalar::two_sum(total.high, total.low, parts[k]);
        total.low += parts[lanes + k];
        total.plain += parts[2 * lanes + k];
    }
    for (; i < n; ++i) total.add(p[i]);
    return total.value<T>();
}

/// Not SumOfLanes: the intrinsic behind it adds signed numbers with GCC, which must not overflow.
template <class D>
std::uint64_t lanes_total(D d64, hn::Vec<D> v)
{
    HWY_ALIGN std::uint64_t each[hn::MaxLanes(D())];
    hn::Store(v, d64, each);
    std::uint64_t s = 0;
    for (std::size_t i = 0; i < hn::Lanes(d64); ++i) s += each[i];
    return s;
}

// --- integer sums: in lanes that cannot overflow --------------------------------------------------------------------

/// The sum in lanes of 64 bits; each accumulator of the loop takes `lanes` elements by `add(accumulator, position)`.
template <class T, class Add>
HWY_INLINE std::uint64_t sum_in_words(const T* HWY_RESTRICT p, std::size_t n, std::size_t lanes, Add add)
{
    const hn::ScalableTag<std::uint64_t> d64;
    auto a0 = hn::Zero(d64), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    const auto all = [&](const T* HWY_RESTRICT q, std::size_t apart) HWY_ATTR WEFT_ALWAYS_INLINE {
        a0 = add(a0, q);
        a1 = add(a1, q + apart);
        a2 = add(a2, q + 2 * apart);
        a3 = add(a3, q + 3 * apart);
        a4 = add(a4, q + 4 * apart);
        a5 = add(a5, q + 5 * apart);
        a6 = add(a6, q + 6 * apart);
        a7 = add(a7, q + 7 * apart);
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
    for (; i + lanes <= n; i += lanes) a0 = add(a0, p + i);
    a0 = hn::Add(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)), hn::Add(hn::Add(a4, a5), hn::Add(a6, a7)));
    std::uint64_t s = lanes_total(d64, a0);
    for (; i < n; ++i) s += static_cast<std::uint64_t>(p[i]);
    return s;
}

template <class T>
std::uint64_t integer_sum(const T* HWY_RESTRICT p, std::size_t n)
{
    const hn::ScalableTag<std::uint64_t> d64;
    if constexpr (sizeof(T) == 8) {
        const hn::ScalableTag<T> d;
        return sum_in_words(p, n, hn::Lanes(d), [&](auto a, const T* at) HWY_ATTR {
            return hn::Add(a, hn::BitCast(d64, hn::LoadU(d, at)));
        });
    } else if constexpr (sizeof(T) == 4) {
        using wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
        const hn::ScalableTag<wide> dw;
        const hn::Rebind<T, decltype(dw)> d;
        return sum_in_words(p, n, hn::Lanes(dw), [&](auto a, const T* at) HWY_ATTR {
            return hn::Add(a, hn::BitCast(d64, hn::PromoteTo(dw, hn::LoadU(d, at))));
        });
    } else if constexpr (sizeof(T) == 1) {
        // Signed bytes are raised by 128 for the instruction that adds unsigned ones, and the sum is corrected.
        const hn::ScalableTag<std::uint8_t> d;
        const auto up = hn::Set(d, std::is_signed_v<T> ? 128 : 0);
        const std::size_t lanes = hn::Lanes(d);
        const std::size_t whole = n / lanes * lanes;
        std::uint64_t s = sum_in_words(p, whole, lanes, [&](auto a, const T* at) HWY_ATTR {
            const auto v = hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(at));
            return hn::Add(a, hn::SumsOf8(std::is_signed_v<T> ? hn::Xor(v, up) : v));
        });
        if (std::is_signed_v<T>) s -= std::uint64_t{128} * whole;
        for (std::size_t i = whole; i < n; ++i) s += static_cast<std::uint64_t>(p[i]);
        return s;
    } else {
        // A block's sums fit into 32 bits; compilers turn this into the widening adds.
        using wide = std::conditional_t<std::is_signed_v<T>, std::int32_t, std::uint32_t>;
        std::uint64_t s = 0;
        for (std::size_t at = 0; at < n; at += simd_block) {
            const T* HWY_RESTRICT const q = p + at;
            const std::size_t m = std::min(simd_block, n - at);
            wide block = 0;
            for (std::size_t i = 0; i < m; ++i) block += q[i];
            s += static_cast<std::uint64_t>(block);
        }
        return s;
    }
}

// --- for the table --------------------------------------------------------------------------------------------------

template <class T>
simd::sum_type<T> sum(const T* p, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) {
        return float_total<T>(plain_terms<T>{p}, n);
    } else {
        return static_cast<simd::sum_type<T>>(integer_sum(p, n));
    }
}

template <class T>
simd::sum_type<T> dot(const T* p, const T* q, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) {
        return float_total<T>(product_terms<T>{p, q}, n);
    } else {
        std::uint64_t s = 0;
        for (std::size_t i = 0; i < n; ++i) s += static_cast<std::uint64_t>(p[i]) * static_cast<std::uint64_t>(q[i]);
        return static_cast<simd::sum_type<T>>(s);
    }
}

template <class T>
simd::sum_type<T> sum_apart(const T* p, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) {
        return float_block_apart(hn::ScalableTag<T>(), plain_terms<T>{p}, n);
    } else {
        return sum(p, n);
    }
}

template <class T>
simd::sum_type<T> dot_apart(const T* p, const T* q, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) {
        return float_block_apart(hn::ScalableTag<T>(), product_terms<T>{p, q}, n);
    } else {
        return dot(p, q, n);
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

}  // namespace
}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
