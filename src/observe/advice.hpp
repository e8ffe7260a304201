// src/observe/advice.hpp - what the numbers of a report mean, in words.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/observe/report.hpp>

#include <chrono>
#include <string>

namespace weft::detail {

/// What to do about a region, in a sentence.
[[nodiscard]] std::string advice_for(const region_report& r);

/// The type in what words_with_type() has given; `(a call from outside)` for null.
[[nodiscard]] std::string type_in(const char* words);

/// Three digits and a unit.
[[nodiscard]] std::string time_text(std::chrono::nanoseconds t);

/// Of a whole, in percent; 0 of nothing.
[[nodiscard]] double percent(std::chrono::nanoseconds part, std::chrono::nanoseconds whole);

/// As printf.
[[nodiscard]] [[gnu::format(printf, 1, 2)]] std::string words(const char* format, ...);

}  // namespace weft::detail
