// tests/model/seams/pool/limits.hpp - how much a pool may grow, for the scenarios: each atomic costs the checker time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

inline constexpr std::uint32_t max_substitutes = 2;
inline constexpr std::uint32_t max_outsiders = 2;
inline constexpr std::size_t slots_per_seat = 4;
inline constexpr std::size_t tasks_at_first = 2;

}  // namespace weft::detail
