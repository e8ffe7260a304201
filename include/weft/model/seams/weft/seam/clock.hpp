// weft/model/seams/weft/seam/clock.hpp - the seam for time as the model checker sees it: it stands still until a wait
// times out.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/hooks.hpp>

#include <chrono>

namespace weft::detail {

struct clock {
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    static time_point now() noexcept { return model::detail::now(); }
};

}  // namespace weft::detail
