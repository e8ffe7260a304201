// examples/blazing/debian_index.hpp - Debian's package index: paragraphs of "Field: value" lines.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "blazing/format.hpp"

#include <string>

namespace blazing {

/// Paragraphs end at an empty line. A line that begins with a space or tab continues the previous value. The value
/// of the wanted field is searched, continuation lines included.
class debian_index final : public format {
public:
    /// `field` is a name like "Description"; case does not matter.
    explicit debian_index(std::string field) : field_(std::move(field)) {}

    [[nodiscard]] bool carries(std::string_view) const override { return false; }
    chunk_report search(std::string_view text, chunk c, searcher& s) const override;

    /// The value of the wanted field in one paragraph, if it is there.
    [[nodiscard]] std::optional<std::string_view> value_in(std::string_view paragraph) const;

private:
    std::string field_;
};

}  // namespace blazing
