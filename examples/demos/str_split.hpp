// examples/demos/str_split.hpp - a text cut at its commas: the pieces refer to the text, and keep its order.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/rng.hpp>
#include <weft/iter/par_split.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace str_split {

inline std::vector<std::string_view> serial(std::string_view text)
{
    std::vector<std::string_view> pieces;
    for (std::size_t comma = text.find(','); comma != text.npos; comma = text.find(',')) {
        pieces.push_back(text.substr(0, comma));
        text.remove_prefix(comma + 1);
    }
    pieces.push_back(text);
    return pieces;
}

/// A thread that starts in the middle of a piece leaves it to the previous one: nobody has to cut the text first.
inline std::vector<std::string_view> parallel(std::string_view text) { return weft::par_split(text, ',').to_vector(); }

/// Letters, and on average every tenth character a comma.
inline std::string random_text(std::size_t size)
{
    weft::rng random(1);
    std::string text(size, ' ');
    for (char& c : text) c = random.below(10) == 0 ? ',' : static_cast<char>('a' + random.below(26));
    return text;
}

}  // namespace str_split
