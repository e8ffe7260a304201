// src/simd/partition-inl.h - a partition in place, for the instructions that Highway is compiling for.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The first and the last vectors are set aside, which makes room for whole vectors at both ends. Then vectors are read
// from the end with less room, so that there is always room to write to either. Nothing outside the keys is written,
// not even with the value that it has: it may belong to another thread. (The masked stores of most targets do just
// that.)

#if defined(WEFT_SIMD_PARTITION_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WEFT_SIMD_PARTITION_INL
#undef WEFT_SIMD_PARTITION_INL
#else
#define WEFT_SIMD_PARTITION_INL
#endif

#include <hwy/highway.h>

#include "simd/partition.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// No key is NaN, so Not(Lt) will do; Highway 1.0.3 has no Le for integers.
template <simd_front Front, class V>
HWY_INLINE auto goes_to_front(V v, V pivot)
{
    if constexpr (Front == simd_front::less) return hn::Lt(v, pivot);
    if constexpr (Front == simd_front::not_greater) return hn::Not(hn::Gt(v, pivot));
    if constexpr (Front == simd_front::greater) return hn::Gt(v, pivot);
    if constexpr (Front == simd_front::not_less) return hn::Not(hn::Lt(v, pivot));
}

/// Whether lanes are moved by means of tables, because there is no instruction for it: then those outside a mask come
/// after those in it. Where there is one, masked stores write no other lane.
inline constexpr bool by_tables =
    HWY_TARGET != HWY_SCALAR && !(HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3) && !HWY_HAVE_SCALABLE;

/// Lanes of Size bytes in a vector of Bytes bytes: for every mask the lanes in it, then the others. As indices of
/// bytes, or of 32-bit parts in vectors that have no other shuffle across their halves. Highway 1.0.3 has such tables
/// inside functions, where GCC copies them at every call.
template <std::size_t Size, std::size_t Bytes>
struct parted_lanes {
    using index = std::conditional_t<Bytes == 16, std::uint8_t, std::uint32_t>;
    static constexpr std::size_t lanes = Bytes / Size;
    static constexpr std::size_t row = Bytes == 16 ? Bytes : Bytes / 4;
    static constexpr std::size_t per_lane = row / lanes;

    alignas(64) index rows[(std::size_t{1} << lanes) * row] = {};

    constexpr parted_lanes()
    {
        for (std::size_t mask = 0; mask < std::size_t{1} << lanes; ++mask) {
            std::size_t at = mask * row;
            for (const bool in : {true, false}) {
                for (std::size_t lane = 0; lane < lanes; ++lane) {
                    if (((mask >> lane) & 1) != (in ? 1U : 0U)) continue;
                    for (std::size_t k = 0; k < per_lane; ++k) rows[at++] = static_cast<index>(lane * per_lane + k);
                }
            }
        }
    }
};

template <std::size_t Size, std::size_t Bytes>
inline constexpr parted_lanes<Size, Bytes> parted_lanes_of;

/// Puts the lanes of the mask first; they are followed by the others, or by anything if there are no tables.
template <class V, class M>
HWY_INLINE V compress(V v, M m)
{
    using T = hn::TFromV<V>;
    const hn::DFromV<V> d;
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
    if constexpr (sizeof(T) == 8) {
        const hn::RebindToUnsigned<decltype(d)> bits;
        using unsigned_vector = hn::Vec<decltype(bits)>;
        return hn::BitCast(d, unsigned_vector{_mm512_maskz_compress_epi64(m.raw, hn::BitCast(bits, v).raw)});
    } else {
        return hn::Compress(v, m);
    }
#else
    if constexpr (by_tables) {
        constexpr std::size_t bytes = hn::MaxLanes(d) * sizeof(T);
        const auto& table = parted_lanes_of<sizeof(T), bytes>;
        std::uint8_t mask[8] = {};
        hn::StoreMaskBits(d, m, mask);
        const auto* const row = table.rows + mask[0] * table.row;
        const hn::Repartition<typename parted_lanes<sizeof(T), bytes>::index, decltype(d)> parts;
        if constexpr (bytes == 16) {
            return hn::BitCast(d, hn::TableLookupBytes(hn::BitCast(parts, v), hn::Load(parts, row)));
        } else {
            return hn::BitCast(d, hn::TableLookupLanes(hn::BitCast(parts, v), hn::SetTableIndices(parts, row)));
        }
    } else {
        return hn::Compress(v, m);
    }
#endif
}

template <simd_front Front, class T>
std::size_t partition(T* HWY_RESTRICT keys, std::size_t n, T key)
{
    const hn::ScalableTag<T> d;
    if (n == 0) return 0;  // there may be no keys to copy from
    using vector = hn::Vec<decltype(d)>;
    constexpr std::size_t unroll = 4;
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t group = unroll * lanes;
    const vector pivot = hn::Set(d, key);
    HWY_ALIGN T aside[3 * unroll * hn::MaxLanes(d)];

    std::size_t unread = 0;  // keys [unread, unread_end) are still to be read
    std::size_t unread_end = n;
    std::size_t front = 0;  // [0, front) and [back, n) are done
    std::size_t back = n;
    std::size_t held = 0;
    const auto put = [&](vector v) HWY_ATTR {
        const auto m = goes_to_front<Front>(v, pivot);
        const std::size_t taken = hn::CountTrue(d, m);
        if constexpr (by_tables) {
            const vector parted = compress(v, m);
            hn::StoreU(parted, d, keys + front);
            hn::StoreU(parted, d, keys + back - lanes);
        } else {
            hn::StoreU(compress(v, m), d, keys + front);
            hn::BlendedStore(compress(v, hn::Not(m)), hn::FirstN(d, lanes - taken), d, keys + back - (lanes - taken));
        }
        front += taken;
        back -= lanes - taken;
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
    // The rest, less than a group, and what was set aside: now exactly as much as there is room for.
    std::memcpy(aside + held, keys + unread, (unread_end - unread) * sizeof(T));
    held += unread_end - unread;
    HWY_ALIGN T behind[(3 * unroll + 1) * hn::MaxLanes(d)];
    std::size_t kept = 0;  // at the front of `aside`, over what was read
    std::size_t left = 0;  // in `behind`
    for (std::size_t i = 0; i < held; i += lanes) {
        const vector v = hn::Load(d, aside + i);
        const auto valid = hn::FirstN(d, held - i < lanes ? held - i : lanes);
        const auto m = goes_to_front<Front>(v, pivot);
        const auto to_front = hn::And(m, valid);
        const auto to_back = hn::AndNot(m, valid);
        hn::StoreU(compress(v, to_front), d, aside + kept);
        hn::StoreU(compress(v, to_back), d, behind + left);
        kept += hn::CountTrue(d, to_front);
        left += hn::CountTrue(d, to_back);
    }
    std::memcpy(keys + front, aside, kept * sizeof(T));
    front += kept;
    std::memcpy(keys + front, behind, left * sizeof(T));
    return front;
}

}  // namespace
}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
