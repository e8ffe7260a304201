// src/model/steps.cpp - the memory model: what a thread may do next, and what it then sees.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "model/engine.hpp"

#include <algorithm>

namespace weft::model::detail {

namespace {

std::size_t u(index i) noexcept { return static_cast<std::size_t>(i); }

std::uint64_t changed(const operation& op, std::uint64_t old) noexcept
{
    switch (op.how) {
        case change::exchange:
            return op.operand;
        case change::add:
            return (old + op.operand) & op.mask;
        case change::subtract:
            return (old - op.operand) & op.mask;
        case change::bit_or:
            return old | op.operand;
        case change::bit_and:
            return old & op.operand;
        case change::bit_xor:
            return old ^ op.operand;
    }
    return old;
}

}  // namespace

bool engine::newer(index at, index a, index b) const noexcept
{
    const location& l = locations_[u(at)];
    return l.position(a) > l.position(b);
}

void engine::join_views(view& to, const view& from) const noexcept
{
    to.clock.join(from.clock);
    for (std::size_t i = 0; i < from.known; ++i) {
        if (to.at[i] != from.at[i] && newer(static_cast<index>(i), from.at[i], to.at[i])) to.at[i] = from.at[i];
    }
}

// --- steps that commute with everything: taken at once ---------------------------------------------------------------

bool engine::is_local(std::size_t thread) const noexcept
{
    const modelled_thread& t = threads_[thread];
    if (t.done) return false;
    if (t.parked) return t.woken;
    switch (t.next.kind) {
        case action::begin:
            return true;
        case action::join:
            return threads_[t.next.operand].done;
        case action::fence:
            return t.next.order != memory_order::seq_cst;
        default:
            return false;
    }
}

void engine::settle()
{
    for (bool again = true; again && !failed_;) {
        again = false;
        for (std::size_t i = 0; i < thread_count_ && !failed_; ++i) {
            while (!failed_ && is_local(i)) {
                again = true;
                transition local;
                local.thread = static_cast<std::uint8_t>(i);
                local.kind = threads_[i].next.kind;
                local.at = threads_[i].next.at;
                apply(local);
            }
        }
    }
}

// --- what a thread may do next ---------------------------------------------------------------------------------------

/// The position of the oldest message that the thread may still read.
int engine::oldest(const modelled_thread& t, index at, bool seq_cst) const noexcept
{
    const location& l = locations_[u(at)];
    const int own = l.position(t.now.at[u(at)]);
    return seq_cst ? std::max(own, l.position(l.seq_cst)) : own;
}

/// As oldest, without the messages that the thread has read often enough although there are newer ones.
int engine::oldest_again(const modelled_thread& t, index at, int from) const noexcept
{
    const location& l = locations_[u(at)];
    const auto& habit = t.habits[u(at)];
    const auto beyond = [&](index m) {
        if (l.position(m) < l.last()) from = std::max(from, l.position(m) + 1);
    };
    if (habit.outgrown >= 0) beyond(habit.outgrown);
    if (habit.last >= 0 && habit.repeats > how_.stale_reads) beyond(habit.last);
    return from;
}

/// As oldest, for a read-modify-write: a loop of them must not go on for ever before a newer value.
int engine::oldest_to_change(const modelled_thread& t, index at, bool seq_cst) const noexcept
{
    if (t.habits[u(at)].inserted > how_.stale_reads) return locations_[u(at)].last();
    return oldest(t, at, seq_cst);
}

void engine::enabled_loads(const modelled_thread& t, std::vector<transition>& out, const transition& common)
{
    const location& l = locations_[u(common.at)];
    const int from = oldest_again(t, common.at, oldest(t, common.at, common.seq_cst));
    for (int i = l.last(); i >= from; --i) {
        transition next = common;
        next.message = l.order[static_cast<std::size_t>(i)];
        out.push_back(next);
    }
}

void engine::enabled_compares(const modelled_thread& t, std::vector<transition>& out, const transition& common)
{
    const location& l = locations_[u(common.at)];
    const operation& op = t.next;
    const bool failing_seq_cst = op.failure == memory_order::seq_cst;
    const int from = oldest_to_change(t, common.at, common.seq_cst);
    const int failing_from = oldest_again(t, common.at, oldest(t, common.at, failing_seq_cst));
    for (int i = l.last(); i >= std::min(from, failing_from); --i) {
        transition next = common;
        next.message = l.order[static_cast<std::size_t>(i)];
        const message& m = l.messages[u(next.message)];
        if (m.value == op.operand) {
            if (i >= from && !m.taken && (how_.reorder_stores || i == l.last())) {
                next.writes = true;
                out.push_back(next);
            }
            if (!op.weak || !how_.spurious_failures || i != l.last()) continue;
            next.variant = transition::spurious;
        }
        if (i < failing_from) continue;
        next.writes = false;
        next.seq_cst = failing_seq_cst;
        out.push_back(next);
    }
}

void engine::enabled_waits(const modelled_thread& t, std::vector<transition>& out, const transition& common)
{
    transition next = common;
    if (t.parked) {  // asleep: only the deadline can end it
        next.variant = transition::times_out;
        if (t.next.timed) out.push_back(next);
        return;
    }
    const location& l = locations_[u(common.at)];
    const int from = std::max(oldest(t, common.at, false), l.position(l.woken));
    index same = -1;
    index other = -1;
    for (int i = l.last(); i >= from; --i) {
        const index m = l.order[static_cast<std::size_t>(i)];
        (l.messages[u(m)].value == t.next.operand ? same : other) = m;
    }
    if (other >= 0) {
        next.variant = transition::looks;
        next.message = other;
        out.push_back(next);
    }
    if (same >= 0) {
        next.variant = transition::parks;
        next.message = same;
        out.push_back(next);
    }
}

void engine::enabled(std::size_t thread, std::vector<transition>& out)
{
    const modelled_thread& t = threads_[thread];
    if (t.done) return;
    const operation& op = t.next;
    transition next;
    next.thread = static_cast<std::uint8_t>(thread);
    next.kind = op.kind;
    next.at = op.at;
    next.seq_cst = op.order == memory_order::seq_cst;
    switch (op.kind) {
        case action::begin:
        case action::join:
            return;  // local, or not yet possible
        case action::fence:
            out.push_back(next);
            return;
        case action::spin:
            if (t.idle_turns < how_.idle_turns) {
                out.push_back(next);
                return;
            }
            for (std::size_t i = 0; i < location_count_; ++i) {
                const index read = t.habits[i].read;
                if (read >= 0 && locations_[i].position(read) < locations_[i].last()) {
                    out.push_back(next);
                    return;
                }
            }
            return;
        case action::wait:
            enabled_waits(t, out, next);
            return;
        case action::wake:
            if (!op.all) {
                for (std::size_t i = 0; i < thread_count_; ++i) {
                    if (!threads_[i].parked || threads_[i].woken || threads_[i].next.at != op.at) continue;
                    next.message = static_cast<index>(i);
                    out.push_back(next);
                }
            }
            if (next.message < 0) out.push_back(next);  // wakes all, or nobody
            return;
        case action::load:
            enabled_loads(t, out, next);
            return;
        case action::compare:
            enabled_compares(t, out, next);
            return;
        case action::lock:
            if (locations_[u(op.at)].messages[u(locations_[u(op.at)].newest())].value != 0) return;
            [[fallthrough]];
        case action::store:
        case action::change: {
            const location& l = locations_[u(op.at)];
            next.writes = true;
            int from = l.last();
            if (how_.reorder_stores && op.kind == action::store) from = oldest(t, op.at, next.seq_cst);
            if (how_.reorder_stores && op.kind == action::change) from = oldest_to_change(t, op.at, next.seq_cst);
            for (int i = l.last(); i >= from; --i) {
                next.message = l.order[static_cast<std::size_t>(i)];
                if (!l.messages[u(next.message)].taken) out.push_back(next);
            }
            return;
        }
    }
}

/// Only threads that spin can go on: one of them takes a turn. A loop that gives up after some turns then does.
void engine::impatient(std::vector<transition>& out)
{
    constexpr std::uint32_t patience = 200;
    std::size_t chosen = max_threads;
    for (std::size_t i = 0; i < thread_count_; ++i) {
        const modelled_thread& t = threads_[i];
        if (t.done || t.parked || t.next.kind != action::spin || t.idle_turns >= patience) continue;
        if (chosen == max_threads || t.idle_turns < threads_[chosen].idle_turns) chosen = i;
    }
    if (chosen == max_threads) return;
    transition next;
    next.thread = static_cast<std::uint8_t>(chosen);
    next.kind = action::spin;
    out.push_back(next);
}

/// Whether two steps of different threads, taken one after the other in either order, lead to the same state.
bool engine::independent(const transition& a, const transition& b) const noexcept
{
    if (a.thread == b.thread) return false;
    if (a.kind == action::fence || b.kind == action::fence) return !(a.seq_cst && b.seq_cst);
    if (a.at < 0 || b.at < 0 || a.at != b.at) return true;
    const bool sleeps = a.kind == action::wait || a.kind == action::wake;
    if (sleeps || b.kind == action::wait || b.kind == action::wake) {
        return !((a.kind == action::wake && (b.kind == action::wait || b.kind == action::wake)) ||
                 (b.kind == action::wake && sleeps));
    }
    if (a.seq_cst && b.seq_cst) return false;
    if (!a.writes || !b.writes) return true;               // a read names its message: a store only adds choices
    return how_.reorder_stores && a.message != b.message;  // into different gaps of the modification order
}

// --- what a step means -----------------------------------------------------------------------------------------------

void engine::read(modelled_thread& t, index at, index m, memory_order order, bool seq_cst)
{
    location& l = locations_[u(at)];
    const message& from = l.messages[u(m)];
    if (newer(at, m, t.now.at[u(at)])) t.now.at[u(at)] = m;
    join_views(t.acquired, from.seen);
    if (acquires(order)) join_views(t.now, from.seen);
    if (seq_cst && newer(at, m, l.seq_cst)) l.seq_cst = m;
    auto& habit = t.habits[u(at)];
    t.has_news = t.has_news || (habit.read >= 0 && habit.read != m) || (habit.outgrown >= 0 && habit.outgrown != m);
    habit.read = m;
    if (habit.last != m) habit.repeats = 0;
    if (m != l.newest()) ++habit.repeats;
    habit.last = m;
    t.has_read = true;
    t.answer = from.value;
}

/// Adds a message right behind the message `after`. `continues`: as part of the release sequence of `after`.
void engine::write(modelled_thread& t, index at, index after, std::uint64_t value, memory_order order, bool seq_cst,
                   bool continues)
{
    location& l = locations_[u(at)];
    const auto m = static_cast<index>(l.messages.size());
    message& fresh = l.messages.emplace_back();
    const int position = l.position(after) + 1;
    fresh.value = value;
    fresh.position = static_cast<index>(position);
    fresh.thread = static_cast<std::uint8_t>(self_);
    fresh.where = t.next.where;
    l.order.insert(l.order.begin() + position, m);
    for (std::size_t i = static_cast<std::size_t>(position); i < l.order.size(); ++i) {
        l.messages[u(l.order[i])].position = static_cast<index>(i);
    }
    t.now.at[u(at)] = m;
    fresh.seen = releases(order) ? t.now : t.released;
    fresh.seen.at[u(at)] = m;
    if (continues) {
        l.messages[u(after)].taken = true;
        join_views(fresh.seen, l.messages[u(after)].seen);
        auto& inserted = t.habits[u(at)].inserted;
        inserted = position == l.last() ? 0 : inserted + 1;
    }
    if (seq_cst && newer(at, m, l.seq_cst)) l.seq_cst = m;
    t.habits[u(at)].read = m;
    // Progress: the next loop counts anew.
    for (std::size_t i = 0; i < location_count_; ++i) t.habits[i].outgrown = -1;
    for (modelled_thread& each : threads_) each.idle_turns = 0;
}

void engine::apply_fence(modelled_thread& t, memory_order order)
{
    if (acquires(order)) join_views(t.now, t.acquired);
    if (order == memory_order::seq_cst) {
        for (std::size_t i = 0; i < location_count_; ++i) {
            location& l = locations_[i];
            if (newer(static_cast<index>(i), l.seq_cst, t.now.at[i])) {
                t.now.at[i] = l.seq_cst;
            } else {
                l.seq_cst = t.now.at[i];
            }
        }
    }
    if (releases(order)) t.released = t.now;
}

void engine::apply_wake(const modelled_thread& waker, const transition& what)
{
    location& l = locations_[u(what.at)];
    const index seen = waker.now.at[u(what.at)];
    if (newer(what.at, seen, l.woken)) l.woken = seen;
    for (std::size_t i = 0; i < thread_count_; ++i) {
        modelled_thread& t = threads_[i];
        if (!t.parked || t.next.at != what.at) continue;
        if (waker.next.all || what.message == static_cast<index>(i)) t.woken = true;
    }
}

void engine::apply(const transition& what)
{
    self_ = what.thread;
    modelled_thread& t = threads_[self_];
    const operation& op = t.next;
    t.succeeded = true;
    switch (what.kind) {
        case action::begin:
            break;
        case action::load:
            read(t, what.at, what.message, op.order, what.seq_cst);
            break;
        case action::store:
            t.answer = 0;
            write(t, what.at, what.message, op.operand, op.order, what.seq_cst, false);
            break;
        case action::change:
            read(t, what.at, what.message, op.order, what.seq_cst);
            write(t, what.at, what.message, changed(op, t.answer), op.order, what.seq_cst, true);
            break;
        case action::lock:
            read(t, what.at, what.message, op.order, false);
            write(t, what.at, what.message, 1, op.order, false, true);
            break;
        case action::compare:
            if (what.writes) {
                read(t, what.at, what.message, op.order, what.seq_cst);
                write(t, what.at, what.message, op.desired, op.order, what.seq_cst, true);
            } else {
                read(t, what.at, what.message, op.failure, what.seq_cst);
                t.succeeded = false;
            }
            break;
        case action::fence:
            apply_fence(t, op.order);
            break;
        case action::spin:
            // A turn that has read something new may read old values beside it again.
            for (std::size_t i = 0; i < location_count_; ++i) {
                auto& habit = t.habits[i];
                if (t.has_news) {
                    habit.outgrown = -1;
                } else if (habit.read >= 0) {
                    habit.outgrown = habit.read;
                }
                habit.read = -1;
            }
            t.has_read = t.has_news = false;
            ++t.idle_turns;
            break;
        case action::join:
            join_views(t.now, threads_[op.operand].now);
            break;
        case action::wait:
            if (t.parked) {  // woken, or past its deadline
                t.succeeded = t.woken;
                // Waking orders the word itself: the system's locks do that, even where the language promises nothing.
                if (t.woken && newer(op.at, locations_[u(op.at)].woken, t.now.at[u(op.at)])) {
                    t.now.at[u(op.at)] = locations_[u(op.at)].woken;
                }
                t.parked = t.woken = false;
                if (!t.succeeded && op.deadline > now_) now_ = op.deadline;
            } else if (what.variant == transition::parks) {
                t.parked = true;
            } else if (newer(what.at, what.message, t.now.at[u(what.at)])) {
                t.now.at[u(what.at)] = what.message;
            }
            break;
        case action::wake:
            apply_wake(t, what);
            break;
    }
    ++t.now.clock.of[self_];
    if (tracing_) trace_step(what);
    if (!t.parked) resume(what.thread);
}

}  // namespace weft::model::detail
