// src/simd/quicksort-inl.h - the sort of keys, for the instructions that Highway is compiling for.
// SPDX-License-Identifier: MIT OR Apache-2.0

#if defined(WEFT_SIMD_QUICKSORT_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WEFT_SIMD_QUICKSORT_INL
#undef WEFT_SIMD_QUICKSORT_INL
#else
#define WEFT_SIMD_QUICKSORT_INL
#endif

#include <hwy/highway.h>

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
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {
namespace {

template <class T>
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
    /// One network of Highway sorts so many.
    static std::size_t leaf() { return hwy::SortConstants::BaseCaseNum(hn::Lanes(tag())); }
    static void sort_leaf(T* keys, std::size_t n, bool descending)
    {
        const hn::detail::SharedTraits<hn::detail::TraitsLane<hn::detail::OrderAscending<T>>> ascending;
        HWY_ALIGN T memory[16 * 16 + 2 * 64];
        hn::detail::BaseCase(tag(), ascending, keys, keys + n, n, memory);
        if (descending) std::reverse(keys, keys + n);
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
    static const simd_sorts<T> table{{partition<simd_front::less, T>, partition<simd_front::not_greater, T>,
                                      partition<simd_front::greater, T>, partition<simd_front::not_less, T>},
                                     sort_by_parts<T, vector_parts<T>>,
                                     {run<false, T>, run<true, T>},
                                     swap_mirrored<T>};
    return table;
}

}  // namespace
}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
