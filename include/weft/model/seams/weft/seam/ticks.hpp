// weft/model/seams/weft/seam/ticks.hpp - the modelled time as ticks.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/clock.hpp>

#include <cstdint>

namespace weft::detail {

inline std::uint64_t ticks() noexcept { return static_cast<std::uint64_t>(clock::now().time_since_epoch().count()); }

inline std::uint64_t ticks_per_microsecond() noexcept { return 1; }

}  // namespace weft::detail
