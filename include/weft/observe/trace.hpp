// weft/observe/trace.hpp - a trace of what the threads do, for Perfetto or chrome://tracing.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/events.hpp>

#include <string_view>

namespace weft {

/// From now on, notes what happens: parallel regions, who takes work from whom, who waits and who sleeps, and the spans
/// of the program. When the program exits, or at end_trace(), it is written to the file `path` as Chrome trace events
/// in JSON. The environment variable WEFT_TRACE=FILE does the same for the whole program.
///
/// Each thread keeps its newest 32,768 events; older ones are dropped, and the file says how many. If a trace is being
/// made already, it goes on, and is written to `path`.
///
/// Throws:        std::bad_alloc.
/// Blocking:      no.
/// Thread safety: any thread may call it.
/// Cost:          see docs/observe.md. While there is no trace and no report, one relaxed load a region.
/// Example:       examples/observe/why_not_faster.cpp
void trace_to(std::string_view path);

/// Ends the trace and writes the file; does nothing if there is no trace.
///
/// Throws:        std::system_error if the file cannot be written; std::bad_alloc. At the exit of a program stderr says
///                so.
/// Blocking:      while the file is written. Other threads go on.
/// Thread safety: any thread may call it.
void end_trace();

/// A named part of the program in the trace: from the making of this object to its end, on one thread.
///
///     weft::trace_span span{"parse"};
///
/// The name is not copied: it must stay where it is until the program ends, as a literal does.
///
/// Spans on one thread may end in any order.
///
/// Thread safety: an object belongs to the thread that made it. In a coroutine it must not live across a suspension.
/// Cost:          a relaxed load while there is no trace.
class trace_span {
public:
    explicit trace_span(const char* name) noexcept : name_(detail::events_wanted() ? name : nullptr)
    {
        if (name_ != nullptr) [[unlikely]]
            detail::write_event({.kind = detail::event_kind::span_begin, .what = name_});
    }
    ~trace_span()
    {
        if (name_ != nullptr) [[unlikely]]
            detail::write_event({.kind = detail::event_kind::span_end, .what = name_});
    }
    trace_span(const trace_span&) = delete;
    trace_span& operator=(const trace_span&) = delete;

private:
    const char* const name_;  // null: it is not shown
};

}  // namespace weft
