// weft/iter/par_lines.hpp - par_lines: the lines of a text.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/detail/separator.hpp>
#include <weft/iter/detail/text_over.hpp>
#include <weft/iter/par_iter.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace weft {

namespace detail {

/// A position is a byte. A line belongs to the piece where its first byte lies, so pieces need not know of each other.
class lines_source : public par_iterator<lines_source>, public source_base {
public:
    static constexpr indexing index_grade = indexing::none;
    using item = std::string_view;

    explicit lines_source(std::string_view text) : text_(text) {}

    [[nodiscard]] std::size_t extent() const { return text_.size(); }

    template <class Sink>
    auto run(piece p, Sink& sink) const
    {
        using result = answer<Sink, item>;
        const char* const text = text_.data();
        const std::size_t end = text_.size();
        char_finder::room room;
        auto cursor = char_finder{'\n'}.cursor(text_, room);
        std::size_t line = p.lo;
        if (line > 0 && text[line - 1] != '\n') line = cursor.find(line, p.hi) + 1;
        while (line < p.hi) {
            const std::size_t newline = cursor.find(line, end);
            std::size_t last = newline;
            if (last != line && last != end && text[last - 1] == '\r') --last;
            if (!sink(std::string_view(text + line, last - line))) return result(false);
            line = newline + 1;
        }
        return result(true);
    }

private:
    std::string_view text_;
};

}  // namespace detail

/// The lines of a text, without their ends: `\n`, and one `\r` before it. A text that ends with a newline has no empty
/// last line. The items refer to the text, which must outlive the chain; a temporary std::string is a compile-time
/// error.
///
/// Cost: one pass over the text, at about the speed of memory.
template <class Text>
auto par_lines(Text&& text)
{
    return detail::lines_source(detail::text_over(std::forward<Text>(text)));
}

}  // namespace weft
