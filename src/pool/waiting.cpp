// src/pool/waiting.cpp - a thread that waits: what it helps with, and how it naps.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/notes.hpp"
#include "pool/pool_core.hpp"
#include "pool/steal_from.hpp"

#include <weft/seam/clock.hpp>

#include <chrono>
#include <stdexcept>

namespace weft::detail {

bool take_back_or_wait(worker& w, job_slot* slot)
{
    place& me = static_cast<place&>(w);
    if (me.in_test_pool) [[unlikely]]
        return me.pool.schedule_pop(me, slot);
    if (!w.jobs.is_public(slot)) {  // somebody is hungry: what lies below it may be of use
        if (me.jobs.publish_below(slot, job_notes(me))) me.pool.jobs_published(me);
        return true;
    }
    if (w.jobs.take_back(slot)) return true;
    me.waits_for.store(slot, order::relaxed);
    me.unanswered = 0;
    me.jobs.set_head(slot + 1);
    try {
        me.pool.wait_for_job(me, *slot);
    } catch (...) {
        me.waits_for.store(nullptr, order::relaxed);
        me.jobs.reuse_from(slot);
        me.jobs.set_head(slot);
        throw;
    }
    me.waits_for.store(nullptr, order::relaxed);
    me.jobs.reuse_from(slot);
    me.jobs.set_head(slot);
    // Given back if the thief could not know its mode: it was forked on this thread, and runs here as if never taken.
    return (job_state(slot->state.load(order::relaxed)).mode() & unknown_mode) != 0;
}

void pool_core::require_threads() const
{
    if (!has_threads())
        throw std::runtime_error(
            "weft: a fork() inside a parallel region: what the region waits for runs on a thread that the child lacks");
}

/// A step on the way from the job that somebody waits for to one that descends from it: the job in `slot` of `owner` is
/// being run by a thief, and its join has not returned. That is so from the first look to the check if the owner's
/// deque has not changed: the owner cannot get past a stolen job without a new epoch (split_deque, I3).
struct link {
    const link* above;
    const split_deque* owner;  ///< null: the waiting thread, which stays
    split_deque::view seen;
    const job_slot* slot;
    job_state::word state;

