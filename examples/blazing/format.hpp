// examples/blazing/format.hpp - what the engines ask of a file format, so that each can split a text anywhere.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A text is cut into chunks of bytes without looking at it. Where records may begin depends on what came before (a
// newline inside quotes ends nothing), so there are two passes:
//   1. format.carries(chunk)    whether the chunk turns "outside quotes" into "inside" and back; all chunks in parallel
//   2. format.search(...)       all chunks in parallel, each now knowing the state that it begins in: it handles the
//                               records that *begin* in it, and reads on past its end to finish the last one
#pragma once

#include "blazing/tally.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace blazing {

/// A piece of the text, as positions, and the state at its beginning.
struct chunk {
    std::size_t begin;
    std::size_t end;
    bool inside;  ///< begins inside quotes
};

/// The first record of a chunk that is malformed, counted from 0 within the chunk.
struct chunk_report {
    std::size_t records = 0;
    std::size_t end = 0;  ///< where the search ended: the next chunk may begin here, outside quotes
    std::optional<std::size_t> first_missing;
    std::optional<std::size_t> first_quoting;
    std::optional<std::size_t> unclosed;  ///< the record whose quotes never end
};

class format {
public:
    virtual ~format() = default;

    /// Whether the quotes in `text` change the state from outside to inside, or back.
    [[nodiscard]] virtual bool carries(std::string_view text) const = 0;

    /// Passes the fields of the records that begin in `c` to `s`.
    virtual chunk_report search(std::string_view text, chunk c, searcher& s) const = 0;
};

}  // namespace blazing
