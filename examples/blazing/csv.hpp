// examples/blazing/csv.hpp - comma-separated values according to RFC 4180.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A quote switches between inside and outside, wherever it stands; a comma or newline ends a field or record only
// outside. That is RFC 4180 for well-formed text. A record with a quote where the RFC allows none is still read by this
// rule, and counted.
#pragma once

#include "blazing/format.hpp"

#include <string>
#include <vector>

namespace blazing {

/// One field as written in the text.
struct csv_field {
    std::string_view raw;  ///< with its quotes
    std::size_t quotes = 0;
    bool well_formed = true;  ///< quotes, if any, around the whole; doubled inside
    bool ends_record = false;
    bool closed = true;    ///< false: the text ended inside quotes
    std::size_t next = 0;  ///< where the next field or record begins
};

/// Reads the field that begins at `at`.
csv_field read_csv_field(std::string_view text, std::size_t at);

/// The value of a field: without surrounding quotes, and with doubled ones single. Refers to the text, or to `scratch`.
std::string_view csv_value(const csv_field& field, std::string& scratch);

class csv final : public format {
public:
    /// Reads the header, the first record of `text`, and looks for the column there. Throws std::invalid_argument that
    /// names the columns, if there is none of this name.
    csv(std::string_view text, std::string_view column);

    /// Where the records begin, after the header.
    [[nodiscard]] std::size_t body() const noexcept { return body_; }

    [[nodiscard]] bool carries(std::string_view text) const override;
    chunk_report search(std::string_view text, chunk c, searcher& s) const override;

private:
    std::size_t column_ = 0;
    std::size_t body_ = 0;
};

}  // namespace blazing
