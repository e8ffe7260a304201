// src/net/readiness.cpp - waiting until a descriptor is ready, and being woken.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net/readiness.hpp"

#include "async/notes.hpp"

namespace weft::detail {

bool readiness::may_try(std::uintptr_t& seen) noexcept
{
    seen = word_.load(order::relaxed);
    if ((seen & ready) != 0) {
        // Before the call: what comes after this is a mark again.
        while (!word_.compare_exchange_weak(seen, seen & ~ready, order::acquire, order::relaxed)) {}  // O2
        seen &= ~ready;
        is_drained_ = false;
    }
    return !is_drained_ || (seen & insists) != 0;
}

bool readiness::wait(io_wait& w, strand& who, std::coroutine_handle<> where, std::uintptr_t seen) noexcept
{
    if ((seen & closed) != 0) return false;
    note_task_waits("a descriptor");
    who.next = where;
    w.who = &who;
    w.claim = &io_wait::claim_stopped;
    w.is_suspended_ = true;
    stop_link* const held = stop_state::hold(who);
    if (!stop_state::show(held, w)) {
        w.is_suspended_ = false;
        w.is_stopped_ = true;
        stop_state::let_go(held);
        note_task_waits(nullptr);
        return false;
    }
    // From here on nothing of the coroutine is touched, if it waits: it may have gone on. Its strand is there as long as
    // the link's lock is held, since it takes its wait back before it goes on.
    //
    // order: its plain fields, which the checker does not watch
    const bool waits = word_.compare_exchange_strong(seen, reinterpret_cast<std::uintptr_t>(&w), order::release,
                                                     order::relaxed);  // O1
    if (!waits) {
        w.is_suspended_ = false;
        stop_state::take_back(held);
    }
    stop_state::let_go(held);
    if (!waits) note_task_waits(nullptr);
    if (waits || who.take_step()) return waits;
    give_way(who, where);  // it has had its share
    return true;
}

void readiness::add(std::uintptr_t marks) noexcept
{
    std::uintptr_t seen = word_.load(order::relaxed);
    for (;;) {
        const bool somebody = seen > marks_of_all;
        // Who waits tries at once, whatever has happened: that needs no mark.
        const std::uintptr_t next = somebody ? marks & ~ready : seen | marks;
        if (!word_.compare_exchange_weak(seen, next, order::acq_rel, order::relaxed)) continue;  // O1, O2
        if (somebody) make_ready(*reinterpret_cast<io_wait*>(seen)->who);
        return;
    }
}

bool io_wait::claim_stopped(stop_wait& self) noexcept
{
    auto& w = static_cast<io_wait&>(self);
    std::uintptr_t expected = reinterpret_cast<std::uintptr_t>(&w);
    if (!w.side_.word_.compare_exchange_strong(expected, 0, order::relaxed, order::relaxed)) return false;
    w.is_stopped_ = true;
    return true;
}

bool io_wait::leave() noexcept
{
    // A requester has taken it back, under the lock.
    if (is_suspended_ && !is_stopped_) stop_state::take_back(*who);
    return !is_stopped_;
}

}  // namespace weft::detail