    [[nodiscard]] bool holds() const noexcept
    {
        // Nothing but the owner's parked may have been added: it still runs, and with the same thief.
        // order: finds what the thief has shown with its claim; too rare for a bounded search
        const job_state::word now = slot->state.load(order::acquire);
        if (((now ^ state) & ~job_state::parked) != 0 || job_state(now).is_finished()) return false;
        if (owner != nullptr && !(owner->look() == seen)) return false;
        return above == nullptr || above->holds();
    }
};

bool pool_core::help_below(place& me, const link& way, bool only_look, int& steps) noexcept
{
    const job_state taken(way.state);
    place& thief = *table_.at(taken.thief());
    // What it runs by yield_now, on top of the job, does not descend from that job.
    const auto descends = [&](split_deque::view view) {
        return view.begins_at_or_after(taken.first()) && thief.yields.load(order::relaxed) == taken.yields();
    };
    const split_deque::view view = thief.jobs.look();
    if (!descends(view)) return false;
    if (view.has_work()) {
        if (only_look) return true;
        // The thief still runs the job now, after the look: so what the look saw descends from it, and the steal fails
        // if that has changed since (split_deque, I3).
        if (!way.holds()) return true;  // something has ended: look again at once
        job_slot* const stolen = thief.jobs.steal(view);
        if (stolen == nullptr) return true;  // somebody was faster
        helps_now(me);
        run_job(me, thief, *stolen);
        return true;
    }
    // Whoever has stolen from the thief works for the same job.
    bool goes_on = false;
    for (std::uint32_t i = view.begin(); i > taken.first() && steps > 0; --i, --steps) {
        const job_slot& slot = thief.jobs.slots()[i - 1];
        // order: as in link::holds
        const job_state::word state = slot.state.load(order::acquire);
        if (!job_state(state).is_taken() || job_state(state).is_finished()) continue;
        goes_on = true;
        if (help_below(me, link{&way, &thief.jobs, view, &slot, state}, only_look, steps)) return true;
    }
    if (!only_look) {
        thief.jobs.ask();
        return false;
    }
    // Where the way ends, the next job will appear.
    if (goes_on) return false;
    // order: shows the place, which may be new; scenarios have too few callers to need it
    thief.watcher.store(me.index + 1, order::release);
    // order: its other side is in jobs_published, where scenarios fail without; too rare here for a bounded search
    full_fence();  // docs/sleep.md, WatchFence
    thief.jobs.insist();
    const split_deque::view again = thief.jobs.look();
    return again.has_work() && descends(again);
}

bool pool_core::may_help(const place& me) noexcept
{
    // Without a seat it goes on with its own work, for as long as that takes, but leaves what others can do to them.
    return me.status.load(order::relaxed) != place_status::standing;
}

bool pool_core::help_job(place& me, const job_slot& job, job_state seen, bool only_look) noexcept
{
    if (!seen.is_taken()) return false;
    int steps = 64;
    return help_below(me, link{nullptr, nullptr, me.jobs.look(), &job, seen.bits()}, only_look, steps);
}

struct pool_core::wait_record {
    clock::time_point began{};  ///< of the first nap since it last found something to do; none before that
};

/// Gives the seat away until `done()`, or until somebody has work for whoever waits here and has kept the seat for it.
/// `me.wait_spot` gets a token when the wait is over.
///
/// Those that have the seats now may all wait for a lock that this thread holds, while what it waits for lies idle. So
/// one that listens, and has lost its seat, comes back from time to time to look for itself. True: that is why.
template <class Done>
bool pool_core::nap(place& me, place_status how, wait_record& record, Done&& done) noexcept
{
    constexpr auto between_tries = std::chrono::milliseconds(10);
    const bool leaves = me.left.write()++ == 0;
    relief outcome = leaves ? leave_as(me, how) : relief::not_needed;
    bool alone = false;
    do {
        if (line_milliseconds == 0) {
            me.wait_spot.park();
            continue;
        }
        // The longer it waits, the less often: looking takes a bounded share of the time that it waits.
        const auto now = clock::now();
        if (record.began == clock::time_point{}) record.began = now;
        const auto pause = outcome == relief::no_thread ? between_tries : between_tries + (now - record.began);
        if (me.wait_spot.park_until(now + pause)) continue;
        if (outcome == relief::no_thread) outcome = relieve(me);  // perhaps a thread can be started now
        alone = how == place_status::napping && leaves && me.seat.load(order::relaxed) == no_seat;
        // order: finds the place's plain fields; too rare for a bounded search
    } while (!alone && !done() && (!leaves || me.status.load(order::acquire) != place_status::called_in));
    come_back(me);
    return alone;
}

void pool_core::wait_for_job(place& me, job_slot& job)
{
    const keeps_float_registers kept(me);
    patience waiting = patience::while_waiting(options_.idle);
    wait_record record;
    for (;;) {
        const job_state seen(job.state.load(order::acquire));  // split_deque, O2
        if (seen.is_finished()) break;
        if (may_help(me)) {
            if (help_job(me, job, seen, false)) {
                waiting.reset();
                record = {};
                continue;
            }
            note_waiting(me);
            if (waiting.wait()) continue;
        }
        require_threads();
        if (!seen.is_taken()) continue;
        if (!split_deque::announce_parked(job)) break;
        if (me.left.read() == 0 && may_help(me) && help_job(me, job, seen, true)) continue;
        // order: split_deque, O2; the look at the top of the loop acquires it again
        const auto done = [&] { return job_state(job.state.load(order::acquire)).is_finished(); };  // O2
        const bool alone = nap(me, place_status::napping, record, done);
        // Nobody else does it: as long as there is something.
        while (alone && !done() && help_job(me, job, seen, false)) record = {};
    }
    helps_now(me);
}

bool pool_core::run_own_task(place& me, const scope_core& scope) noexcept
{
    // What lies above `low` was spawned since the scope was opened; most of it, but not all, into this scope.
    while (me.level.read() > me.low.read()) {
        task* const t = pop_task(me);
        if (t == nullptr) return false;
        if (run_or_pass_on(me, t, scope, true)) return true;
    }
    return false;
}

bool pool_core::run_shared_task(place& me, const scope_core& scope, std::size_t looks) noexcept
{
    for (; looks > 0 && !shared_.empty(); --looks) {
        task* const t = steal_from(shared_);
        if (t == nullptr) return false;
        if (run_or_pass_on(me, t, scope)) return true;
    }
    return false;
}

bool pool_core::run_or_pass_on(place& me, task* t, const scope_core& scope, bool own) noexcept
{
    if (t->scope->descends_from(scope)) {
        helps_now(me);
        own ? run_own(me, t) : run_task(me, t);
        return true;
    }
    return !pass_on(me, t);
}

bool pool_core::pass_on(place& me, task* t) noexcept
{
    try {
        share_task(t);
        work_available(me.index);  // a thread that looked for it while it was in our hands may sleep now
        return true;
    } catch (...) {
        run_task(me, t);  // there is no memory to put it anywhere: a stranger on top is the lesser evil
        return false;
    }
}

bool pool_core::run_lost_task(place& me, const scope_core& scope) noexcept
{
    if (run_shared_task(me, scope, shared_.size())) return true;
    return table_.find(place_table::in_use, me.index, [&](place& other) {
        for (std::size_t left = other.tasks.size(); left > 0; --left) {
            task* const t = steal_from(other.tasks);
            if (t == nullptr) return false;
            if (run_or_pass_on(me, t, scope)) return true;
        }
        return false;
    });
}

bool pool_core::help_scope(place& me, scope_core& scope, bool only_look) noexcept
{
    return table_.find(place_table::in_use, me.index, [&](place& other) {
        // order: see show_activation
        if (&other == &me || other.scope.load(order::acquire) != &scope) return false;
        // order: see show_activation
        const std::uint32_t first = other.scope_first.load(order::acquire);
        const split_deque::view view = other.jobs.look();
        const bool has_job = view.has_work() && view.begins_at_or_after(first);
        if (only_look) {
            if (has_job) return true;
            // order: as in wait_for_job
            other.watcher.store(me.index + 1, order::release);
            // order: as in help_below
            full_fence();
            other.jobs.insist();
            const split_deque::view again = other.jobs.look();
            return again.has_work() && again.begins_at_or_after(first);
        }
        if (has_job) {
            // As in help_job: it worked for the scope before and after the look.
            //
            // order: see show_activation; and load buffering, which the checker leaves out: it looks before it steals
            if (other.scope.load(order::acquire) != &scope || other.scope_first.load(order::acquire) != first)
                return false;
            if (job_slot* const stolen = other.jobs.steal(view)) {
                helps_now(me);
                run_job(me, other, *stolen);
                return true;
            }
        } else {
            other.jobs.ask();
        }
        if (other.tasks.empty()) return false;
        task* const t = steal_from(other.tasks);
        if (t == nullptr) return false;
        return run_or_pass_on(me, t, scope);
    });
}

void pool_core::wait_for_scope(place& me, scope_core& scope)
{
    if (scope.is_done()) return helps_now(me);
    const keeps_float_registers kept(me);
    if (me.in_test_pool) return schedule_scope(me, scope);
    // A few of the tasks that all may take: to turn their whole queue round on each wait would take time that grows
    // with the square of its length.
    constexpr std::size_t looks = 4;
    patience waiting = patience::while_waiting(options_.idle);
    wait_record record;
    while (!scope.is_done()) {
        if (may_help(me)) {
            if (run_own_task(me, scope) || run_mail_of(me, scope) || run_shared_task(me, scope, looks) ||
                help_scope(me, scope, false)) {
                waiting.reset();
                record = {};
                continue;
            }
            note_waiting(me);
            if (waiting.wait()) continue;
        }
        require_threads();
        scope.wants_news.store(me.left.read() == 0, order::relaxed);
        // order: its other side is in hand_over, where scenarios fail without; too rare here for a bounded search
        full_fence();  // docs/sleep.md, WatchFence
        if (me.left.read() == 0 && may_help(me) && help_scope(me, scope, true)) continue;
        if (scope.count_elsewhere()) break;
        const bool alone = nap(me, place_status::napping, record, [&] { return scope.is_done(); });
        scope.wants_news.store(false, order::relaxed);
        // Nobody else does it: as long as there is something.
        while (alone && (run_own_task(me, scope) || help_scope(me, scope, false) || run_lost_task(me, scope)))
            record = {};
    }
    helps_now(me);
}

void pool_core::wait_for_mail(place& me, const mail_counter& counter)
{
    if (me.in_test_pool) return schedule_mail(me, counter);
    patience waiting = patience::while_waiting(options_.idle);
    wait_record record;
    while (counter.pending.load(order::acquire) != 0) {
        note_waiting(me);
        if (waiting.wait()) continue;
        require_threads();
        // order: the look at the top of the loop acquires it again
        nap(me, place_status::away, record, [&] { return counter.pending.load(order::acquire) == 0; });
    }
    note_waiting_ends(me);
}

}  // namespace weft::detail
