// src/simd/streams-inl.h - prefetches for several streams of reads.
// SPDX-License-Identifier: MIT OR Apache-2.0

#if defined(WEFT_SIMD_STREAMS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WEFT_SIMD_STREAMS_INL
#undef WEFT_SIMD_STREAMS_INL
#else
#define WEFT_SIMD_STREAMS_INL
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "simd/scalar.hpp"

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {
namespace {

/// Prefetches what `Streams` streams, this far apart, are going to read.
template <std::size_t Streams, class T>
HWY_INLINE void prefetch_streams(const T* p, std::size_t apart)
{
    for (std::size_t stream = 0; stream < Streams; ++stream)
        hwy::Prefetch(p + stream * apart + stream_ahead / sizeof(T));
}

}  // namespace
}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
