// src/simd/stream_copy.cpp - writes that bypass the caches.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/simd/detail/stream_copy.hpp>

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weft::detail {

void stream_copy(void* to, const void* from, std::size_t bytes) noexcept
{
#if defined(__SSE2__)
    // Sixteen bytes at a time are enough: the processor gathers a line before it writes it.
    constexpr std::size_t line = 64;
    char* out = static_cast<char*>(to);
    const char* in = static_cast<const char*>(from);
    const std::size_t before = (line - reinterpret_cast<std::uintptr_t>(out) % line) % line;
    if (bytes >= before + line) {
        std::memcpy(out, in, before);
        out += before;
        in += before;
        bytes -= before;
        for (; bytes >= line; bytes -= line) {
            for (std::size_t k = 0; k < line; k += sizeof(__m128i)) {
                _mm_stream_si128(reinterpret_cast<__m128i*>(out + k),
                                 _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + k)));
            }
            out += line;
            in += line;
        }
    }
    if (bytes != 0) std::memcpy(out, in, bytes);
#else
    if (bytes != 0) std::memcpy(to, from, bytes);
#endif
}

void end_of_stream() noexcept
{
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

}  // namespace weft::detail
