// src/simd/partition-inl.h - a partition in place, for the instructions that Highway is compiling for.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The first and the last vectors are set aside, which makes room for whole vectors at both ends. Then vectors are read
// from the end with less room, so that there always is room for what is written to either.

#if defined(WEFT_SIMD_PARTITION_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WEFT_SIMD_PARTITION_INL
#undef WEFT_SIMD_PARTITION_INL
#else
#define WEFT_SIMD_PARTITION_INL
#endif

#include <hwy/highway.h>

#include "simd/partition.hpp"

#include <cstddef>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// There is no NaN; and Highway 1.0.3 has no Le for integers.
template <simd_front Front, class V>
HWY_INLINE auto goes_to_front(V v, V pivot)
{
    if constexpr (Front == simd_front::less) return hn::Lt(v, pivot);
    if constexpr (Front == simd_front::not_greater) return hn::Not(hn::Gt(v, pivot));
    if constexpr (Front == simd_front::greater) return hn::Gt(v, pivot);
    if constexpr (Front == simd_front::not_less) return hn::Not(hn::Lt(v, pivot));
}

/// The lanes of the mask, first. Highway 1.0.3 looks 64-bit permutations up in a table that GCC copies every time.
template <class V, class M>
HWY_INLINE V compress(V v, M m)
{
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
    if constexpr (sizeof(hn::TFromV<V>) == 8) {
        const hn::DFromV<V> d;
        const hn::RebindToUnsigned<decltype(d)> bits;
        using unsigned_vector = hn::Vec<decltype(bits)>;
        return hn::BitCast(d, unsigned_vector{_mm512_maskz_compress_epi64(m.raw, hn::BitCast(bits, v).raw)});
    } else {
        return hn::Compress(v, m);
    }
#else
    return hn::Compress(v, m);
#endif
}

template <simd_front Front, class T>
std::size_t partition(T* HWY_RESTRICT keys, std::size_t n, T key)
{
    const hn::ScalableTag<T> d;
    using vector = hn::Vec<decltype(d)>;
    constexpr std::size_t unroll = 4;
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t group = unroll * lanes;
    const vector pivot = hn::Set(d, key);
    HWY_ALIGN T aside[3 * unroll * hn::MaxLanes(d)];

    std::size_t unread = 0;  // keys [unread, unread_end) wait
    std::size_t unread_end = n;
    std::size_t front = 0;  // [0, front) and [back, n) are done
    std::size_t back = n;
    std::size_t held = 0;
    const auto put = [&](vector v) HWY_ATTR {
        const auto m = goes_to_front<Front>(v, pivot);
        const std::size_t taken = hn::CountTrue(d, m);
        hn::StoreU(compress(v, m), d, keys + front);
        front += taken;
        back -= lanes - taken;
        hn::BlendedStore(compress(v, hn::Not(m)), hn::FirstN(d, lanes - taken), d, keys + back);
    };
    if (n >= 2 * group) {
        std::memcpy(aside, keys, group * sizeof(T));
        std::memcpy(aside + group, keys + n - group, group * sizeof(T));
        held = 2 * group;
        unread = group;
        unread_end = n - group;
        while (unread_end - unread >= group) {
            const bool left = unread - front <= back - unread_end;
            unread_end -= left ? 0 : group;
            const T* const from = keys + (left ? unread : unread_end);
            unread += left ? group : 0;
            const vector v0 = hn::LoadU(d, from);
            const vector v1 = hn::LoadU(d, from + lanes);
            const vector v2 = hn::LoadU(d, from + 2 * lanes);
            const vector v3 = hn::LoadU(d, from + 3 * lanes);
            put(v0);
            put(v1);
            put(v2);
            put(v3);
        }
    }
    // What is left, less than a group, and what was set aside: now exactly as much as there is room.
    std::memcpy(aside + held, keys + unread, (unread_end - unread) * sizeof(T));
    held += unread_end - unread;
    for (std::size_t i = 0; i < held; i += lanes) {
        const std::size_t size = held - i < lanes ? held - i : lanes;
        const vector v = hn::Load(d, aside + i);
        const auto valid = hn::FirstN(d, size);
        const auto m = goes_to_front<Front>(v, pivot);
        const auto to_front = hn::And(m, valid);
        const std::size_t taken = hn::CountTrue(d, to_front);
        hn::BlendedStore(compress(v, to_front), hn::FirstN(d, taken), d, keys + front);
        front += taken;
        back -= size - taken;
        hn::BlendedStore(compress(v, hn::AndNot(m, valid)), hn::FirstN(d, size - taken), d, keys + back);
    }
    return front;
}

}  // namespace
}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
