// src/observe/trace_file.hpp - events as a file for Perfetto.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "observe/event_ring.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weft::detail {

/// What is known when a trace ends.
struct recorded_trace {
    std::vector<timed_event> events;  ///< by time
    std::vector<std::pair<std::uint32_t, std::string>> threads;
    std::uint64_t dropped = 0;
};

/// As Chrome trace events in JSON.
[[nodiscard]] std::string trace_json(const recorded_trace& trace, double ticks_per_microsecond);

}  // namespace weft::detail
