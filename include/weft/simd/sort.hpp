// weft/simd/sort.hpp - the vectorised sort of keys, on one thread. par_sort calls it for its pieces.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// Sorts n keys of 2, 4 or 8 bytes in place. Requires: no NaN among them.
template <class T>
void simd_sort(T* keys, std::size_t n, bool descending);

}  // namespace weft::detail
