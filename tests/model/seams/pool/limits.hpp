// tests/model/seams/pool/limits.hpp - how much a pool may grow, for the scenarios: each atomic costs the checker time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

inline constexpr std::size_t most_threads = 8;
inline constexpr std::uint32_t places_per_chunk = 8;
inline constexpr std::uint32_t threads_per_group = 1;
inline constexpr std::uint32_t max_chunks = 1;
inline constexpr std::size_t slots_per_place = 4;
inline constexpr std::size_t tasks_at_first = 2;
inline constexpr std::size_t ready_per_place = 2;
inline constexpr unsigned spare_seconds = 0;      ///< for ever
inline constexpr unsigned line_milliseconds = 0;  ///< for ever
inline constexpr unsigned single_microseconds = 0;

}  // namespace weft::detail
