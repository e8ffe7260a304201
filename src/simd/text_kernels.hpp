// src/simd/text_kernels.hpp - the kernels of weft/simd/text.hpp, and the plain ones.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/simd/text.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

struct text_kernels {
    void (*byte)(const char*, std::size_t, char, std::uint64_t*);
    void (*set)(const char*, std::size_t, const byte_set&, std::uint64_t*);
    void (*pair)(const char*, std::size_t, char, char, std::size_t, std::uint64_t*);
};

/// The best for this machine that WEFT_SIMD allows.
const text_kernels& chosen_text_kernels() noexcept;

namespace scalar {

template <class Matches>
void mark(std::size_t words, std::uint64_t* masks, Matches matches)
{
    for (std::size_t w = 0; w < words; ++w) {
        std::uint64_t mask = 0;
        for (std::size_t b = 0; b < 64; ++b) mask |= static_cast<std::uint64_t>(matches(64 * w + b)) << b;
        masks[w] = mask;
    }
}

inline void mark_byte(const char* text, std::size_t words, char c, std::uint64_t* masks)
{
    mark(words, masks, [=](std::size_t i) { return text[i] == c; });
}
inline void mark_set(const char* text, std::size_t words, const byte_set& set, std::uint64_t* masks)
{
    mark(words, masks, [&](std::size_t i) { return set.contains(static_cast<unsigned char>(text[i])); });
}
inline void mark_pair(const char* text, std::size_t words, char first, char last, std::size_t distance,
                      std::uint64_t* masks)
{
    mark(words, masks, [=](std::size_t i) { return text[i] == first && text[i + distance] == last; });
}

inline constexpr text_kernels text{mark_byte, mark_set, mark_pair};

}  // namespace scalar
}  // namespace weft::detail
