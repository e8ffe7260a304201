// src/simd/quicksort-inl.h - the sort of keys, for the instructions that Highway is compiling for.
// SPDX-License-Identifier: MIT OR Apache-2.0

#if defined(WEFT_SIMD_QUICKSORT_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WEFT_SIMD_QUICKSORT_INL
#undef WEFT_SIMD_QUICKSORT_INL
#else
#define WEFT_SIMD_QUICKSORT_INL
#endif

#include <hwy/highway.h>

#include "simd/lost_keys.hpp"
#include "simd/partition-inl.h"
#include "simd/partition.hpp"
#include "simd/quicksort.hpp"
#include "simd/runs-inl.h"

// Its sorting networks are internal: newer versions have changed them, and need them less.
#undef WEFT_SIMD_NETWORKS
#if HWY_MAJOR == 1 && HWY_MINOR == 0 && __has_include(<hwy/contrib/sort/vqsort-inl.h>)
#define WEFT_SIMD_NETWORKS 1
#include <hwy/contrib/sort/traits-inl.h>
#include <hwy/contrib/sort/vqsort-inl.h>
#else
#define WEFT_SIMD_NETWORKS 0
#endif

#include <algorithm>
#include <bit>
#include <cstddef>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {
namespace {

/// Plain keys have an order, and a network loses none of them.
template <class T>
bool plain(const T* HWY_RESTRICT keys, std::size_t n)
{
    if constexpr (std::is_floating_point_v<T>) {
        const hn::ScalableTag<T> d;
        const hn::RebindToUnsigned<decltype(d)> bits;
        const std::size_t lanes = hn::Lanes(d);
        const auto minus_zero = hn::Set(bits, minus_zero_bits<T>);
        const auto exponent = hn::Set(bits, std::bit_cast<bits_of<T>>(infinity<T>));
        const auto others = [&](std::size_t i) HWY_ATTR {
            const auto v = hn::BitCast(bits, hn::LoadU(d, keys + i));
            return hn::Or(hn::Eq(v, minus_zero), hn::Eq(hn::And(v, exponent), exponent));
        };
        std::size_t i = 0;
        for (; i + 4 * lanes <= n; i += 4 * lanes) {
            const auto m01 = hn::Or(others(i), others(i + lanes));
            const auto m23 = hn::Or(others(i + 2 * lanes), others(i + 3 * lanes));
            if (!hn::AllFalse(bits, hn::Or(m01, m23))) return false;
        }
        return std::all_of(keys + i, keys + n,
                           [](T x) { return x - x == 0 && std::bit_cast<bits_of<T>>(x) != minus_zero_bits<T>; });
    } else {
        return true;
    }
}

template <class T, bool Plain>
struct vector_parts {
    static std::size_t before(T* keys, std::size_t n, T pivot, bool descending)
    {
        return descending ? partition<simd_front::greater>(keys, n, pivot)
                          : partition<simd_front::less>(keys, n, pivot);
    }
    static std::size_t not_behind(T* keys, std::size_t n, T pivot, bool descending)
    {
        return descending ? partition<simd_front::not_less>(keys, n, pivot)
                          : partition<simd_front::not_greater>(keys, n, pivot);
    }
#if WEFT_SIMD_NETWORKS && VQSORT_ENABLED
    /// How many keys one network of Highway's sorts.
    static std::size_t leaf() { return hwy::SortConstants::BaseCaseNum(hn::Lanes(tag())); }
    static void sort_leaf(T* keys, std::size_t n, bool descending)
    {
        if constexpr (std::is_floating_point_v<T> && !Plain) {
            const lost_keys lost = plain(keys, n) ? lost_keys() : count_lost_keys(keys, n, false);
            sort_up(keys, n);
            if (lost.any()) give_back(keys, n, lost, false);
        } else {
            sort_up(keys, n);
        }
        if (descending) std::reverse(keys, keys + n);
    }
    static void sort_up(T* keys, std::size_t n)
    {
        const hn::detail::SharedTraits<hn::detail::TraitsLane<hn::detail::OrderAscending<T>>> ascending;
        HWY_ALIGN T memory[16 * 16 + 2 * 64];
        hn::detail::BaseCase(tag(), ascending, keys, keys + n, n, memory);
    }
    using tag = hn::CappedTag<T, 64 / sizeof(T)>;
#else
    static std::size_t leaf() { return scalar::parts<T>::leaf(); }
    static void sort_leaf(T* keys, std::size_t n, bool descending) { scalar::parts<T>::sort_leaf(keys, n, descending); }
#endif
};

template <class T>
const simd_sorts<T>& sort_table()
{
    static const simd_sorts<T> table{
        {partition<simd_front::less, T>, partition<simd_front::not_greater, T>, partition<simd_front::greater, T>,
         partition<simd_front::not_less, T>},
        {sort_by_parts<T, vector_parts<T, false>>, sort_by_parts<T, vector_parts<T, true>>},
        plain<T>,
        {run<false, T>, run<true, T>},
        swap_mirrored<T>};
    return table;
}

}  // namespace
}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
