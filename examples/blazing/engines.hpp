// examples/blazing/engines.hpp - the same search by a plain loop, by weft and by oneTBB.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "blazing/format.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace blazing {

/// Reports how many bytes are done; called by several threads at once. May be empty.
struct progress {
    void (*report)(void* to, std::size_t bytes) = nullptr;
    void* to = nullptr;
    void done(std::size_t bytes) const
    {
        if (report != nullptr) report(to, bytes);
    }
};

/// Something to search: the records that begin from position `body` on, before `end`.
struct job {
    std::string_view text;
    std::size_t body;
    const format& how;
    std::string pattern;
    progress watch{};
    std::size_t chunk_size = std::size_t{1} << 17;
    std::size_t end = std::string_view::npos;
    bool inside = false;  ///< `body` is inside quotes
};

/// What was found, and the numbers (from 1) of the first records that are malformed; 0: none.
struct result {
    tally found;
    std::size_t first_missing = 0;
    std::size_t first_quoting = 0;
    std::size_t unclosed = 0;

    friend bool operator==(const result&, const result&) = default;
};

/// One pass over the text, one thread.
result search_serial(const job& j);

/// Two passes over chunks, on weft's current pool.
result search_weft(const job& j);

/// Whether the text from `body` to `end` leads from outside quotes to inside, or back.
bool carries_weft(const job& j);

/// The same search with oneTBB, in the current arena.
result search_tbb(const job& j);

}  // namespace blazing
