// src/pool/seats.cpp - who has a seat: giving it away, coming back, and the threads that step in.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A thread that waits may only run what it waits for: anything else would be on top of its stack, with whatever locks
// it holds. Its seat need not stay empty meanwhile. It leaves: the seat counts as that of a sleeper, and whoever wakes
// sleepers may claim it for another thread, one of the pool's own that rests, or a spare, which is started if there is
// none. When the wait is over it comes back: to its own seat if it is still there, else to that of a sleeper, of a
// thread that waits, or of one that only looks for work. If all are taken by threads that work, it goes on without one:
// it *stands*, and the next thread that has run something gives up its seat for it. One may stand at a time; others, if
// a crowd comes back at once, wait in line. The line never stands still for long: if nobody has got a seat for some
// milliseconds, because all who have one wait for a lock that somebody in line holds, the first one goes on standing.
//
// Invariants  I1  The seats are held by num_threads different places: a seat changes hands only by pass_locked, under
//                 seating_, after the status of the last holder has been changed by compare-exchange.
//             I2  If anybody is standing or in line, no seat can be had: whoever lies down, leaves or stands up looks
//                 at debt_ afterwards, and whoever gets into debt_ looks at the seats afterwards, with fences between
//                 (docs/sleep.md, DebtFence).
//             I3  A spare that goes to sleep gives its seat to one of the pool's own threads, if one rests.
#include "pool/notes.hpp"
#include "pool/pool_core.hpp"

#include <weft/base/spin_hint.hpp>
#include <weft/seam/clock.hpp>

#include <cassert>
#include <chrono>
#include <exception>
#include <mutex>

