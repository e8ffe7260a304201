// examples/blazing/debian_index.cpp
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "blazing/debian_index.hpp"

#include <algorithm>

namespace blazing {
namespace {

constexpr auto npos = std::string_view::npos;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

/// Where the line that begins at or before `at` ends: at its newline, or at the end of the text.
std::size_t line_end(std::string_view text, std::size_t at) { return std::min(text.find('\n', at), text.size()); }

bool blank(std::string_view line) { return line.find_first_not_of(" \t\r") == npos; }

/// The end of the paragraph at `at`: where its first blank line begins, or the end of the text.
std::size_t paragraph_end(std::string_view text, std::size_t at)
{
    while (at < text.size()) {
        const std::size_t end = line_end(text, at);
        if (blank(text.substr(at, end - at))) return at;
        at = end + 1;
    }
    return text.size();
}

/// Whether the line that position `at` lies in is blank as far as `at`.
bool blank_before(std::string_view text, std::size_t at)
{
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t' || text[at - 1] == '\r')) --at;
    return at == 0 || text[at - 1] == '\n';
}

/// The first line that begins in [from, to), follows a blank line, and is not blank itself; or `to`. Looks no farther
/// than that, so that a line that spans many chunks is not read by each of them.
std::size_t next_paragraph(std::string_view text, std::size_t from, std::size_t to)
{
    std::size_t at = from;
    bool after_blank = from == 0;
    if (from > 0) {
        // The end of the line that `from` lies in; or of the one before, if a line begins here.
        const std::size_t newline = text[from - 1] == '\n' ? from - 1 : text.substr(0, to).find('\n', from);
        if (newline == npos) return to;
        const std::size_t known = std::min(from, newline);
        after_blank = blank(text.substr(known, newline - known)) && blank_before(text, known);
        at = newline + 1;
    }
    while (at < to) {
        const std::size_t end = line_end(text, at);
        const bool is_blank = blank(text.substr(at, end - at));
        if (after_blank && !is_blank) return at;
        after_blank = is_blank;
        at = end + 1;
    }
    return to;
}

}  // namespace

std::optional<std::string_view> debian_index::value_in(std::string_view paragraph) const
{
    for (std::size_t at = 0; at < paragraph.size();) {
        std::size_t end = line_end(paragraph, at);
        const std::string_view line = paragraph.substr(at, end - at);
        const bool here = line.size() > field_.size() && line[field_.size()] == ':' &&
                          same_name(line.substr(0, field_.size()), field_);
        if (!here) {
            at = end + 1;
            continue;
        }
        while (end + 1 < paragraph.size() && (paragraph[end + 1] == ' ' || paragraph[end + 1] == '\t')) {
            end = line_end(paragraph, end + 1);
        }
        return paragraph.substr(at + field_.size() + 1, end - at - field_.size() - 1);
    }
    return std::nullopt;
}

chunk_report debian_index::search(std::string_view text, chunk c, searcher& s) const
{
    chunk_report report;
    std::size_t at = next_paragraph(text, c.begin, c.end);
    while (at < c.end) {
        const std::size_t end = paragraph_end(text, at);
        if (const auto value = value_in(text.substr(at, end - at))) {
            s.look(*value);
        } else {
            ++s.found.missing;
            if (!report.first_missing) report.first_missing = report.records;
        }
        ++s.found.records;
        ++report.records;
        at = next_paragraph(text, end, c.end);
    }
    report.end = c.end;
    return report;
}

}  // namespace blazing
