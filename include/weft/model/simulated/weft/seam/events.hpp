// weft/model/simulated/weft/seam/events.hpp - nobody is told what happens in a simulation: its result says it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/event_note.hpp>

namespace weft::detail {

[[nodiscard]] constexpr bool events_wanted() noexcept { return false; }
inline void write_event(const event_note&) noexcept {}
[[nodiscard]] constexpr bool task_events_wanted() noexcept { return false; }
inline void write_task_event(const event_note&) noexcept {}
[[nodiscard]] constexpr bool blocks_wanted() noexcept { return false; }
inline void show_block(const loop_block&) noexcept {}
inline void watch_if_asked() noexcept {}

}  // namespace weft::detail
