// examples/demos/word_count.hpp - lines, words and bytes of files: parallel over files, and inside each file.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_split.hpp>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace word_count {

struct counts {
    std::size_t lines = 0;  // newlines, as wc counts them
    std::size_t words = 0;
    std::size_t bytes = 0;

    friend counts operator+(counts a, counts b) { return {a.lines + b.lines, a.words + b.words, a.bytes + b.bytes}; }
    friend bool operator==(const counts&, const counts&) = default;
};

inline std::string read(const std::string& name)
{
    std::ifstream file(name, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file) throw std::runtime_error(name + ": cannot be read");
    return text;
}

inline counts serial(std::string_view text)
{
    counts c{0, 0, text.size()};
    bool in_word = false;
    for (const char x : text) {
        const bool blank = x == ' ' || (x >= '\t' && x <= '\r');
        c.lines += x == '\n' ? 1 : 0;
        c.words += !blank && !in_word ? 1 : 0;
        in_word = !blank;
    }
    return c;
}

/// Two chains over one text, a line of code each.
inline counts parallel(std::string_view text)
{
    return {weft::par_matches(text, '\n').count(), weft::par_words(text).count(), text.size()};
}

inline std::vector<counts> serial(const std::vector<std::string>& names)
{
    std::vector<counts> all;
    for (const std::string& name : names) all.push_back(serial(read(name)));
    return all;
}

/// Files in parallel, and chains inside: a thread that has no file left helps with a large one. What read throws comes
/// out here, once all threads have finished their part.
inline std::vector<counts> parallel(const std::vector<std::string>& names)
{
    return weft::par_iter(names)
        .with_max_len(1)
        .map([](const std::string& name) { return parallel(read(name)); })
        .to_vector();
}

}  // namespace word_count
