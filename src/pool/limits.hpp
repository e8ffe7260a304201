// src/pool/limits.hpp - how much a pool may grow. The model of the pool has a smaller one in its place.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/detail/split_deque.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

inline constexpr std::uint32_t max_substitutes = 64;  ///< threads that stand in for blocked ones
/// Callers from outside at once. A stolen job says who has it in few bits (job_state), which all seats of the largest
/// pool must fit.
inline constexpr std::uint32_t max_outsiders = job_state::max_thieves - 4096 - max_substitutes;
inline constexpr std::size_t slots_per_seat = 4096;  ///< jobs that one seat can have open, and one more
inline constexpr std::size_t tasks_at_first = 64;    ///< room in a seat's deques before they first grow

}  // namespace weft::detail
