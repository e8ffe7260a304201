// src/pool/limits.hpp - how much a pool may grow. The model of the pool has a smaller file in its place.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

inline constexpr std::size_t most_threads = 4096;  ///< of one pool
inline constexpr std::uint32_t places_per_chunk = 64;
inline constexpr std::uint32_t threads_per_group = 8;  ///< that count together who of them looks for work
/// With the above: callers from outside, and threads, blocked ones and their stand-ins included, in one pool at once.
inline constexpr std::uint32_t max_chunks = 1024;
inline constexpr std::size_t slots_per_place = 4096;  ///< jobs that one place can have open, plus one
inline constexpr std::size_t tasks_at_first = 64;     ///< room in a place's deques before they first grow
inline constexpr std::size_t ready_per_place = 1024;  ///< coroutines that one place can have ready without a lock
inline constexpr unsigned spare_seconds = 5;          ///< how long a spare thread stays without a seat
inline constexpr unsigned line_milliseconds = 10;     ///< how long a line for seats may stand still; see seats.cpp
inline constexpr unsigned single_microseconds = 1;    ///< how long a lone ready coroutine is left where it is

}  // namespace weft::detail
