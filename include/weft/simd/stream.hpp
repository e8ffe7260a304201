// weft/simd/stream.hpp - writes that pass by the caches.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>

namespace weft::detail {

/// As memcpy, but the lines that are written whole go to the memory without being read first and without staying in a
/// cache: for output that is larger than the caches.
///
/// Order: when it returns, the writes are ordered as plain ones.
void stream_copy(void* to, const void* from, std::size_t bytes) noexcept;

}  // namespace weft::detail
