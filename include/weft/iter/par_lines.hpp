// weft/iter/par_lines.hpp - par_lines: the lines of a text.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/par_iter.hpp>

#include <cstddef>
#include <cstring>
#include <string_view>

namespace weft {

namespace detail {

/// A position is a byte. A line belongs to the piece where its first byte lies, so pieces need not know each other.
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
        const char* const end = text + text_.size();
        const char* const limit = text + p.hi;
        const char* line = text + p.lo;
        if (p.lo > 0 && line[-1] != '\n') {
            line = find_newline(line, limit);
            if (line == limit) return result(true);
            ++line;
        }
        while (line < limit) {
            const char* const newline = find_newline(line, end);
            const char* last = newline;
            if (last != line && last != end && last[-1] == '\r') --last;
            if (!sink(std::string_view(line, static_cast<std::size_t>(last - line)))) return result(false);
            if (newline == end) break;
            line = newline + 1;
        }
        return result(true);
    }

private:
    static const char* find_newline(const char* from, const char* to)
    {
        if (from == to) return to;
        const void* found = std::memchr(from, '\n', static_cast<std::size_t>(to - from));
        return found == nullptr ? to : static_cast<const char*>(found);
    }

    std::string_view text_;
};

}  // namespace detail

/// The lines of a text, without their ends: `\n`, and one `\r` before it. A text that ends with a newline has no empty
/// last line. The items refer to the text.
///
/// Cost: one pass over the text with memchr.
inline auto par_lines(std::string_view text) { return detail::lines_source(text); }

}  // namespace weft
