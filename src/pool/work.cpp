// src/pool/work.cpp - finding work and running it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/pool_core.hpp"

#include <weft/pool/spawn.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace weft::detail {

scope_core* scope_of(const seat& self, std::uint32_t slot) noexcept
{
    const activation* a = self.top;
    while (a != nullptr && a->first > slot) a = a->outer;
    return a != nullptr ? a->scope : nullptr;
}

bool push_cold(worker& w, job_slot* slot) noexcept
{
    seat& me = static_cast<seat&>(w);
    if (me.rehearsed) [[unlikely]]
        return me.pool.rehearse_push(me, slot);
    if (me.jobs.is_full(slot)) return false;
    me.jobs.publish(me.jobs.index_of(slot) + 1, [&](std::uint32_t i) { return scope_of(me, i); });
    me.pool.jobs_published(me);
    return true;
}

// --- running ---------------------------------------------------------------------------------------------------------

void pool_core::run_task(seat& me, task* t) noexcept
{
    const working_for activation(me, t->scope);
    t->run(t, &me);
}

void pool_core::run_job(seat& me, seat& victim, job_slot& job) noexcept
{
    split_deque::set_taken(job, me.index, me.jobs.index_of(me.jobs.head()));
    bool succeeded = false;
    {
        const working_for activation(me, job.scope.read());
        succeeded = job.run.read()(job.frame.read(), me);
    }
    if (split_deque::finish(job, succeeded)) victim.wait_spot.unpark();
}

bool pool_core::run_mail(seat& me) noexcept
{
    task* next = me.mail.take_all();
    const bool any = next != nullptr;
    while (next != nullptr) {
        task* const t = next;
        next = t->next;  // running it frees it
        run_task(me, t);
    }
    return any;
}

void pool_core::run(seat& me, const found& work) noexcept
{
    if (work.job != nullptr) {
        run_job(me, *work.victim, *work.job);
    } else {
        run_task(me, work.t);
    }
}

// --- finding ---------------------------------------------------------------------------------------------------------

task* pool_core::pop_task(seat& me) noexcept
{
    std::optional<task*> t = me.tasks.pop();
    if (!t) return nullptr;
    --me.level;
    me.low = std::min(me.low, me.level);  // yield_now takes tasks of outer scopes too; newer ones then lie lower
    return *t;
}

namespace {

/// The oldest item, or null; tries again while others are faster.
template <class Source>
task* steal_from(Source&& source) noexcept
{
    for (;;) {
        auto taken = source.steal();
        if (taken) return *taken;
        if (taken.empty()) return nullptr;
    }
}

}  // namespace

bool pool_core::steal_from_seat(seat* victim, found& out) noexcept
{
    if (victim == nullptr) return false;
    const split_deque::view seen = victim->jobs.look();
    if (seen.has_work()) {
        if ((out.job = victim->jobs.steal(seen)) != nullptr) {
            out.victim = victim;
            return true;
        }
    } else {
        victim->jobs.ask();
    }
    if (!victim->tasks.empty() && (out.t = steal_from(victim->tasks)) != nullptr) return true;
    return !victim->strays.empty() && (out.t = steal_from(victim->strays)) != nullptr;
}

bool pool_core::steal_any(seat& me, found& out) noexcept
{
    const std::uint32_t count = seat_count();
    if (!places_.nearest.empty() && me.index < num_threads_) {  // pinned: the nearest first, then who is not pinned
        const std::size_t others = num_threads_ - 1;
        const std::uint32_t* const row = places_.nearest.data() + me.index * others;
        for (std::size_t n = 0; n < others; ++n) {
            if (steal_from_seat(seat_at(row[n]), out)) return true;
        }
        for (std::uint32_t i = num_threads_; i < count; ++i) {
            if (steal_from_seat(seat_at(i), out)) return true;
        }
        return false;
    }
    for (std::uint32_t n = 1; n < count; ++n) {
        const std::uint32_t i = me.index + n < count ? me.index + n : me.index + n - count;
        if (steal_from_seat(seat_at(i), out)) return true;
    }
    return false;
}

bool pool_core::find(seat& me, found& out) noexcept
{
    run_mail(me);
    // From outside first every so often, so that a busy pool does not starve it.
    const bool outside_first = ++me.turns % 61 == 0;
    if (outside_first && (out.t = steal_from(strays_)) != nullptr) return true;
    if ((out.t = pop_task(me)) != nullptr) return true;
    if (const auto stray = me.strays.pop()) {
        out.t = *stray;
        return true;
    }
    if (!shared_.empty() && (out.t = steal_from(shared_)) != nullptr) return true;
    if (!strays_.empty() && (out.t = steal_from(strays_)) != nullptr) return true;
    return steal_any(me, out);
}

