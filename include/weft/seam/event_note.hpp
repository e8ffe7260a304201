// weft/seam/event_note.hpp - what can be told of a running program.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// What has happened on a thread. `at` is the place in a pool where the thread works, or null; the comments name what
/// else a note holds.
enum class event_kind : std::uint8_t {
    visit_begin,  ///< a caller from outside has a place in a pool; threads
    visit_end,
    /// what: the source file, a static string, or null for a part of the region around it; line; value: items, 0 if unknown;
    /// threads, slot
    region_begin,
    region_end,  ///< what: an object that it covers; or null, and it is the newest region of this thread
    /// what: the scope, or another object, which belongs to the region of this thread; threads: that may help, or 0
    scope_open,
    long_block,  ///< value: ticks that one block of this region has taken, if that was long
    slowdown,  ///< value: the bits of a float, how many times as long an item of this region takes while other threads
               ///< work, too; threads: that worked then
    steal,     ///< runs a job; what: the place it is from; slot: there; value: a name, or 0; line: its own first slot
    job_end,
    wait_begin,  ///< the thread has found nothing to do that it may do while it waits
    wait_end,
    search,       ///< a thread of the pool looks for work
    found,        ///< and has found it; what: the scope it is for, or null; value: 1 for a job, which a `steal` follows
    sleep,        ///< it stops looking
    wake,         ///< what: the place whose thread is called
    block_begin,  ///< the thread waits for something outside the pool; what: its kind, a static string, or null; value:
                  ///< the address of what it waits for, or 0
    block_end,
    help_begin,  ///< works for what has told `scope_open`; what: that
    help_end,
    task_run,    ///< resumes a strand of coroutines; what: the strand; value: the id of its task
    task_waits,  ///< the strand that runs here is about to be suspended; what: the kind of what it waits for, a static
                 ///< string
    task_pause,  ///< it is suspended, or has ended
    task_ready,  ///< the thread lets a strand go on, or begin; what: the strand
    span_begin,  ///< what: a name that the user has given, a static string
    span_end,    ///< what: the name
};

/// Some units of a loop that this thread has run in one go.
struct loop_block {
    const void* loop = nullptr;  ///< the same for all blocks of a piece
    std::size_t units = 0;
    std::uint64_t ended = 0;  ///< in ticks
    float ticks = 0;          ///< that it has taken
};

struct event_note {
    event_kind kind{};
    const void* at = nullptr;
    const void* what = nullptr;
    std::uint64_t value = 0;
    std::uint32_t line = 0;     // 24 bits are kept
    std::uint16_t threads = 0;  // of the pool
    std::uint16_t slot = 0;     // of the deque: what was forked from there on belongs to the region
};

}  // namespace weft::detail
