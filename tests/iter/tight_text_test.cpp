// tests/iter/tight_text_test.cpp - pieces of texts that end where their memory ends, beside std::string_view.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_lines.hpp>
#include <weft/iter/par_split.hpp>

#include <weft/base/rng.hpp>
#include "test.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using pieces = std::vector<std::string_view>;

/// The naive reference: separators are what `length_at` says, 0 for none.
template <class F>
pieces split(std::string_view text, F length_at)
{
    pieces all;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (const auto length = static_cast<std::size_t>(length_at(at)); length != 0) {
            all.push_back(text.substr(begin, at - begin));
            begin = at += length;
        } else {
            ++at;
        }
    }
    all.push_back(text.substr(begin));
    return all;
}

pieces without_empty(const pieces& all)
{
    pieces out;
    for (std::string_view s : all) {
        if (!s.empty()) out.push_back(s);
    }
    return out;
}

/// A text in a block of exactly its size, so that a read past its end is one past the end of the block.
struct tight {
    std::size_t size;
    std::unique_ptr<char[]> bytes{new char[size]};

    [[nodiscard]] std::string_view view() const { return {bytes.get(), size}; }
};

template <class F>
void for_texts(F check)
{
    weft::rng random(5);
    std::vector<std::size_t> sizes{0, 1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1'000, 100'000};
    for (int i = 0; i < 20; ++i) sizes.push_back(random.below(300));
    // Few letters make many separators and near misses; many letters few; and bytes of every value.
    for (const std::string_view letters : {std::string_view("ab"), std::string_view("ab \n\r,\t"),
                                           std::string_view("abcdefghijklmnopqrstuvwxyz,"), std::string_view()}) {
        for (const std::size_t size : sizes) {
            tight text{size};
            for (std::size_t i = 0; i < size; ++i) {
                text.bytes[i] = letters.empty() ? static_cast<char>(random.below(256))
                                                : letters[random.below(static_cast<std::uint32_t>(letters.size()))];
            }
            check(text.view());
        }
    }
}

}  // namespace

TEST_CASE("tight text: par_split by a char, a few chars, many chars and a function finds every separator")
{
    const std::array few{',', ' ', '\n'};
    const std::array many{'a', 'b', 'c', 'd', ' ', '\n', '\xff', '\x80', '\0'};
    const auto in = [](const auto& set, char c) { return std::find(set.begin(), set.end(), c) != set.end(); };
    for_texts([&](std::string_view t) {
        CHECK(weft::par_split(t, 'a').to_vector() == split(t, [&](std::size_t i) { return t[i] == 'a' ? 1 : 0; }));
        CHECK(weft::par_split(t, '\xff').to_vector() ==
              split(t, [&](std::size_t i) { return t[i] == '\xff' ? 1 : 0; }));
        CHECK(weft::par_split(t, few).to_vector() == split(t, [&](std::size_t i) { return in(few, t[i]) ? 1 : 0; }));
        CHECK(weft::par_split(t, many).to_vector() == split(t, [&](std::size_t i) { return in(many, t[i]) ? 1 : 0; }));
        CHECK(weft::par_split(t, [](char c) { return c > 'b'; }).to_vector() ==
              split(t, [&](std::size_t i) { return t[i] > 'b' ? 1 : 0; }));
        CHECK(weft::par_matches(t, 'b').count() + 1 ==
              split(t, [&](std::size_t i) { return t[i] == 'b' ? 1 : 0; }).size());
    });
}

TEST_CASE("tight text: par_split and par_matches by a string agree with a search from the left")
{
    for_texts([](std::string_view t) {
        for (const std::string_view wanted : {std::string_view("a"), std::string_view("ab"), std::string_view("aa"),
                                              std::string_view("abb"), std::string_view("aba"), std::string_view(" \n"),
                                              std::string_view("babbabab"), t.substr(0, 70), t.substr(t.size() / 2)}) {
            if (wanted.empty()) continue;
            const auto expected =
                split(t, [&](std::size_t i) { return t.substr(i).starts_with(wanted) ? wanted.size() : 0; });
            CHECK(weft::par_split(t, wanted).to_vector() == expected);
            CHECK(weft::par_matches(t, wanted).count() + 1 == expected.size());
        }
    });
}

