// src/simd/text.cpp - the functions of weft/simd/text.hpp.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/simd/text.hpp>

#include "simd/text_kernels.hpp"

namespace weft::detail {

void mark_byte(const char* text, std::size_t words, char c, std::uint64_t* masks) noexcept
{
    chosen_text_kernels().byte(text, words, c, masks);
}

void mark_set(const char* text, std::size_t words, const byte_set& set, std::uint64_t* masks) noexcept
{
    chosen_text_kernels().set(text, words, set, masks);
}

void mark_pair(const char* text, std::size_t words, char first, char last, std::size_t distance,
               std::uint64_t* masks) noexcept
{
    chosen_text_kernels().pair(text, words, first, last, distance, masks);
}

}  // namespace weft::detail
