// weft/seam/clock.hpp - the seam for time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/chrono.hpp>

namespace weft::detail {

/// The clock of every deadline and time-out in weft.
struct clock {
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    static time_point now() noexcept { return std::chrono::steady_clock::now(); }
};

}  // namespace weft::detail
