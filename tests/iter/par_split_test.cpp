// tests/iter/par_split_test.cpp - texts and sequences in pieces: par_split and its kind, par_matches, par_words.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/rng.hpp>
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_split.hpp>

#include "check_chain.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using strings = std::vector<std::string_view>;

strings split(std::string_view text, std::string_view by, bool inclusive)
{
    strings all;
    std::size_t begin = 0;
    for (std::size_t at = text.find(by); at != std::string_view::npos; at = text.find(by, begin)) {
        all.push_back(text.substr(begin, at - begin + (inclusive ? by.size() : 0)));
        begin = at + by.size();
    }
    if (!inclusive || begin < text.size()) all.push_back(text.substr(begin));
    return all;
}

std::string random_text(std::size_t n, std::uint64_t seed)
{
    weft::rng random(seed);
    std::string s(n, ' ');
    for (char& c : s) c = "ab, "[random.below(4)];
    return s;
}

}  // namespace

TEST_CASE("par_split, par_split_inclusive, par_matches: strings, chars, sets and functions")
{
    std::vector<std::string> texts{"", "a", ",", ",,", "a,b", ",a,", "aaaa", "aaaaa", "ababa", "ab,ab", "abab"};
    for (std::uint64_t seed = 0; seed < 12; ++seed) texts.push_back(random_text(1 + seed * 4, seed));
    for (const std::string& text : texts) {
        for (const char* by : {",", "a", "ab", "aa", "aba", ", ", "abc"}) {
            test::check_chain([&] { return weft::par_split(text, by); }, split(text, by, false));
            test::check_chain([&] { return weft::par_split_inclusive(text, by); }, split(text, by, true));
            const auto count = static_cast<std::ptrdiff_t>(split(text, by, false).size()) - 1;
            test::check_chain([&] { return weft::par_matches(text, std::string(by)); },
                              strings(static_cast<std::size_t>(count), by));
        }
        test::check_chain([&] { return weft::par_split(text, ','); }, split(text, ",", false));
        const auto comma = [](char c) { return c == ','; };
        test::check_chain([&] { return weft::par_split(text, comma); }, split(text, ",", false));
        test::check_chain([&] { return weft::par_split_inclusive(text, comma); }, split(text, ",", true));
        std::string same = text;
        std::replace(same.begin(), same.end(), ' ', ',');
        strings by_set = split(same, ",", false);
        for (auto& s : by_set)
            s = std::string_view(text).substr(static_cast<std::size_t>(s.data() - same.data()), s.size());
        test::check_chain([&] { return weft::par_split(text, std::array<char, 2>{',', ' '}); }, by_set);
    }
    CHECK_THROWS_AS(weft::par_split("abc", ""), std::invalid_argument);
    CHECK_THROWS_AS(weft::par_matches("abc", ""), std::invalid_argument);
}

TEST_CASE("par_split_terminator: as par_split, without an empty last piece")
{
    const auto without_empty_end = [](auto pieces) {
        if (pieces.back().empty()) pieces.pop_back();
        return pieces;
    };
    std::vector<std::string> texts{"", "a", ",", ",,", "a,", ",a", "a,b", ",a,", "aa", "aaa", "a,,"};
    for (std::uint64_t seed = 0; seed < 8; ++seed) texts.push_back(random_text(1 + seed * 4, seed));
    for (const std::string& text : texts) {
        for (const char* by : {",", "a", "aa", ", "}) {
            test::check_chain([&] { return weft::par_split_terminator(text, by); },
                              without_empty_end(split(text, by, false)));
        }
        const auto comma = [](char c) { return c == ','; };
        const strings by_comma = without_empty_end(split(text, ",", false));
        test::check_chain([&] { return weft::par_split_terminator(text, ','); }, by_comma);
        test::check_chain([&] { return weft::par_split_terminator(text, comma); }, by_comma);
    }
    const std::vector<int> v{1, 0, 2, 0, 0};
    const auto sizes = weft::par_split_terminator(v, [](int x) {
                           return x == 0;
                       }).map([](std::span<const int> part) {
                             return part.size();
                         }).to_vector();
    CHECK(sizes == std::vector<std::size_t>{1, 1, 0});
}

TEST_CASE("par_match_indices: where each match is, as a search from the left")
{
    std::vector<std::string> texts{"", "a", "aa", "aaaaa", "ababa", "b,b"};
    for (std::uint64_t seed = 0; seed < 8; ++seed) texts.push_back(random_text(1 + seed * 5, seed));
    for (const std::string& text : texts) {
        for (const std::string by : {"a", "aa", "aba", ", "}) {
            std::vector<std::pair<std::size_t, std::string_view>> expected;
            for (std::size_t at = text.find(by); at != std::string::npos; at = text.find(by, at + by.size())) {
                expected.emplace_back(at, std::string_view(text).substr(at, by.size()));
            }
            test::check_chain([&] { return weft::par_match_indices(text, by); }, expected);
        }
        const auto places =
            weft::par_match_indices(text, 'b').map([](std::size_t at, std::string_view) { return at; }).to_vector();
        CHECK(places == weft::par_iter(text).positions([](char c) { return c == 'b'; }).to_vector());
    }
    CHECK_THROWS_AS(weft::par_match_indices("abc", ""), std::invalid_argument);
}

TEST_CASE("par_words, par_bytes: what isspace separates, and every byte")
{
    for (std::string_view text : {"", " ", "a", " a b\tc\n\nd ", "one two", "\r\n x\v\fy"}) {
        strings words;
        for (std::size_t i = 0; i < text.size();) {
            std::size_t j = i;
            while (j < text.size() && std::string_view(" \t\n\v\f\r").find(text[j]) == std::string_view::npos) ++j;
            if (j > i) words.push_back(text.substr(i, j - i));
            i = j + 1;
        }
        test::check_chain([&] { return weft::par_words(text); }, words);
        test::check_chain([&] { return weft::par_bytes(text); }, std::vector<unsigned char>(text.begin(), text.end()));
    }
    const std::string large = random_text(300'000, 5);
    CHECK(weft::par_split(large, "ab").count() == split(large, "ab", false).size());
    CHECK(weft::par_bytes(large).filter([](unsigned char c) { return c == ','; }).count() ==
          static_cast<std::size_t>(std::count(large.begin(), large.end(), ',')));
}
