// examples/blazing/csv.cpp
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "blazing/csv.hpp"

#include <algorithm>
#include <stdexcept>

namespace blazing {
namespace {

constexpr auto npos = std::string_view::npos;

/// The first position in [from, to) after a newline outside quotes, given the state at `from`; npos if there is none.
std::size_t after_newline(std::string_view text, std::size_t from, std::size_t to, bool inside)
{
    for (std::size_t i = from; i < to; ++i) {
        if (text[i] == '"') {
            inside = !inside;
        } else if (text[i] == '\n' && !inside) {
            return i + 1;
        }
    }
    return npos;
}

/// Without the carriage return before a record's newline.
std::string_view strip_return(std::string_view line)
{
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

}  // namespace

csv_field read_csv_field(std::string_view text, std::size_t at)
{
    csv_field f;
    std::size_t i = at;
    std::size_t last_quote = 0;
    bool inside = false;
    for (; i < text.size(); ++i) {
        if (inside) {
            i = std::min(text.find('"', i), text.size());
            if (i == text.size()) break;
        }
        const char c = text[i];
        if (c == '"') {
            // A quote may open the field, close it, or reopen it right after one that closed it: the second of a pair.
            if (!inside && i != at && !(f.quotes % 2 == 0 && f.quotes > 0 && last_quote + 1 == i))
                f.well_formed = false;
            inside = !inside;
            last_quote = i;
            ++f.quotes;
        } else if (!inside && (c == ',' || c == '\n')) {
            break;
        }
    }
    f.closed = !inside;
    f.raw = text.substr(at, i - at);
    f.ends_record = i == text.size() || text[i] == '\n';
    f.next = std::min(i + 1, text.size());
    if (f.ends_record) f.raw = strip_return(f.raw);
    if (f.quotes > 0 && f.closed && !f.raw.ends_with('"')) f.well_formed = false;  // something after the closing quote
    return f;
}

std::string_view csv_value(const csv_field& field, std::string& scratch)
{
    if (field.quotes == 0 || !field.well_formed || !field.closed) return field.raw;
    const std::string_view inner = field.raw.substr(1, field.raw.size() - 2);
    if (field.quotes == 2) return inner;
    scratch.clear();
    for (std::size_t at = 0; at < inner.size();) {
        const std::size_t quote = std::min(inner.find('"', at), inner.size());
        scratch.append(inner.substr(at, quote + 1 - at));  // with the first quote of the two
        at = quote + 2;
    }
    return scratch;
}

csv::csv(std::string_view text, std::string_view column)
{
    std::string scratch;
    std::string names;
    bool found = false;
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // some spreadsheets begin with it
    for (std::size_t at = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0, number = 0;; ++number) {
        const csv_field f = read_csv_field(text, at);
        if (!f.closed) throw std::invalid_argument("the header (record 0) has a quote that is never closed");
        const std::string_view name = csv_value(f, scratch);
        if (name == column && !found) {
            column_ = number;
            found = true;
        }
        if (names.size() < 1000) names.append(number == 0 ? "" : ", ").append(name.substr(0, 40));
        at = f.next;
        if (f.ends_record) break;
    }
    body_ = std::min(after_newline(text, 0, text.size(), false), text.size());
    if (!found)
        throw std::invalid_argument("there is no column '" + std::string(column) + "'; the header names: " + names);
}

bool csv::carries(std::string_view text) const { return std::count(text.begin(), text.end(), '"') % 2 != 0; }

chunk_report csv::search(std::string_view text, chunk c, searcher& s) const
{
    chunk_report report;
    std::string scratch;
    std::size_t at = c.begin;
    // If the chunk begins inside a record, that belongs to the chunk before.
    if (c.begin > body_ && (c.inside || text[c.begin - 1] != '\n')) at = after_newline(text, c.begin, c.end, c.inside);

    while (at < c.end) {  // also ends if at is npos
        if (text[at] == '\n' || (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n')) {  // an empty line
            at += text[at] == '\r' ? 2 : 1;
            continue;
        }
        std::optional<csv_field> wanted;
        bool well_formed = true;
        for (std::size_t number = 0;; ++number) {
            const csv_field f = read_csv_field(text, at);
            at = f.next;
            well_formed = well_formed && f.well_formed;
            if (!f.closed) report.unclosed = report.records;
            if (number == column_) wanted = f;
            if (f.ends_record) break;
        }
        if (wanted) {
            s.look(csv_value(*wanted, scratch));
        } else {
            ++s.found.missing;
            if (!report.first_missing) report.first_missing = report.records;
        }
        if (!well_formed) {
            ++s.found.quoting;
            if (!report.first_quoting) report.first_quoting = report.records;
        }
        ++s.found.records;
        ++report.records;
    }
    report.end = std::max(std::min(at, text.size()), c.end);
    return report;
}

}  // namespace blazing
