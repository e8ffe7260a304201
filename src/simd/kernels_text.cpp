// src/simd/kernels_text.cpp - the kernels for text, compiled for each instruction set.
// SPDX-License-Identifier: MIT OR Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/kernels_text.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "simd/dispatch.hpp"
#include "simd/text_kernels.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// At most 64 lanes: the mask of a vector fits into a word.
const hn::CappedTag<std::uint8_t, 64> tag;
using tag_type = hn::CappedTag<std::uint8_t, 64>;
using vector = hn::Vec<tag_type>;

/// match(bytes, position) -> mask, for each vector.
template <class Match>
HWY_INLINE void mark(std::size_t words, std::uint64_t* masks, Match match)
{
    const std::size_t lanes = hn::Lanes(tag);
    for (std::size_t w = 0; w < words; ++w) {
        std::uint64_t word = 0;
        for (std::size_t b = 0; b < 64; b += lanes) {
            std::uint8_t bits[8 + 8] = {};  // StoreMaskBits may write eight bytes
            hn::StoreMaskBits(tag, match(64 * w + b), bits);
            std::uint64_t part = 0;
            std::memcpy(&part, bits, sizeof part);
            if (lanes < 64) part &= (std::uint64_t{1} << (lanes % 64)) - 1;
            word |= part << b;
        }
        masks[w] = word;
    }
}

HWY_INLINE vector load(const char* p) { return hn::LoadU(tag, reinterpret_cast<const std::uint8_t*>(p)); }

void mark_byte(const char* text, std::size_t words, char c, std::uint64_t* masks)
{
    const vector wanted = hn::Set(tag, static_cast<std::uint8_t>(c));
    mark(words, masks, [&](std::size_t i) HWY_ATTR { return hn::Eq(load(text + i), wanted); });
}

void mark_pair(const char* text, std::size_t words, char first, char last, std::size_t distance, std::uint64_t* masks)
{
    const vector a = hn::Set(tag, static_cast<std::uint8_t>(first));
    const vector b = hn::Set(tag, static_cast<std::uint8_t>(last));
    mark(words, masks, [&](std::size_t i) HWY_ATTR {
        return hn::And(hn::Eq(load(text + i), a), hn::Eq(load(text + i + distance), b));
    });
}

void mark_set(const char* text, std::size_t words, const byte_set& set, std::uint64_t* masks)
{
    if (hn::Lanes(tag) < 16) return scalar::mark_set(text, words, set, masks);
    // The low half of a byte chooses an entry of the table, the high half a bit of it.
    alignas(16) static constexpr std::uint8_t bit[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const vector bits = hn::LoadDup128(tag, bit);
    alignas(16) std::uint8_t copy[32];
    std::memcpy(copy, set.table(), sizeof copy);
    const vector below = hn::LoadDup128(tag, copy);
    const vector above = hn::LoadDup128(tag, copy + 16);
    const vector low_half = hn::Set(tag, 0x0f);
    const vector top = hn::Set(tag, 0x80);
    mark(words, masks, [&](std::size_t i) HWY_ATTR {
        const vector x = load(text + i);
        const vector low = hn::And(x, low_half);
        const vector high = hn::And(hn::ShiftRight<4>(x), low_half);
        const auto is_above = hn::TestBit(x, top);
        const vector row = hn::IfThenElse(is_above, hn::TableLookupBytes(above, low), hn::TableLookupBytes(below, low));
        return hn::TestBit(row, hn::TableLookupBytes(bits, high));
    });
}

}  // namespace

const text_kernels& table_of_text()
{
    static constexpr text_kernels kernels{mark_byte, mark_set, mark_pair};
    return kernels;
}

}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace weft::detail {

HWY_EXPORT(table_of_text);

const text_kernels& chosen_text_kernels() noexcept
{
    static const text_kernels& chosen = simd_is_scalar() ? scalar::text : HWY_DYNAMIC_DISPATCH(table_of_text)();
    return chosen;
}

}  // namespace weft::detail
#endif
