// src/pool/probes.hpp - probes for tracers of the system (perf, bpftrace, SystemTap): a `nop` each, which they find by its name.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#ifdef WEFT_HAS_SDT
#include <sys/sdt.h>
#endif

namespace weft::detail::probes {

/// weft:steal: the thread at place `thief` takes a job of place `victim`; the name of its function, among other words, or null.
inline void steal([[maybe_unused]] std::uint32_t thief, [[maybe_unused]] std::uint32_t victim,
                  [[maybe_unused]] const char* name) noexcept
{
#ifdef WEFT_HAS_SDT
    DTRACE_PROBE3(weft, steal, thief, victim, name);
#endif
}

/// weft:park: the thread at `place` has found no work, and goes to sleep.
inline void park([[maybe_unused]] std::uint32_t place) noexcept
{
#ifdef WEFT_HAS_SDT
    DTRACE_PROBE1(weft, park, place);
#endif
}

/// weft:region: a parallel region begins, which stands at `line` of `file`; how many items, 0 if it is not known. Only while
/// somebody wants to know: see WEFT_PROBES.
inline void region([[maybe_unused]] const char* file, [[maybe_unused]] std::uint32_t line,
                   [[maybe_unused]] std::uint64_t items) noexcept
{
#ifdef WEFT_HAS_SDT
    DTRACE_PROBE3(weft, region, file, line, items);
#endif
}

}  // namespace weft::detail::probes
