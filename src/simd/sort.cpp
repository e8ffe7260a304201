// src/simd/sort.cpp - chooses how keys are sorted: by weft's own quicksort or by Highway's.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/simd/detail/sort.hpp>

#include "simd/dispatch.hpp"
#include "simd/partition.hpp"

#ifdef WEFT_HIGHWAY_SORT
#include "simd/lost_keys.hpp"

#include <hwy/contrib/sort/vqsort.h>
#include <hwy/highway.h>

#include <type_traits>
#endif

namespace weft::detail {
namespace {

#ifdef WEFT_HIGHWAY_SORT
template <class T>
void sort_by_highway(T* keys, std::size_t n, bool descending, bool plain)
{
    lost_keys lost;
    if constexpr (std::is_floating_point_v<T>) {
        if (!plain) lost = count_lost_keys(keys, n, descending);
    }
    const hwy::Sorter sorter;
    if (descending) {
        sorter(keys, n, hwy::SortDescending());
    } else {
        sorter(keys, n, hwy::SortAscending());
    }
    if constexpr (std::is_floating_point_v<T>) {
        if (lost.any()) give_back(keys, n, lost, descending);
    }
}
#endif

}  // namespace

template <class T>
std::size_t simd_partition(T* keys, std::size_t n, T pivot, simd_front front)
{
    return simd_sorts_of<T>().partition[static_cast<unsigned>(front)](keys, n, pivot);
}

template <class T>
std::size_t simd_run(const T* keys, std::size_t n, bool descending)
{
    return simd_sorts_of<T>().run[descending ? 1 : 0](keys, n);
}

template <class T>
void simd_swap_mirrored(T* first, T* last, std::size_t n)
{
    simd_sorts_of<T>().swap_mirrored(first, last, n);
}

template <class T>
bool simd_plain(const T* keys, std::size_t n)
{
    return simd_sorts_of<T>().plain(keys, n);
}

template <class T>
void simd_sort(T* keys, std::size_t n, bool descending, [[maybe_unused]] bool plain)
{
    if (n < 2) return;
#ifdef WEFT_HIGHWAY_SORT
    // Before 1.1, Highway compressed into memory, which takes some hundred cycles on Zen 4. On processors other than
    // x86 it writes back what it reads after the keys, which may belong to another thread.
    constexpr bool own = !HWY_ARCH_X86 || (sizeof(T) >= 4 && HWY_MAJOR == 1 && HWY_MINOR == 0);
    if constexpr (!own) {
        if (!simd_is_scalar()) return sort_by_highway(keys, n, descending, plain);
    }
#endif
    if constexpr (sizeof(T) >= 4) {
        simd_sorts_of<T>().sort[plain ? 1 : 0](keys, n, descending);
    } else {
        scalar::sort(keys, n, descending);
    }
}

template std::size_t simd_partition(std::int32_t*, std::size_t, std::int32_t, simd_front);
template std::size_t simd_partition(std::uint32_t*, std::size_t, std::uint32_t, simd_front);
template std::size_t simd_partition(std::int64_t*, std::size_t, std::int64_t, simd_front);
template std::size_t simd_partition(std::uint64_t*, std::size_t, std::uint64_t, simd_front);
template std::size_t simd_partition(float*, std::size_t, float, simd_front);
template std::size_t simd_partition(double*, std::size_t, double, simd_front);

template std::size_t simd_run(const std::int32_t*, std::size_t, bool);
template std::size_t simd_run(const std::uint32_t*, std::size_t, bool);
template std::size_t simd_run(const std::int64_t*, std::size_t, bool);
template std::size_t simd_run(const std::uint64_t*, std::size_t, bool);
template std::size_t simd_run(const float*, std::size_t, bool);
template std::size_t simd_run(const double*, std::size_t, bool);

template void simd_swap_mirrored(std::int32_t*, std::int32_t*, std::size_t);
template void simd_swap_mirrored(std::uint32_t*, std::uint32_t*, std::size_t);
template void simd_swap_mirrored(std::int64_t*, std::int64_t*, std::size_t);
template void simd_swap_mirrored(std::uint64_t*, std::uint64_t*, std::size_t);
template void simd_swap_mirrored(float*, float*, std::size_t);
template void simd_swap_mirrored(double*, double*, std::size_t);

template bool simd_plain(const float*, std::size_t);
template bool simd_plain(const double*, std::size_t);

template void simd_sort(std::int16_t*, std::size_t, bool, bool);
template void simd_sort(std::uint16_t*, std::size_t, bool, bool);
template void simd_sort(std::int32_t*, std::size_t, bool, bool);
template void simd_sort(std::uint32_t*, std::size_t, bool, bool);
template void simd_sort(std::int64_t*, std::size_t, bool, bool);
template void simd_sort(std::uint64_t*, std::size_t, bool, bool);
template void simd_sort(float*, std::size_t, bool, bool);
template void simd_sort(double*, std::size_t, bool, bool);

}  // namespace weft::detail
