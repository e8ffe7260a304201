// tests/iter/par_lines_test.cpp - par_lines: the lines of a text.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/rng.hpp>
#include <weft/iter/par_lines.hpp>

#include "check_chain.hpp"

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        if (!in.eof() && !line.empty() && line.back() == '\r') line.pop_back();
        lines.push_back(line);
    }
    return lines;
}

}  // namespace

TEST_CASE("par_lines: any text, cut at every byte")
{
    std::vector<std::string> texts{
        "",           "\n",     "a",      "a\n",     "\n\n",
        "a\r\nb\r\n", "\r",     "\r\n",   "a\r",     "one\n\ntwo",
        "\nx",        "\r\r\n", "ab\ncd", "a\n\r\n", "long line here\nshort\n\n\nend of it all"};
    weft::rng random(7);
    for (int k = 0; k < 50; ++k) {
        std::string text(random.below(60), ' ');
        for (char& c : text) c = "ab\n\r"[random.below(4)];
        texts.push_back(text);
    }
    for (const std::string& text : texts) {
        test::check_chain([&] { return weft::par_lines(text).map([](std::string_view s) { return std::string(s); }); },
                          lines_of(text));
    }
}
