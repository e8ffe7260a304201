// weft/model/simulated/weft/seam/clock.hpp - the seam for time as a simulation sees it: that of the thread that asks.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/simulated.hpp>
#include <weft/seam/chrono.hpp>

namespace weft::detail {

struct clock {
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    static time_point now() noexcept { return model::detail::simulated_now(); }
};

}  // namespace weft::detail
