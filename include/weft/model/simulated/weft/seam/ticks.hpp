// weft/model/simulated/weft/seam/ticks.hpp - the virtual time as ticks of a nanosecond.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/clock.hpp>

#include <cstdint>

namespace weft::detail {

inline std::uint64_t ticks() noexcept { return static_cast<std::uint64_t>(clock::now().time_since_epoch().count()); }

inline std::uint64_t ticks_per_microsecond() noexcept { return 1000; }

}  // namespace weft::detail
