// weft/iter/detail/unicode_space.hpp - finds the white space of Unicode in UTF-8.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Each byte of a space counts as a separator of its own, so that separators have one length. ASCII is found by the
// kernel alone. The bytes that others may consist of are marked as well, and looked at one by one.
#pragma once

#include <weft/iter/detail/separator.hpp>
#include <weft/simd/text.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::detail {

/// How many bytes the space that begins at `at` has, if it is not one of ASCII's; 0 if there is none. The property
/// White_Space of Unicode 15: U+0085, 00A0, 1680, 2000 .. 200A, 2028, 2029, 202F, 205F, 3000.
constexpr std::size_t wide_space_at(std::string_view text, std::size_t at)
{
    const auto byte = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : static_cast<unsigned char>(0);
    };
    const auto two = [&](unsigned char a, unsigned char b) { return byte(1) == a && byte(2) == b; };
    switch (byte(0)) {
        case 0xc2:
            return byte(1) == 0x85 || byte(1) == 0xa0 ? 2 : 0;
        case 0xe1:
            return two(0x9a, 0x80) ? 3 : 0;
        case 0xe2:
            if (two(0x81, 0x9f)) return 3;
            if (byte(1) != 0x80) return 0;
            return (byte(2) >= 0x80 && byte(2) <= 0x8a) || byte(2) == 0xa8 || byte(2) == 0xa9 || byte(2) == 0xaf ? 3
                                                                                                                 : 0;
        case 0xe3:
            return two(0x80, 0x80) ? 3 : 0;
        default:
            return 0;
    }
}

class space_finder {
    struct marker {
        const byte_set* set;
        std::string_view all;

        void mark(const char* text, std::size_t words, std::uint64_t* masks) const
        {
            detail::mark_set(text, words, *set, masks);
        }
        static constexpr std::size_t reach() { return 0; }
        /// Whether a byte of the set is part of a space.
        [[nodiscard]] bool holds(const char* text, std::size_t i) const
        {
            const auto c = static_cast<unsigned char>(text[i]);
            if (c < 0x80) return true;
            if (c >= 0xc0) return wide_space_at(all, i) != 0;
            return (i >= 1 && wide_space_at(all, i - 1) != 0) || (i >= 2 && wide_space_at(all, i - 2) == 3);
        }
        [[nodiscard]] bool one(const char* text, std::size_t i) const
        {
            return set->contains(static_cast<unsigned char>(text[i])) && holds(text, i);
        }
    };

public:
    space_finder()
    {
        for (const int c : {0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d}) bytes_.add(static_cast<unsigned char>(c));
        for (const int c : {0xc2, 0xe1, 0xe2, 0xe3, 0x9a, 0x9f, 0xa0, 0xa8, 0xa9, 0xaf})
            bytes_.add(static_cast<unsigned char>(c));
        for (unsigned char c = 0x80; c <= 0x8a; ++c) bytes_.add(c);  // 0x81 and 0x85 among them
    }

    [[nodiscard]] static constexpr std::size_t length() { return 1; }
    void prepare(std::string_view) const {}
    using room = mask_cursor<marker>::room;
    [[nodiscard]] mask_cursor<marker> cursor(std::string_view text, room& masks) const
    {
        return {text, marker{&bytes_, text}, masks};
    }

private:
    byte_set bytes_;
};

struct unicode_space {};
inline auto text_finder(unicode_space) { return space_finder(); }

}  // namespace weft::detail
