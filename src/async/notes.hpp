// src/async/notes.hpp - what coroutines tell whoever wants to know.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/strand.hpp>
#include <weft/seam/events.hpp>

namespace weft::detail {

/// Out of line, as in pool/notes.hpp.
struct task_note_writer {
    [[gnu::noinline, gnu::cold]] static void tell(event_kind kind, const void* what) noexcept
    {
        detail::write_task_event({.kind = kind, .what = what});
    }
};

/// The strand that runs here is about to be suspended. To be called before anybody could let it go on. `kind`: what it
/// waits for, a static string; null: it need not wait after all.
inline void note_task_waits(const char* kind) noexcept
{
    if (detail::task_events_wanted()) [[unlikely]]
        task_note_writer::tell(event_kind::task_waits, kind);
}

/// This thread lets `s` go on, or begin. To be called before it can.
inline void note_task_ready(const strand& s) noexcept
{
    if (detail::task_events_wanted()) [[unlikely]]
        task_note_writer::tell(event_kind::task_ready, &s);
}

}  // namespace weft::detail