void pool_core::work_until_idle(seat& me) noexcept
{
    patience looking(options_.idle);
    for (;;) {
        // Searching: the seat may be taken by a caller from outside at any moment, so nothing of it is touched yet.
        const bool stop = stopping_.load(order::relaxed);
        if (stop || me.index >= num_threads_ || sees_work(me, true)) {
            seat_status expected = seat_status::searching;
            // order: hands on the seat's plain fields, which the checker does not watch
            if (!me.status.compare_exchange_strong(expected, seat_status::busy, order::acquire, order::relaxed)) {
                if (expected != seat_status::searching) return;
                continue;
            }
            if (retires(me)) {
                stop_searching(me.index);
                // order: hands on the seat's plain fields, which the checker does not watch
                me.status.store(seat_status::free, order::release);
                full_fence();  // against the destructor: it wakes a free substitute, or is seen here
                expected = seat_status::free;
                if (stopping_.load(order::relaxed))  // relaxed: it takes back what it has given itself
                    me.status.compare_exchange_strong(expected, seat_status::busy, order::relaxed, order::relaxed);
                return;
            }
            found work;
            if (find(me, work)) {
                stop_searching(me.index);
                do {
                    run(me, work);
                    work = {};
                } while (find(me, work));
                searching_.fetch_add(1, order::relaxed);
                looking.reset();
            } else if (stop) {
                stop_searching(me.index);
                return;  // busy: the thread ends
            }
            // order: hands on the seat's plain fields, which the checker does not watch
            me.status.store(seat_status::searching, order::release);
        }
        if (looking.wait()) continue;
        if (go_to_sleep(me)) return;
        looking.reset();
    }
}

yield_result pool_core::yield_now(seat& me) noexcept
{
    if (me.rehearsed) return rehearse_yield(me, false);
    if (run_mail(me)) return yield_result::executed;
    found work;
    if (!find(me, work)) return yield_result::idle;
    run(me, work);
    return yield_result::executed;
}

// --- waiting ---------------------------------------------------------------------------------------------------------

bool take_back_or_wait(worker& w, job_slot* slot)
{
    seat& me = static_cast<seat&>(w);
    if (me.rehearsed) [[unlikely]]
        return me.pool.rehearse_pop(me, slot);
    if (w.jobs.take_back(slot)) return true;
    me.jobs.set_head(slot + 1);
    try {
        me.pool.wait_for_job(me, *slot);
    } catch (...) {
        me.jobs.reuse_from(slot);
        me.jobs.set_head(slot);
        throw;
    }
    me.jobs.reuse_from(slot);
    me.jobs.set_head(slot);
    return false;
}

void pool_core::require_threads() const
{
    if (!has_threads())
        throw std::runtime_error(
            "weft: a fork() inside a parallel region: what the region waits for runs on a thread that the child lacks");
}

bool pool_core::help_job(seat& me, const job_slot& job, job_state seen) noexcept
{
    if (!seen.is_taken()) return false;
    seat& thief = *seat_at(seen.thief());
    const split_deque::view view = thief.jobs.look();
    if (!view.has_work()) {
        thief.jobs.ask();
        return false;
    }
    if (!view.begins_at_or_after(seen.first())) return false;
    // The thief still runs the job now, after the look: so what the look saw descends from it, and the steal fails if
    // that has changed since (split_deque, I3). Relaxed: the look has acquired the publication that it saw, so a job
    // that ended before that is seen to have ended; and a job that ends later ran at that time.
    if (job_state(job.state.load(order::relaxed)).is_finished()) return false;
    job_slot* const stolen = thief.jobs.steal(view);
    if (stolen == nullptr) return true;  // somebody was faster: look again at once
    run_job(me, thief, *stolen);
    return true;
}

void pool_core::wait_for_job(seat& me, job_slot& job)
{
    patience waiting(options_.idle);
    for (;;) {
        const job_state seen(job.state.load(order::acquire));  // split_deque, O2
        if (seen.is_finished()) return;
        if (run_mail(me) || help_job(me, job, seen)) {
            waiting.reset();
            continue;
        }
        if (waiting.wait() || !seen.is_taken()) continue;
        require_threads();
        if (!split_deque::announce_parked(job)) return;
        seat& thief = *seat_at(seen.thief());
        // order: shows the seat, which may be new; scenarios have too few callers to need it
        thief.watcher.store(me.index + 1, order::release);
        full_fence();  // docs/sleep.md, WatchFence
        thief.jobs.ask();
        const split_deque::view view = thief.jobs.look();
        if (view.has_work() && view.begins_at_or_after(seen.first())) continue;
        me.wait_spot.park();
    }
}

