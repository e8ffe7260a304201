// src/observe/trace.cpp - a trace of what the threads do.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/observe/trace.hpp>

#include "observe/output.hpp"
#include "observe/recorder.hpp"
#include "observe/trace_file.hpp"

#include <weft/seam/ticks.hpp>

namespace weft {

void trace_to(std::string_view path)
{
    static_cast<void>(detail::ticks_per_microsecond());  // measured now
    detail::at_exit();
    detail::recorder::instance().trace_to(path);
}

void end_trace()
{
    std::string path;
    detail::recorded_trace trace;
    if (!detail::recorder::instance().end_trace(path, trace.events, trace.threads, trace.dropped)) return;
    detail::write_file(path, detail::trace_json(trace, static_cast<double>(detail::ticks_per_microsecond())));
}

}  // namespace weft