TEST_CASE("tight text: par_words and par_lines know all blanks and all ends of lines")
{
    for_texts([](std::string_view t) {
        CHECK(weft::par_words(t).to_vector() == without_empty(split(t, [&](std::size_t i) {
                  return t[i] == ' ' || (t[i] >= '\t' && t[i] <= '\r') ? 1 : 0;
              })));
        pieces lines = split(t, [&](std::size_t i) { return t[i] == '\n' ? 1 : 0; });
        for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
            if (lines[i].ends_with('\r')) lines[i].remove_suffix(1);
        }
        if (lines.back().empty()) lines.pop_back();
        CHECK(weft::par_lines(t).to_vector() == lines);
    });
}

TEST_CASE("tight text: par_words knows all blanks of Unicode, at every place, and what only looks like one")
{
    const std::string_view blanks[] = {" ",
                                       "\t",
                                       "\n",
                                       "\v",
                                       "\f",
                                       "\r",
                                       "\xc2\x85",
                                       "\xc2\xa0",
                                       "\xe1\x9a\x80",
                                       "\xe2\x80\x80",
                                       "\xe2\x80\x85",
                                       "\xe2\x80\x8a",
                                       "\xe2\x80\xa8",
                                       "\xe2\x80\xa9",
                                       "\xe2\x80\xaf",
                                       "\xe2\x81\x9f",
                                       "\xe3\x80\x80"};
    // Bytes of spaces as parts of other characters: e-acute, zero width space, en dash, an ideograph, bytes that are
    // not UTF-8.
    const std::string_view others[] = {
        "a",    "word",     "\xc3\xa9", "\xe2\x80\x8b", "\xe2\x80\x93", "\xe4\xb8\x80", "\xe2\x80", "\xe2",
        "\xa0", "\x80\x80", "\xc2",     "\xe1\x9a\x81", "\xc2\x84",     "\xe3\x80\x81", "\x1c"};
    std::uint64_t state = 1;
    const auto draw = [&state](std::size_t below) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::size_t>(state >> 33U) % below;
    };
    for (std::size_t round = 0; round < 300; ++round) {
        std::string text;
        for (std::size_t i = draw(1 + round); i != 0; --i) {
            text += draw(3) == 0 ? blanks[draw(std::size(blanks))] : others[draw(std::size(others))];
        }
        if (round == 299) {
            while (text.size() < 200'000) text += text;
        }
        std::vector<std::string_view> expected;
        std::size_t begin = 0;
        const auto end_word = [&](std::size_t at) {
            if (at > begin) expected.push_back(std::string_view(text).substr(begin, at - begin));
        };
        for (std::size_t i = 0; i < text.size();) {
            std::size_t blank = 0;
            for (const std::string_view b : blanks) {
                if (std::string_view(text).substr(i).starts_with(b)) blank = b.size();
            }
            if (blank != 0) {
                end_word(i);
                begin = i + blank;
            }
            i += blank == 0 ? 1 : blank;
        }
        end_word(text.size());
        // In memory of its own length, so that a look beyond the end is noticed.
        const std::vector<char> tight(text.begin(), text.end());
        const std::string_view view(tight.data(), tight.size());
        const auto words = weft::par_words(view, weft::unicode).to_vector();
        CHECK(words == expected);
    }
    CHECK(weft::par_words("", weft::unicode).count() == 0);
    CHECK(weft::par_words("\xe3\x80\x80", weft::unicode).count() == 0);
    CHECK(weft::par_words("one\xe2\x80\x83two", weft::unicode).to_vector() ==
          std::vector<std::string_view>{"one", "two"});
    CHECK(weft::par_words("one\xe2\x80\x83two").count() == 1);
}
