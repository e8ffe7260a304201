// weft/model/seams/weft/seam/timed_wait.hpp - the seam for timed waits as the model checker sees them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/atomic.hpp>
#include <weft/seam/clock.hpp>

#include <cstdint>
#include <source_location>

namespace weft::detail {

inline bool wait_on_until(const atomic<std::uint32_t>& word, std::uint32_t old, clock::time_point deadline,
                          const std::source_location& w = std::source_location::current()) noexcept
{
    return word.futex_wait_until(old, deadline, w);
}

}  // namespace weft::detail
