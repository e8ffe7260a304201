// src/async/join_block.cpp - spawning a task, and waiting for it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/detail/join_block.hpp>
#include <weft/async/detail/stopped.hpp>

#include "async/async_core.hpp"
#include "async/notes.hpp"

namespace weft::detail {

void join_block::start(async_core& where, std::coroutine_handle<> first) noexcept
{
    home_ = &where;
    where.begin();
    mine_.open(&where.tasks(), this);
    prepare(*this, where, &mine_, first);
    make_ready(*this);
}

// --- the task's side -------------------------------------------------------------------------------------------------

strand* join_block::at_end(strand& self) noexcept
{
    auto& b = static_cast<join_block&>(self);
    b.collect();
    async_core* const at = b.core;
    if (at == b.home_) {
        b.mine_.close();
    } else {
        b.home_->end_elsewhere([&] { b.mine_.close(); });
    }
    const std::uintptr_t seen = b.word_.exchange(ended, order::acq_rel);  // O1, O2, O3
    if (seen == running) return nullptr;
    if (seen == detached) {
        b.destroy();
        return nullptr;
    }
    auto* const w = reinterpret_cast<join_waiter*>(seen);  // I1
    if (parking_spot* const spot = w->thread) {
        // order: for who plays a test_pool, and does not take the token to see the end; no scenario has one
        w->over->store(true, order::release);
        spot->unpark();
        return nullptr;
    }
    strand* const who = w->who;
    return at->go_on_with(*who);
}

void join_block::destroy() noexcept
{
    if (result().error() != nullptr && !is_stopped(result().error()))
        report_unhandled(core->pool(), result().take_error());
    dispose();
}

// --- the handle's side -----------------------------------------------------------------------------------------------

bool join_block::claim(stop_wait& wait) noexcept
{
    auto& w = static_cast<join_waiter&>(wait);
    std::uintptr_t expected = reinterpret_cast<std::uintptr_t>(&w);
    if (!w.block->word_.compare_exchange_strong(expected, running, order::relaxed, order::relaxed)) return false;  // O4
    w.stopped = true;
    return true;
}

bool join_block::announce(join_waiter& w) noexcept
{
    std::uintptr_t expected = running;
    // order: failing, as in has_ended; the end must come between the two, too seldom for a bounded search
    return word_.compare_exchange_strong(expected, reinterpret_cast<std::uintptr_t>(&w), order::release,
                                         order::acquire);  // O1, O2
}

bool join_block::wait(join_waiter& w, strand& who) noexcept
{
    w.stopped = false;
    w.suspended = false;
    if (has_ended()) {
        if (who.take_step()) return false;
        make_ready(who);  // over, but the strand has had its share
        return true;
    }
    // All of it before anybody knows of the wait: from then on it may be over at any moment, and the coroutine be resumed
    // elsewhere.
    w.block = this;
    w.who = &who;
    w.claim = &join_block::claim;
    w.suspended = true;
    note_task_waits("a task's end");
    // Under the lock until both sides know: whoever resumes it takes the wait back first, and so waits for us.
    stop_link* const held = stop_state::hold(who);
    bool waits = stop_state::show(held, w);
    if (!waits) {
        w.stopped = true;
    } else if (!announce(w)) {
        stop_state::take_back(held);
        waits = false;
    }
    if (!waits) w.suspended = false;
    stop_state::let_go(held);
    if (!waits) note_task_waits(nullptr);
    return waits;
}

bool join_block::waited(join_waiter& w, strand& who) noexcept
{
    if (w.suspended && !w.stopped) stop_state::take_back(who);
    return !w.stopped;
}

void join_block::wait_here() noexcept
{
    if (has_ended()) return;
    parking_spot spot;
    atomic<bool> over{false};
    join_waiter w;
    w.thread = &spot;
    w.over = &over;
    if (announce(w)) home_->wait(spot, over);
}

void join_block::drop() noexcept
{
    std::uintptr_t expected = running;
    if (word_.compare_exchange_strong(expected, detached, order::release, order::acquire)) return;  // O1, O3
    destroy();
}

}  // namespace weft::detail
