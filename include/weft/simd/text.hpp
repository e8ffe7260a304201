// weft/simd/text.hpp - where bytes of a text match, 64 at a time, by the widest instructions of this machine.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A search that is called once per line spends most of its time on the calls. These kernels look at hundreds of bytes
// per call and note the matches in bit masks, which the caller reads bit by bit.
#pragma once

#include <weft/seam/language.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// Any set of the 256 bytes.
class byte_set {
public:
    constexpr byte_set() = default;

    constexpr void add(unsigned char c)
    {
        bits_[c % 16 + (c >= 128 ? 16 : 0)] =
            static_cast<std::uint8_t>(bits_[c % 16 + (c >= 128 ? 16 : 0)] | 1u << (c / 16 % 8));
    }
    [[nodiscard]] constexpr bool contains(unsigned char c) const
    {
        return (bits_[c % 16 + (c >= 128 ? 16 : 0)] >> (c / 16 % 8) & 1) != 0;
    }

    /// For the kernels: byte c is in the set if bit (c / 16) % 8 of entry c % 16 (c < 128) or 16 + c % 16 is set.
    [[nodiscard]] const std::uint8_t* table() const { return bits_.data(); }

private:
    std::array<std::uint8_t, 32> bits_{};
};

/// Bit b of masks[w] says whether byte text[64 * w + b] is c, or is in the set.
///
/// Cost: 64 bytes in about 2 ns (a byte), 4 ns (a set).
void mark_byte(const char* text, std::size_t words, char c, std::uint64_t* masks) noexcept;
void mark_set(const char* text, std::size_t words, const byte_set& set, std::uint64_t* masks) noexcept;

/// Bit b of masks[w] says whether text[64 * w + b] is `first` and the byte `distance` after it is `last`: what a search
/// for a string looks for. Reads 64 * words + distance bytes.
void mark_pair(const char* text, std::size_t words, char first, char last, std::size_t distance,
               std::uint64_t* masks) noexcept;

}  // namespace weft::detail
