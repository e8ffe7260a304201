// examples/demos/find.hpp - a search in a lot of data: for the first match, or for any.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/rng.hpp>
#include <weft/iter/par_iter.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace find {

using numbers = std::vector<std::uint32_t>;

/// All random numbers are even, and the needles are odd. A lambda is compiled into the loop; a function would be called
/// through its address, for each number.
inline constexpr auto is_needle = [](std::uint32_t x) { return x % 2 == 1; };

inline std::optional<std::uint32_t> first_serial(const numbers& hay)
{
    const auto found = std::find_if(hay.begin(), hay.end(), is_needle);
    return found == hay.end() ? std::nullopt : std::optional(*found);
}

/// The same answer as the serial twin's: what lies before a match must still be searched.
inline std::optional<std::uint32_t> first_weft(const numbers& hay) { return weft::par_iter(hay).find_first(is_needle); }

/// Ends as soon as some thread has met a match. Which one that is may change from run to run.
inline std::optional<std::uint32_t> any_weft(const numbers& hay) { return weft::par_iter(hay).find_any(is_needle); }

/// Even numbers, and needles (1, 3, 5, ...) at two thirds, at three quarters and at the end.
inline numbers haystack(std::size_t n)
{
    weft::rng random(1);
    numbers hay(n);
    for (std::uint32_t& x : hay) x = 2 * random.below(1U << 30U);
    if (n != 0) hay[n - 1] = 5, hay[n / 4 * 3] = 3, hay[n / 3 * 2] = 1;
    return hay;
}

}  // namespace find
