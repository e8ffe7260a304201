// weft/iter/par_chars.hpp - par_chars, par_char_indices, par_utf16: the code points of a UTF-8 text.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/iter/detail/text_over.hpp>
#include <weft/iter/par_iter.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// A code point and how many bytes it takes.
struct decoded {
    char32_t value;
    std::size_t length;
};

constexpr bool continues_utf8(unsigned char c) { return (c & 0xc0) == 0x80; }

/// What begins at `p`. In bytes that are not UTF-8, the longest beginning of a code point, at least one byte, counts as
/// one replacement character, as the Unicode Standard has it (3.9, U+FFFD substitution of maximal subparts).
constexpr decoded decode_utf8(const unsigned char* p, const unsigned char* end)
{
    constexpr char32_t replacement = 0xfffd;
    const unsigned char lead = p[0];
    if (lead < 0x80) return {lead, 1};
    if (lead < 0xc2 || lead > 0xf4) return {replacement, 1};
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    // The second byte says whether the code point is over-long, a surrogate, or too large.
    const unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (end - p < 2 || p[1] < least || p[1] > most) return {replacement, 1};
    char32_t value = static_cast<char32_t>(lead & (0x7f >> length)) << 6 | (p[1] & 0x3f);
    for (std::size_t i = 2; i < length; ++i) {
        if (static_cast<std::size_t>(end - p) == i || !continues_utf8(p[i])) return {replacement, i};
        value = value << 6 | (p[i] & 0x3f);
    }
    return {value, length};
}

/// A position is a byte; a code point belongs to the piece where its first byte lies. All but the first byte of a code
/// point, even of a broken one, are of the form 10xxxxxx, so looking at most three bytes back shows where it begins.
template <bool WithOffset>
class chars_source : public par_iterator<chars_source<WithOffset>>, public source_base {
public:
    static constexpr indexing index_grade = indexing::none;
    using item = std::conditional_t<WithOffset, std::pair<std::size_t, char32_t>, char32_t>;

    explicit chars_source(std::string_view text) : text_(text) {}

    [[nodiscard]] std::size_t extent() const { return text_.size(); }

    template <class Sink>
    auto run(piece p, Sink& sink) const
    {
        using result = answer<Sink, item>;
        const auto* const text = reinterpret_cast<const unsigned char*>(text_.data());
        const unsigned char* const end = text + text_.size();
        std::size_t at = first_in(text, end, p.lo);
        while (at < p.hi) {
            decoded d{text[at], 1};
            if (d.value >= 0x80) d = decode_utf8(text + at, end);
            if constexpr (WithOffset) {
                if (!sink(item(at, d.value))) return result(false);
            } else {
                if (!sink(std::move(d.value))) return result(false);
            }
            at += d.length;
        }
        return result(true);
    }

private:
    /// Where the first code point at or after `at` begins.
    static std::size_t first_in(const unsigned char* text, const unsigned char* end, std::size_t at)
    {
        if (text + at == end || !continues_utf8(text[at])) return at;
        for (std::size_t back = 1; back <= 3 && back <= at; ++back) {
            if (continues_utf8(text[at - back])) continue;
            const std::size_t behind = at - back + decode_utf8(text + at - back, end).length;
            return behind > at ? behind : at;
        }
        return at;
    }

    std::string_view text_;
};

/// A code point as one or two units of UTF-16: a small range that refers to nothing.
class utf16_units : public std::ranges::view_base {
public:
    constexpr explicit utf16_units(char32_t c) : count_(c < 0x10000 ? 1 : 2)
    {
        units_[0] = static_cast<char16_t>(count_ == 1 ? c : 0xd800 + ((c - 0x10000) >> 10));
        units_[1] = static_cast<char16_t>(0xdc00 + (c & 0x3ff));
    }
    [[nodiscard]] constexpr const char16_t* begin() const { return units_; }
    [[nodiscard]] constexpr const char16_t* end() const { return units_ + count_; }

private:
    char16_t units_[2];
    std::size_t count_;
};

struct to_utf16 {
    constexpr utf16_units operator()(char32_t c) const { return utf16_units(c); }
};

}  // namespace detail

/// The code points of a UTF-8 text, as char32_t. Bytes that are not UTF-8 give U+FFFD, as many as the Unicode Standard
/// recommends (one for each maximal beginning of a code point, else for each byte). For bytes see par_bytes.
///
/// Order:   that of the text, which must outlive the chain; a temporary std::string is a compile-time error.
/// Example: examples/iter/text.cpp
template <class Text>
auto par_chars(Text&& text)
{
    return detail::chars_source<false>(detail::text_over(std::forward<Text>(text)));
}

/// As par_chars, with where each code point begins: pairs of a byte offset and a code point.
template <class Text>
auto par_char_indices(Text&& text)
{
    return detail::chars_source<true>(detail::text_over(std::forward<Text>(text)));
}

/// The text in UTF-16, as char16_t: two units for a code point beyond the first 65,536, one for the others.
template <class Text>
auto par_utf16(Text&& text)
{
    return weft::par_chars(std::forward<Text>(text)).flat_map_iter(detail::to_utf16{});
}

}  // namespace weft
