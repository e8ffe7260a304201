// examples/iter/text.cpp - lines, words, matches and code points of a text.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_chars.hpp>
#include <weft/iter/par_lines.hpp>
#include <weft/iter/par_split.hpp>

#include <cstdio>
#include <string>
#include <string_view>

int main()
{
    std::string text;
    for (int i = 0; i < 10000; ++i)
        text +=
            "the quick brown fox, gr\xc3\xbc\xc3\x9f"
            "e; the lazy dog\n";

    const std::size_t lines = weft::par_lines(text).count();
    const std::size_t words = weft::par_words(text).count();
    const std::size_t thes = weft::par_matches(text, "the").count();
    const std::size_t points = weft::par_chars(text).count();
    const auto longest = weft::par_words(text).max({}, &std::string_view::size);

    std::printf("%zu lines, %zu words, %zu times \"the\", %zu code points, longest word: %zu bytes\n", lines, words,
                thes, points, longest->size());
    return lines == 10000 && words == 80000 && thes == 20000 && points == text.size() - 20000 ? 0 : 1;
}