namespace weft::detail {

// --- leaving ---------------------------------------------------------------------------------------------------------

void pool_core::leave(place& me) noexcept
{
    if (schedule_ || me.left.write()++ != 0 || !has_threads()) return;
    static_cast<void>(leave_as(me, place_status::away));
}

pool_core::relief pool_core::leave_as(place& me, place_status how) noexcept
{
    if (me.jobs.publish_all(job_notes(me))) jobs_published(me);
    // Acquire: if somebody has just given it a seat, this finds that seat.
    if (me.status.load(order::acquire) == place_status::standing) {
        const std::lock_guard hold(seating_);
        if (forget_debt_locked(me)) {
            me.status.store(place_status::relieved, order::relaxed);
            promote_locked();
        }
    }
    if (me.seat.load(order::relaxed) == no_seat) return relief::not_needed;
    table_.add(place_table::asleep, me.index);
    // order: hands on the place's plain fields; too rare for a bounded search
    me.status.store(how, order::release);
    if (me.looks.read()) {
        me.looks.write() = false;
        searching_.remove(me.index, searchers::kind::awake);
    }
    full_fence();  // docs/sleep.md, SleepFence, DebtFence
    if (debt_.load(order::relaxed) != 0) settle();
    const bool has_mail = has_mail_for(me);  // which only the holder of the seat reads
    if (!has_mail && (!searching_.none() || !sees_work(me, telling::insist))) return relief::not_needed;
    const relief outcome = relieve(me);
    // Robbed of the seat meanwhile, as in go_to_sleep: somebody else must be woken for what has been seen.
    if (outcome != relief::given) wake_one(me.index);
    return outcome;
}

pool_core::relief pool_core::relieve(place& from) noexcept
{
    if (!waits_with_a_seat(from.status.load(order::relaxed)) || !has_threads()) return relief::not_there;
    place* to = nullptr;
    {
        const std::lock_guard hold(seating_);
        place_status was = from.status.load(order::relaxed);
        // order: hands on the place's plain fields; too rare for a bounded search
        if (!waits_with_a_seat(was) ||
            // order: hands on the place's plain fields; too rare for a bounded search
            !from.status.compare_exchange_strong(was, place_status::relieved, order::acq_rel, order::relaxed))
            return relief::not_there;
        to = spare_locked();
        if (to == nullptr) {
            // order: as above; no scenario runs out of threads
            from.status.store(was, order::release);  // whoever has come back meanwhile waits for seating_
            return relief::no_thread;
        }
        table_.remove(place_table::asleep, from.index);
        // Only if nothing runs there meanwhile: what blocks may spawn, and be looked for.
        if (is_spare(from) && was == place_status::napping && !from.holds_work())
            table_.remove(place_table::in_use, from.index);
        pass_locked(from, *to);
        to->back.write() = place_status::busy;
        table_.add(place_table::in_use, to->index);
        search(*to, searchers::kind::awake);
    }
    wake_thread_at(to->thread_spot);
    return relief::given;
}

void pool_core::pass_locked(place& from, place& to) noexcept
{
    const std::uint32_t number = from.seat.load(order::relaxed);
    assert(number != no_seat && to.seat.load(order::relaxed) == no_seat);  // I1
    assert(table_.at(seats_[number].holder.load(order::relaxed)) == &from);
    from.seat.store(no_seat, order::relaxed);
    // Release: whoever finds the seat finds what its last holder has left in the mailbox, and whoever finds the holder
    // finds its place, which may be new.
    // order: hands on the seat; too rare for a bounded search
    to.seat.store(number, order::release);
    // order: shows the place, which may be new; scenarios have too few threads to need it
    seats_[number].holder.store(to.index, order::release);
}

place* pool_core::spare_locked() noexcept
{
    if (ended_) return nullptr;
    for (place_list* list : {&resting_, &resting_spares_}) {
        if (place* const p = list->last()) {
            list->remove(*p);
            return p;
        }
    }
    try {
        place* p = threadless_.last();
        if (p == nullptr) {
            p = &make_place(place_status::unused);
            threadless_.push_back(*p);
        }
        // Until it is told to search, the thread rests. If none can be started, the place is kept for the next try.
        p->status.store(place_status::resting, order::relaxed);
        try {
            start_thread(*p, true);
        } catch (...) {
            p->status.store(place_status::unused, order::relaxed);
            throw;
        }
        threadless_.remove(*p);
        return p;
    } catch (...) {
        return nullptr;
    }
}

// --- coming back -----------------------------------------------------------------------------------------------------

void pool_core::come_back(place& me) noexcept
{
    if (schedule_ || --me.left.write() != 0 || !has_threads()) return;
    for (;;) {
        // order: finds the place's plain fields; too rare for a bounded search
        place_status now = me.status.load(order::acquire);
        switch (now) {
            case place_status::away:
            case place_status::napping:
                // order: hands on the place's plain fields; too rare for a bounded search
                if (!me.status.compare_exchange_strong(now, me.back.read(), order::acquire, order::relaxed)) break;
                // A caller's bit stays, as in sit_down: a wake-up that finds only such bits sets wanted_.
                if (me.back.read() == place_status::busy) table_.remove(place_table::asleep, me.index);
                return;
            case place_status::called:
                spin_hint();
                break;  // somebody is about to call it in
            case place_status::called_in:
                me.status.store(me.back.read(), order::relaxed);
                me.looks.write() = true;
                return;
            case place_status::relieved:
                if (regain_seat(me)) return;
                break;
            default:
                return;  // a caller that had no seat, or one that has been given a seat meanwhile
        }
    }
}

bool pool_core::tell(place& home) noexcept
{
    place_status expected = place_status::napping;
    if (home.status.load(order::relaxed) != expected) return false;
    // order: hands on the place's plain fields; too rare for a bounded search
    if (!home.status.compare_exchange_strong(expected, place_status::called, order::acquire, order::relaxed))
        return false;
    searching_.add(home.index, searchers::kind::awake);
    if (home.back.read() == place_status::busy) table_.remove(place_table::asleep, home.index);
    // order: hands on the place's plain fields; too rare for a bounded search
    home.status.store(place_status::called_in, order::release);
    home.wait_spot.unpark();
    return true;
}

void pool_core::looks_no_more(place& me) noexcept
{
    note_waiting_ends(me);
    if (!me.looks.read()) return;
    me.looks.write() = false;
    stop_searching(me);
}

bool pool_core::regain_seat(place& me) noexcept
{
    place* searcher = nullptr;
    auto counted = searchers::kind::awake;
    {
        std::unique_lock hold(seating_);
        // If no thread was available, the seat is still here.
        if (me.status.load(order::relaxed) != place_status::relieved) return false;
        if (is_spare(me)) table_.add(place_table::in_use, me.index);
        // A wake-up must find somebody that will look later, and tell it by wanted_.
        if (me.back.read() == place_status::borrowed) table_.add(place_table::asleep, me.index);
        const bool stands = standing_.empty() && line_.empty();
        me.status.store(stands ? place_status::standing : place_status::in_line, order::relaxed);
        (stands ? standing_ : line_).push_back(me);
        debt_.fetch_add(1, order::relaxed);
        // order: without its other sides (leave_as, go_to_sleep) scenarios fail; this one is too rare for a bounded search
        full_fence();  // docs/sleep.md, DebtFence
        settle_locked();
        if (me.list != nullptr) searcher = take_from_searcher_locked(me);
        if (searcher != nullptr) {
            counted = counted_as(*searcher);
            static_cast<void>(forget_debt_locked(me));
            me.status.store(me.back.read(), order::relaxed);
        }
        if (me.list == &line_) wait_in_line(me, hold);
    }
    if (searcher != nullptr) stop_searching(*searcher, counted);
    if (me.back.read() != place_status::borrowed) return true;
    // A sleeper's seat has become that of a caller, which will not look for work by itself.
    // order: as above
    full_fence();
    if (searching_.none() && sees_work(me, telling::insist) && !wake_one(me.index)) wanted_.store(true, order::relaxed);
    return true;
}

place* pool_core::take_from_searcher_locked(place& to) noexcept
{
    place* whose = nullptr;
    table_.find(place_table::in_use, to.index, [&](place& p) {
        place_status expected = place_status::searching;
        if (p.status.load(order::relaxed) != expected) return false;
        // order: hands on the place's plain fields; too rare for a bounded search
        if (!p.status.compare_exchange_strong(expected, place_status::resting, order::acquire, order::relaxed))
            return false;
        resters_like(p).push_back(p);
        pass_locked(p, to);
        whose = &p;
        return true;
    });
    return whose;
}

void pool_core::wait_in_line(place& me, std::unique_lock<mutex>& hold) noexcept
{
    while (me.list == &line_) {
        const bool first = line_.first() == &me;
        const std::uint64_t passed = passed_;
        hold.unlock();
        bool told = true;
        if (first && line_milliseconds != 0) {
            told = me.wait_spot.park_until(clock::now() + std::chrono::milliseconds(line_milliseconds));
        } else {
            me.wait_spot.park();
        }
        hold.lock();
        if (told || me.list != &line_ || passed_ != passed) continue;
        promote_locked();
    }
}

void pool_core::promote_locked() noexcept
{
    place* const first = line_.first();
    if (first == nullptr) return;
    line_.remove(*first);
    standing_.push_back(*first);
    first->status.store(place_status::standing, order::relaxed);
    first->wait_spot.unpark();
    if (place* const next = line_.first()) next->wait_spot.unpark();  // it now watches the time
}

bool pool_core::forget_debt_locked(place& me) noexcept
{
    if (me.list != &standing_ && me.list != &line_) return false;
    me.list->remove(me);
    debt_.fetch_sub(1, order::relaxed);
    return true;
}

bool pool_core::claim_seat_locked(place& to) noexcept
{
    return table_.find(place_table::asleep, to.index, [&](place& p) {
        place_status now = p.status.load(order::relaxed);
        const bool sleeps = now == place_status::asleep;
        if (!sleeps && !waits_with_a_seat(now)) return false;
        // order: hands on the place's plain fields; too rare for a bounded search
        if (!p.status.compare_exchange_strong(now, sleeps ? place_status::resting : place_status::relieved,
                                              order::acquire, order::relaxed))
            return false;
        table_.remove(place_table::asleep, p.index);
        if (sleeps) resters_like(p).push_back(p);
        pass_locked(p, to);
        return true;
    });
}

void pool_core::settle_locked() noexcept
{
    while (debt_.load(order::relaxed) != 0) {
        place& to = *(standing_.empty() ? line_ : standing_).first();
        if (!claim_seat_locked(to)) return;
        seated_locked(to);
    }
}

void pool_core::seated_locked(place& to) noexcept
{
    const bool waits = to.list == &line_;
    static_cast<void>(forget_debt_locked(to));
    ++passed_;
    // When it stands up, a caller looks for what a thread with this seat would have found.
    if (to.back.read() == place_status::borrowed) wanted_.store(true, order::relaxed);
    // order: hands on the seat
    to.status.store(to.back.read(), order::release);
    if (!waits) return;
    to.wait_spot.unpark();
    if (place* const next = line_.first(); next != nullptr && line_milliseconds != 0) next->wait_spot.unpark();
}

void pool_core::settle() noexcept
{
    if (!has_threads()) return;
    const std::lock_guard hold(seating_);
    settle_locked();
}

// --- resting ---------------------------------------------------------------------------------------------------------

void pool_core::rest_locked(place& me) noexcept
{
    // order: hands on the place's plain fields; too rare for a bounded search
    me.status.store(place_status::resting, order::release);
    resters_like(me).push_back(me);
    if (is_spare(me) && !me.holds_work()) table_.remove(place_table::in_use, me.index);
}

bool pool_core::bring_home_locked() noexcept
{
    bool any = false;
    while (!resting_.empty()) {
        place& home = *resting_.last();
        const bool lent = table_.find(place_table::asleep, home.index, [&](place& p) {
            place_status expected = place_status::asleep;
            if (!is_spare(p) || p.status.load(order::relaxed) != expected) return false;
            // order: hands on the place's plain fields; too rare for a bounded search
            if (!p.status.compare_exchange_strong(expected, place_status::resting, order::acquire, order::relaxed))
                return false;
            table_.remove(place_table::asleep, p.index);
            resting_spares_.push_back(p);
            pass_locked(p, home);
            return true;
        });
        if (!lent) return any;
        any = true;
        resting_.remove(home);
        table_.add(place_table::asleep, home.index);
        // order: hands on the place's plain fields; too rare for a bounded search
        home.status.store(place_status::asleep, order::release);
        // order: as in go_to_sleep, where scenarios fail without; too rare for a bounded search
        full_fence();  // docs/sleep.md, SleepFence, for what only the seat's holder reads; the rest is the caller's
        if (has_mail_for(home)) claim_for_thread(home, home.index);
    }
    return any;
}

bool pool_core::rest_instead(place& spare, place_status from) noexcept
{
    if (!has_threads()) return false;
    place* home = nullptr;
    {
        const std::lock_guard hold(seating_);
        home = resting_.last();
        if (home == nullptr) return false;
        // order: hands on the place's plain fields; too rare for a bounded search
        if (!spare.status.compare_exchange_strong(from, place_status::resting, order::release, order::relaxed))
            return true;  // somebody has taken it, and has counted the thread out
        resting_.remove(*home);
        pass_locked(spare, *home);
        table_.add(place_table::asleep, home->index);
        // order: hands on the place's plain fields; too rare for a bounded search
        home->status.store(place_status::asleep, order::release);
        resting_spares_.push_back(spare);
        if (!spare.holds_work()) table_.remove(place_table::in_use, spare.index);
    }
    if (from == place_status::searching) searching_.remove(spare.index, counted_as(spare));
    full_fence();  // docs/sleep.md, SleepFence, for the one that has the seat now
    if (debt_.load(order::relaxed) != 0) settle();
    if (has_mail_for(*home) && claim_for_thread(*home, home->index)) return true;  // mail that nobody else reads
    if (sees_work(*home, telling::insist)) wake_one(home->index);
    note_idle();
    return true;
}

bool pool_core::keeps_seat(place& me) noexcept
{
    // order: as in come_back
    if (me.status.load(order::acquire) == place_status::busy || !has_threads()) return true;
    count_what_has_ended(me);
    bool brought_home = false;
    {
        const std::lock_guard hold(seating_);
        if (!forget_debt_locked(me)) return true;  // somebody has just given it a seat
        promote_locked();
        rest_locked(me);
        brought_home = bring_home_locked();
    }
    full_fence();  // against the destructor: it sees that this one rests, or is told
    note_idle();
    if (brought_home || me.holds_work()) work_available(me.index);
    return false;
}

void pool_core::stand_up_without_seat(place& p) noexcept
{
    bool brought_home = false;
    {
        const std::lock_guard hold(seating_);
        p.back.write() = place_status::busy;
        if (forget_debt_locked(p)) {
            promote_locked();
            rest_locked(p);
            brought_home = bring_home_locked();
        } else {
            // Somebody has just given it a seat.
            //
            // order: hands on the place's plain fields; too rare for a bounded search
            p.status.store(place_status::asleep, order::release);
        }
    }
    if (brought_home) work_available(p.index);
}

bool pool_core::retire(place& spare) noexcept
{
    const std::lock_guard hold(seating_);
    // What lies there must stay in sight. Nobody adds to it while the thread rests.
    if (spare.status.load(order::relaxed) != place_status::resting || spare.holds_work()) return false;
    resting_spares_.remove(spare);
    spare.tasks.release_pages();
    spare.detached.release_pages();
    spare.status.store(place_status::unused, order::relaxed);
    threadless_.push_back(spare);
    table_.remove(place_table::in_use, spare.index);
    spare.runs->detach();
    spare.runs.reset();
    return true;
}

}  // namespace weft::detail
