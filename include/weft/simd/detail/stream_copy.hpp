// weft/simd/detail/stream_copy.hpp - writes that bypass the caches.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>

namespace weft::detail {

/// As memcpy, but cache lines that are written as a whole go to memory without being read first and without staying in
/// a cache: for output that is larger than the caches.
///
/// Order: other threads may see the writes late, whatever this thread stores or releases later, until it has called
///        end_of_stream().
void stream_copy(void* to, const void* from, std::size_t bytes) noexcept;

/// From here on the writes of stream_copy() are ordered like plain ones. Waits until they have left the core, which
/// takes as long as writing several KiB: call it after many pieces, not after each.
void end_of_stream() noexcept;

}  // namespace weft::detail
