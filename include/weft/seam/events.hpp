// weft/seam/events.hpp - the seam through which the layers below tell the layer observe what happens.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Nobody is told anything on hot paths. Where something slow happens anyway (a region begins, a job is stolen, a thread
// goes to sleep) one relaxed load asks whether anybody wants to know. The layer observe puts its function here while it
// does: so the pool knows nothing of it, and includes go downwards.
#pragma once

#include <weft/seam/atomic.hpp>
#include <weft/seam/event_note.hpp>
#include <weft/seam/shared.hpp>

namespace weft::detail {

struct WEFT_ONCE_PER_PROCESS event_seam {
    using function = void (*)(const event_note&) noexcept;
    /// Null while nobody wants to know. Relaxed: the function finds all that it needs by itself.
    inline static constinit atomic<function> writer{nullptr};
    /// The same for what coroutines do, some of them each in less time than it takes to tell: only a trace wants it.
    inline static constinit atomic<function> task_writer{nullptr};
    /// Sees the blocks of loops, of some microseconds each: only a report wants them. It may keep a thread waiting between
    /// two of them.
    using block_function = void (*)(const loop_block&) noexcept;
    inline static constinit atomic<block_function> block_watcher{nullptr};
};

/// Whether anybody wants to know what happens.
[[nodiscard]] inline bool events_wanted() noexcept { return event_seam::writer.load(order::relaxed) != nullptr; }

/// Tells what has happened on this thread, if anybody still wants to know.
[[gnu::noinline, gnu::cold]] inline void write_event(const event_note& note) noexcept
{
    if (const auto write = event_seam::writer.load(order::relaxed)) write(note);
}

[[nodiscard]] inline bool task_events_wanted() noexcept
{
    return event_seam::task_writer.load(order::relaxed) != nullptr;
}

[[gnu::noinline, gnu::cold]] inline void write_task_event(const event_note& note) noexcept
{
    if (const auto write = event_seam::task_writer.load(order::relaxed)) write(note);
}

[[nodiscard]] inline bool blocks_wanted() noexcept { return event_seam::block_watcher.load(order::relaxed) != nullptr; }

[[gnu::noinline, gnu::cold]] inline void show_block(const loop_block& block) noexcept
{
    if (const auto watch = event_seam::block_watcher.load(order::relaxed)) watch(block);
}

/// Looks, the first time, whether the environment asks for a trace or a report. Defined by the layer observe; called
/// where a pool is made, so that it is linked into every program that has one.
void watch_if_asked() noexcept;

}  // namespace weft::detail
