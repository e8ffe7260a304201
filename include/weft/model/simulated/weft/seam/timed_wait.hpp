// weft/model/simulated/weft/seam/timed_wait.hpp - the seam for timed waits as a simulation sees it.
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
    return !model::detail::in_simulation() || model::detail::sleep_on(&word, old, &deadline, w);
}

}  // namespace weft::detail
