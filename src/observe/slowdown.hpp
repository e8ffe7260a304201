// src/observe/slowdown.hpp - how much longer an item takes because other threads work, too.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Threads that wait for memory look as if they worked, and counters of the hardware, which would tell, are seldom there. So
// a report makes an experiment. Now and then one thread in a loop runs some blocks beside the others; then some while the
// others hold at the end of their blocks; then some beside them again. What the items take longer beside the others, both
// times, is what threads cost each other. Neighbours of the same items are compared, on one thread, by the medians of blocks:
// neither a trend along the loop nor a block that has lost its processor passes for it. Nobody holds for longer than 2 ms, nor
// for more than about 1 % of the time; what a thread has locked meanwhile may delay others as long.
//
// Roles       looker: the thread whose ticket it is, until its time is over.  others: whoever ends a block meanwhile.
//
// Fields      ticket_      written by lookers   the time from which another look may begin; that of the present look is its
//                                               ticket
//             mark_        written by looker    others that have not seen it count themselves; 0: nobody is asked to
//             seen_        written by all       how many have
//             hold_until_  written by looker    others hold until that time
//             held_        written by others    how many do
//
// Orders      All relaxed: they carry no data. Whoever reads an old one makes a look fail, or holds a little longer.
#pragma once

#include <weft/seam/event_note.hpp>

#include <cstdint>

namespace weft::detail {

class slowdown_look {
public:
    /// A block has ended on this thread. Tells `event_kind::slowdown` when a look has succeeded.
    /// Blocking: up to 2 ms.
    static void watch(const loop_block& block) noexcept;

    /// Something has happened on this thread between two blocks: if it looks, it fails.
    static void disturbed() noexcept;
};

}  // namespace weft::detail
