// tests/iter/text_test.cpp - lines, pieces, words and matches of long texts, against plain loops.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_lines.hpp>
#include <weft/iter/par_split.hpp>

#include "check_chain.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using pieces = std::vector<std::string_view>;

/// A text whose separators are about `every` bytes apart; if `every` is 0, there are none.
std::string random_text(std::size_t n, std::uint32_t every, std::string_view separators, std::uint32_t seed)
{
    std::string s;
    std::uint32_t x = seed;
    for (std::size_t i = 0; i < n; ++i) {
        x = x * 1664525u + 1013904223u;
        const std::uint32_t r = x >> 8;
        if (every != 0 && r % every == 0) {
            s += separators[r / 7 % separators.size()];
        } else {
            s += static_cast<char>('a' + r % 3);
        }
    }
    return s;
}

pieces split_plainly(std::string_view text, std::string_view separators)
{
    pieces out;
    std::size_t begin = 0;
    for (;;) {
        const std::size_t at = text.find_first_of(separators, begin);
        if (at == std::string_view::npos) break;
        out.push_back(text.substr(begin, at - begin));
        begin = at + 1;
    }
    out.push_back(text.substr(begin));
    return out;
}

std::vector<std::size_t> find_plainly(std::string_view text, std::string_view wanted)
{
    std::vector<std::size_t> out;
    for (std::size_t at = 0; (at = text.find(wanted, at)) != std::string_view::npos; at += wanted.size()) {
        out.push_back(at);
    }
    return out;
}

/// All positions of the chain run in pieces of `length`.
template <class Chain>
auto in_blocks(const Chain& chain, std::size_t length)
{
    auto all = test::items_of(chain, 0, 0);
    for (std::size_t lo = 0; lo < chain.extent(); lo += length) {
        for (auto& x : test::items_of(chain, lo, std::min(chain.extent(), lo + length))) all.push_back(x);
    }
    return all;
}

template <class Chain, class Expected>
bool gives(const Chain& chain, const Expected& expected)
{
    bool right = true;
    for (std::size_t length : {1u, 63u, 64u, 65u, 1000u, 100000u}) {
        if (length == 1 && chain.extent() > 3000) continue;
        right = right && in_blocks(chain, length) == expected;
    }
    Chain again = chain;
    return right && again.to_vector() == expected;
}

}  // namespace

TEST_CASE("text: splits long texts at a char or a set as a plain loop does")
{
    bool right = true;
    for (std::size_t n : {0u, 1u, 63u, 64u, 65u, 127u, 128u, 1023u, 1024u, 1025u, 5000u}) {
        for (std::uint32_t every : {0u, 1u, 2u, 10u, 200u}) {
            const std::string text = random_text(n, every, ",; ", static_cast<std::uint32_t>(n));
            right = right && gives(weft::par_split(text, ','), split_plainly(text, ","));
            right = right && gives(weft::par_split(text, std::array{',', ';', ' '}), split_plainly(text, ",; "));
            right = right && gives(weft::par_split(text, [](char c) { return c == ';'; }), split_plainly(text, ";"));
        }
    }
    CHECK(right);
}

TEST_CASE("text: lines and words of long texts")
{
    bool right = true;
    for (std::size_t n : {0u, 1u, 64u, 1024u, 5000u}) {
        for (std::uint32_t every : {0u, 1u, 5u, 100u}) {
            const std::string text = random_text(n, every, "\n\r \t", static_cast<std::uint32_t>(n) + 1);
            pieces lines = split_plainly(text, "\n");
            if (lines.back().empty()) lines.pop_back();
            for (std::size_t i = 0; i < lines.size(); ++i) {
                const bool ended = lines[i].data() + lines[i].size() != text.data() + text.size();
                if (ended && lines[i].ends_with('\r')) lines[i].remove_suffix(1);
            }
            right = right && gives(weft::par_lines(text), lines);
            pieces words = split_plainly(text, " \t\n\v\f\r");
            std::erase_if(words, [](std::string_view w) { return w.empty(); });
            right = right && gives(weft::par_words(text), words);
        }
    }
    CHECK(right);
}

TEST_CASE("text: finds strings of every length, also those that overlap themselves")
{
    bool right = true;
    for (std::size_t n : {0u, 1u, 64u, 200u, 1024u, 3000u}) {
        const std::string text = random_text(n, 5, "xy", static_cast<std::uint32_t>(n) + 2);
        std::vector<std::string> wanted{"a", "x", "ab", "aa", "xa", "abc", "aba", "abca", "yyyy"};
        for (std::size_t length : {5u, 64u, 65u, 130u}) {
            if (n >= length + 20) wanted.push_back(text.substr(n - length - 1, length));
            if (n >= length) wanted.push_back(text.substr(n - length));
        }
        for (const std::string& w : wanted) {
            const auto places = find_plainly(text, w);
            std::vector<std::size_t> found;
            for (std::string_view m : weft::par_matches(text, w).to_vector()) {
                found.push_back(static_cast<std::size_t>(m.data() - text.data()));
                right = right && m == w;
            }
            right = right && found == places;
            const auto parts = weft::par_split(text, w).to_vector();
            right = right && parts.size() == places.size() + 1;
            right = right && gives(weft::par_split(text, w), parts);
            std::string joined;
            for (std::size_t i = 0; i < parts.size(); ++i) joined += (i == 0 ? "" : w) + std::string(parts[i]);
            right = right && joined == text;
        }
    }
    CHECK(right);
}