bool pool_core::run_own_task(seat& me, const scope_core& scope) noexcept
{
    // What lies above `low` was spawned since the scope was opened; most of it, but not all, into this scope.
    while (me.level > me.low) {
        task* const t = pop_task(me);
        if (t == nullptr) return false;
        if (t->scope->descends_from(scope)) {
            run_task(me, t);
            return true;
        }
        pass_on(me, t);
    }
    return false;
}

bool pool_core::run_shared_task(seat& me, const scope_core& scope) noexcept
{
    for (std::size_t left = shared_.empty() ? 0 : shared_.size(); left > 0; --left) {
        task* const t = steal_from(shared_);
        if (t == nullptr) return false;
        if (t->scope->descends_from(scope)) {
            run_task(me, t);
            return true;
        }
        pass_on(me, t);
    }
    return false;
}

void pool_core::pass_on(seat& me, task* t) noexcept
{
    try {
        share_task(t, &me);
        work_available(me.index);  // a thread that looked for it while it was in our hands may sleep now
    } catch (...) {
        run_task(me, t);  // there is no memory to lay it anywhere: a stranger on top is the lesser evil
    }
}

void pool_core::share_task(task* t, const seat* me)
{
    seat& home = static_cast<seat&>(t->scope->home());  // read before: the scope may be gone once the task is shared
    shared_.push(t);
    if (&home != me) home.wait_spot.unpark();
}

bool pool_core::help_scope(seat& me, scope_core& scope, bool only_look) noexcept
{
    const std::uint32_t count = seat_count();
    for (std::uint32_t n = 1; n < count; ++n) {
        const std::uint32_t i = me.index + n < count ? me.index + n : me.index + n - count;
        seat* const other = seat_at(i);
        // order: see show_activation
        if (other == nullptr || other->scope.load(order::acquire) != &scope) continue;
        // order: see show_activation
        const std::uint32_t first = other->scope_first.load(order::acquire);
        const split_deque::view view = other->jobs.look();
        const bool has_job = view.has_work() && view.begins_at_or_after(first);
        if (only_look) {
            if (has_job || !other->tasks.empty()) return true;
            // order: as in wait_for_job
            other->watcher.store(me.index + 1, order::release);
            full_fence();
            other->jobs.ask();
            if (other->jobs.look().has_work()) return true;
            continue;
        }
        if (has_job) {
            // As in help_job: it worked for the scope before and after the look.
            //
            // order: see show_activation; and load buffering, which the checker leaves out: it looks before it steals
            if (other->scope.load(order::acquire) != &scope || other->scope_first.load(order::acquire) != first)
                continue;
            if (job_slot* const stolen = other->jobs.steal(view)) {
                run_job(me, *other, *stolen);
                return true;
            }
        } else {
            other->jobs.ask();
        }
        if (other->tasks.empty()) continue;
        if (task* const t = steal_from(other->tasks)) {
            if (t->scope->descends_from(scope)) {
                run_task(me, t);
                return true;
            }
            pass_on(me, t);
        }
    }
    return false;
}

void pool_core::wait_for_scope(seat& me, scope_core& scope)
{
    if (me.rehearsed) return rehearse_scope(me, scope);
    patience waiting(options_.idle);
    while (!scope.is_done()) {
        if (run_own_task(me, scope) || run_mail(me) || run_shared_task(me, scope) || help_scope(me, scope, false)) {
            waiting.reset();
            continue;
        }
        if (waiting.wait()) continue;
        require_threads();
        scope.wants_news.store(true, order::relaxed);
        full_fence();  // docs/sleep.md, WatchFence
        if (!help_scope(me, scope, true) && !scope.is_done()) me.wait_spot.park();
        scope.wants_news.store(false, order::relaxed);
    }
}

void pool_core::wait_for_mail(seat& me, const mail_counter& counter)
{
    if (me.rehearsed) return rehearse_mail(me, counter);
    patience waiting(options_.idle);
    while (counter.pending.load(order::acquire) != 0) {
        if (run_mail(me)) {
            waiting.reset();
        } else if (!waiting.wait()) {
            require_threads();
            me.wait_spot.park();
        }
    }
}

}  // namespace weft::detail
