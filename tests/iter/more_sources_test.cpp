// tests/iter/more_sources_test.cpp
#include <weft/base/rng.hpp>
#include <weft/iter/par_chars.hpp>
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_split.hpp>
#include <weft/iter/sources.hpp>

#include "check_chain.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
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

TEST_CASE("par_rchunks, par_chunk_by, par_split of a range")
{
    for (std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{17}, std::size_t{40}}) {
        std::vector<int> v(n);
        weft::rng random(n);
        for (int& x : v) x = static_cast<int>(random.below(3));
        const auto copy = [](auto span) { return std::vector<int>(span.begin(), span.end()); };
        for (std::size_t length : {std::size_t{1}, std::size_t{3}, std::size_t{50}}) {
            std::vector<std::vector<int>> expected;
            for (std::size_t end = n; end > 0; end -= std::min(end, length)) {
                expected.emplace_back(v.begin() + static_cast<std::ptrdiff_t>(end - std::min(end, length)),
                                      v.begin() + static_cast<std::ptrdiff_t>(end));
            }
            test::check_chain([&] { return weft::par_rchunks(v, length).map(copy); }, expected);
        }
        std::vector<std::vector<int>> runs;
        std::vector<std::vector<int>> parts(1);
        for (std::size_t i = 0; i < n; ++i) {
            if (i == 0 || v[i] != v[i - 1]) runs.emplace_back();
            runs.back().push_back(v[i]);
            if (v[i] == 0) {
                parts.emplace_back();
            } else {
                parts.back().push_back(v[i]);
            }
        }
        test::check_chain([&] { return weft::par_chunk_by(v, [](int a, int b) { return a == b; }).map(copy); }, runs);
        test::check_chain([&] { return weft::par_split(v, [](int x) { return x == 0; }).map(copy); }, parts);
        CHECK_THROWS_AS(weft::par_rchunks(v, 0), std::invalid_argument);
    }
}

TEST_CASE("par_iter: a chain that owns a list may be copied, and outlive what it was copied from")
{
    const auto texts = [] {
        return std::list<std::string>{"a text too long to be kept in place", "another long text"};
    };
    const auto length = [](const std::string& s) { return s.size(); };
    const auto copy_of_a_chain = [&] {
        auto chain = weft::par_iter(texts());
        return weft::par_iter(chain).map(length);
    };
    CHECK(copy_of_a_chain().sum() == 52);
    const auto constant = [&]() -> const std::list<std::string> { return texts(); };
    CHECK(weft::par_iter(constant()).map(length).filter([](std::size_t n) { return n > 0; }).sum() == 52);
}

TEST_CASE("par_iter: lists, sets and maps")
{
    std::map<std::string, int> ages{{"a", 1}, {"b", 2}, {"c", 3}};
    CHECK(weft::par_iter(ages).map([](const std::string&, int age) { return age; }).sum() == 6);
    weft::par_iter(ages).for_each([](const std::string&, int& age) { age *= 2; });
    CHECK(ages["c"] == 6);
    const std::set<int> some{3, 1, 2};
    test::check_chain([&] { return weft::par_iter(some); }, std::vector<int>{1, 2, 3});
    std::list<std::string> texts{"x", "y", "z"};
    test::check_chain([&] { return weft::par_iter(std::list<std::string>(texts)); },
                      std::vector<std::string>{"x", "y", "z"});
    const std::unordered_map<int, int> table{{1, 2}, {3, 4}};
    CHECK(weft::par_iter(table).map([](int k, int v) { return k * v; }).sum() == 14);
    CHECK(weft::par_drain(texts).rev().to_vector() == std::vector<std::string>{"z", "y", "x"});
    CHECK(texts.empty());
    std::vector<int> numbers{1, 2, 3};
    CHECK(weft::par_drain(numbers).sum() == 6);
    CHECK(numbers.empty());
}

TEST_CASE("par_repeat, par_once, par_empty")
{
    test::check_chain([] { return weft::par_repeat_n(std::string("x"), 3); }, std::vector<std::string>(3, "x"));
    test::check_chain([] { return weft::par_once(7); }, std::vector<int>{7});
    test::check_chain([] { return weft::par_empty<int>(); }, std::vector<int>());
    CHECK(weft::par_repeat(2).take(100).sum() == 200);
    CHECK(weft::par_range(0, 10).zip(weft::par_repeat(5)).map([](int a, int b) { return a * b; }).sum() == 225);
}

TEST_CASE("par_split_with: the parts make up the whole, in order")
{
    using range = std::pair<int, int>;
    const auto halve = [](range r) -> std::pair<range, std::optional<range>> {
        if (r.second - r.first < 3) return {r, std::nullopt};
        const int middle = r.first + (r.second - r.first) / 2;
        return {range{r.first, middle}, range{middle, r.second}};
    };
    for (int n : {0, 1, 5, 100, 100'000}) {
        const auto parts = weft::par_split_with(range{0, n}, halve).to_vector();
        int at = 0;
        bool in_order = true;
        for (const range& r : parts) {
            in_order = in_order && r.first == at;
            at = r.second;
        }
        CHECK(in_order);
        CHECK(at == n);
    }
}

TEST_CASE("par_walk_tree: as the recursion, before and after the children; deep trees")
{
    const auto children = [](int n) {
        std::vector<int> below;
        if (n < 100) {
            for (int k = 1; k <= n % 3 + 1; ++k) below.push_back(3 * n + k);
        }
        return below;
    };
    std::vector<int> before;
    std::vector<int> after;
    const auto walk = [&](const auto& self, int n) -> void {
        before.push_back(n);
        for (int child : children(n)) self(self, child);
        after.push_back(n);
    };
    walk(walk, 1);
    CHECK(weft::par_walk_tree(1, children).to_vector() == before);
    CHECK(weft::par_walk_tree_prefix(1, children).to_vector() == before);
    CHECK(weft::par_walk_tree_postfix(1, children).to_vector() == after);
    const auto list = [](int n) { return n > 0 ? std::vector<int>{n - 1} : std::vector<int>(); };
    CHECK(weft::par_walk_tree(20'000, list).count() == 20'001);
}

}  // namespace
