// src/simd/sort.cpp - sorts keys by Highway's vectorised quicksort where it is found, else by std::sort.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/simd/sort.hpp>

#ifdef WEFT_HIGHWAY_SORT
#include <hwy/contrib/sort/vqsort.h>
#else
#include <algorithm>
#include <functional>
#endif

namespace weft::detail {

template <class T>
void simd_sort(T* keys, std::size_t n, bool descending)
{
#ifdef WEFT_HIGHWAY_SORT
    const hwy::Sorter sorter;
    if (descending) {
        sorter(keys, n, hwy::SortDescending());
    } else {
        sorter(keys, n, hwy::SortAscending());
    }
#else
    if (descending) {
        std::sort(keys, keys + n, std::greater<>());
    } else {
        std::sort(keys, keys + n);
    }
#endif
}

template void simd_sort<std::int16_t>(std::int16_t*, std::size_t, bool);
template void simd_sort<std::uint16_t>(std::uint16_t*, std::size_t, bool);
template void simd_sort<std::int32_t>(std::int32_t*, std::size_t, bool);
template void simd_sort<std::uint32_t>(std::uint32_t*, std::size_t, bool);
template void simd_sort<std::int64_t>(std::int64_t*, std::size_t, bool);
template void simd_sort<std::uint64_t>(std::uint64_t*, std::size_t, bool);
template void simd_sort<float>(float*, std::size_t, bool);
template void simd_sort<double>(double*, std::size_t, bool);

}  // namespace weft::detail
