// tests/iter/par_chars_test.cpp - par_chars, par_char_indices, par_utf16: the code points of a UTF-8 text.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_chars.hpp>

#include "check_chain.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

TEST_CASE("par_utf16: one unit, or two beyond the first 65,536 code points")
{
    const auto units = [](std::string_view s) { return weft::par_utf16(s).collect<std::u16string>(); };
    CHECK(units("") == u"");
    CHECK(units("abc") == u"abc");
    CHECK(units("a\xc3\xa9\xe2\x82\xac!") == u"a\u00e9\u20ac!");
    CHECK(units("\xef\xbf\xbf") == u"\uffff");
    CHECK(units("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") == u"\U00010000\U0010ffff");
    CHECK(units("\xff") == u"\ufffd");
    std::string text;
    std::u16string expected;
    for (int i = 0; i < 3000; ++i) {
        text += i % 3 == 0 ? "x" : i % 3 == 1 ? "\xe2\x82\xac" : "\xf0\x9f\x98\x80";
        expected += i % 3 == 0 ? u"x" : i % 3 == 1 ? u"\u20ac" : u"\U0001f600";
    }
    CHECK(units(text) == expected);
}

TEST_CASE("par_chars: gives code points, and U+FFFD for what is none")
{
    using points = std::u32string;
    const auto decode = [](std::string_view s) { return weft::par_chars(s).collect<points>(); };
    CHECK(decode("").empty());
    CHECK(decode("plain") == U"plain");
    CHECK(decode("\x24\xc2\xa3\xe2\x82\xac\xf0\x90\x8d\x88") == U"\U00000024\u00a3\u20ac\U00010348");
    // Over-long, surrogates, too large, cut off, stray: see the Unicode Standard, tables 3-8 to 3-11.
    CHECK(decode("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41") == U"\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA");
    CHECK(decode("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41") == U"\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA");
    CHECK(decode("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42") == U"\ufffd\ufffd\ufffd\ufffd\ufffdA\ufffd\ufffdB");
    CHECK(decode("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41") == U"\ufffd\ufffd\ufffd\ufffdA");
    CHECK(decode("\xf0\x9f\x98") == U"\ufffd");
}

TEST_CASE("par_chars: broken bytes give the same wherever the text is cut")
{
    constexpr std::string_view parts[] = {"a",        "\xc2\xa3",     "\xe2\x82\xac", "\xf0\x90\x8d\x88",
                                          "\x80",     "\xbf",         "\xf0\x90",     "\xf0\x90\x8d",
                                          "\xe2\x82", "\xed\xa0\x80", "\xff",         "\xc2"};
    std::string text;
    std::uint32_t x = 3;
    for (int i = 0; i < 200; ++i) text += parts[((x = x * 1664525u + 1013904223u) >> 16) % std::size(parts)];
    std::vector<char32_t> values;
    std::vector<std::pair<std::size_t, char32_t>> indexed;
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
    for (std::size_t at = 0; at < text.size();) {
        const auto d = weft::detail::decode_utf8(bytes + at, bytes + text.size());
        values.push_back(d.value);
        indexed.emplace_back(at, d.value);
        at += d.length;
    }
    test::check_chain([&] { return weft::par_chars(text); }, values);
    test::check_chain([&] { return weft::par_char_indices(text); }, indexed);
}
