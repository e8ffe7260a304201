// examples/blazing/generate.hpp - CSV text whose answer is known by construction.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace blazing {

/// What a search for (blazing|blazingly|\d+) in the column "readme" must find.
struct truth {
    std::size_t records = 0;
    std::size_t matching = 0;
    std::size_t matches = 0;
    std::size_t blazing = 0;  ///< matches of "blazing", however it is written and goes on
};

/// Appends records "id,name,readme,downloads" to `out`, with a header if it is empty, until it has at least `bytes`
/// bytes. Readmes have commas, doubled quotes and newlines inside quotes. The same seed gives the same text.
truth generate_csv(std::string& out, std::size_t bytes, std::uint64_t seed);

}  // namespace blazing
