// src/pool/pool_core.cpp - places and threads: how a pool starts, whom it lets in, and how it ends.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/pool_core.hpp"

#include <weft/base/detail/array.hpp>
#include <weft/seam/clock.hpp>
#include <weft/seam/events.hpp>
#include <weft/seam/memory.hpp>
#include <weft/seam/ticks.hpp>
#include <weft/topology/cpu_set.hpp>

#include <cstdio>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "pool/environment.hpp"
#include "topology/thread_affinity.hpp"

namespace weft::detail {
namespace {

std::uint32_t checked_thread_count(std::size_t wanted)
{
    if (wanted > most_threads)
        throw std::invalid_argument("weft::thread_pool: num_threads is " + std::to_string(wanted) + ", the limit is " +
                                    std::to_string(most_threads));
    return static_cast<std::uint32_t>(wanted != 0 ? wanted : default_thread_count());
}

pool_options with_defaults(pool_options options)
{
    if (options.pin.sets.empty() && options.pin.policy == pin_policy::none) options.pin.policy = default_pin_policy();
    return options;
}

/// Slots of jobs. Fresh zero pages need not be touched, so a place takes memory only for as deep as it forks.
job_slot* make_slots()
{
    if constexpr (zero_is_constructed) {
        return static_cast<job_slot*>(allocate_zeroed(slots_per_place * sizeof(job_slot), alignof(job_slot)));
    } else {
        return make_array<job_slot>(slots_per_place);
    }
}

void dispose_slots(job_slot* slots) noexcept
{
    if constexpr (zero_is_constructed) {
        deallocate_zeroed(slots, slots_per_place * sizeof(job_slot), alignof(job_slot));
    } else {
        dispose_array(slots, slots_per_place);
    }
}

}  // namespace

pool_core::pool_core(pool_options options, std::unique_ptr<test_schedule> schedule)
    : options_(with_defaults(std::move(options))),
      num_threads_(checked_thread_count(options_.num_threads)),
      schedule_(std::move(schedule)),
      places_(schedule_ ? placement() : place_threads(options_.pin, num_threads_)),
      forks_before_(fork_generation()),
      seats_(std::make_unique<seat[]>(num_threads_)),
      searching_(num_threads_)
{
    static_cast<void>(ticks_per_microsecond());  // measured here, not in somebody's first loop
    try {
        for (std::uint32_t i = 0; i < num_threads_; ++i) {
            place& p = make_place(schedule_ ? place_status::asleep : place_status::busy);
            p.seat.store(i, order::relaxed);
            seats_[i].holder.store(i, order::relaxed);
            table_.add(place_table::in_use, i);
        }
        if (!schedule_) {
            for (std::uint32_t i = 0; i < num_threads_; ++i) start_thread(*table_.at(i), false);
        }
    } catch (...) {
        ending_.store(true, order::relaxed);
        for (std::uint32_t i = 0; i < table_.size(); ++i) {
            place* const p = table_.at(i);
            if (p == nullptr || p->runs == nullptr) continue;
            wake_thread_at(p->thread_spot);
            p->runs->join();
            p->runs.reset();
        }
        free_places();
        throw;
    }
}

pool_core::~pool_core()
{
    stop_threads();
    free_places();
    delete added();
    if (wants_driver_) want_driver(-1);
}

annex& pool_core::add(std::unique_ptr<annex> fresh) noexcept
{
    annex* before = nullptr;
    // order: shows the annex's plain fields, which the checker does not watch
    if (!annex_.compare_exchange_strong(before, fresh.get(), order::release, order::acquire)) return *before;
    annex& mine = *fresh.release();
    full_fence();  // against stop_threads: it finds the annex, or this sees that it ends
    if (stopping_.load(order::relaxed)) mine.end();
    return mine;
}

place& pool_core::make_place(place_status status)
{
    const std::uint32_t index = table_.next_index();
    job_slot* const slots = make_slots();
    try {
        place* const fresh =
            make<place>(*this, index, slots, slots_per_place - 1, num_threads_ > 1, schedule_ != nullptr, status);
        table_.put(index, fresh);
        return *fresh;
    } catch (...) {
        dispose_slots(slots);
        throw;
    }
}

void pool_core::free_places() noexcept
{
    for (std::uint32_t i = 0; i < table_.size(); ++i) {
        place* const p = table_.at(i);
        if (p == nullptr) continue;
        job_slot* const slots = p->jobs.slots();
        dispose(p);
        dispose_slots(slots);
    }
}

// --- threads ---------------------------------------------------------------------------------------------------------

void pool_core::start_thread(place& p, bool spare)
{
    thread::options how;
    how.name = !spare && options_.thread_name ? options_.thread_name(p.index) : "weft-" + std::to_string(p.index);
    how.stack_size = options_.stack_size;
    p.runs = std::make_unique<thread>(std::move(how), [this, &p, spare] {
        pin(p.index);
        p.own = usual_;
        p.own_is_read = true;
        p.own.restore();
        p.begun_under = usual_.mode();
        current_worker::set(&p);
        bool works = true;
        if (!spare) {
            p.thread_spot.park();  // for start(), or the end of a constructor that failed
            works = !ending_.load(order::relaxed);
            if (works) run_start_hook(p);
        }
        if (works) thread_main(p);
        current_worker::set(nullptr);
    });
}

void pool_core::start()
{
    watch_if_asked();
    starting_.store(num_threads_, order::relaxed);
    for (std::uint32_t i = 0; i < num_threads_; ++i) wake_thread_at(table_.at(i)->thread_spot);
    started_spot_.park();
    if (start_error_) {
        stop_threads();
        std::rethrow_exception(std::exchange(start_error_, nullptr));
    }
    wants_driver_ = options_.driver_thread;
    if (wants_driver_) want_driver(1);
}

void pool_core::run_start_hook(place& me) noexcept
{
    try {
        if (options_.on_thread_start) options_.on_thread_start(me.index);
        me.hooked = true;
    } catch (...) {
        const std::lock_guard hold(seating_);
        if (!start_error_) start_error_ = std::current_exception();
    }
    me.own.restore();
    // Asleep before start() returns: so a caller finds a place to borrow at once. If the hook has waited, its seat may
    // be somebody else's now.
    if (keeps_seat(me)) static_cast<void>(go_to_sleep(me, place_status::busy));
    // order: hands start_error_ on, which the checker does not watch
    if (starting_.fetch_sub(1, order::acq_rel) == 1) started_spot_.unpark();
}

void pool_core::pin(std::uint32_t index) noexcept
{
    // A thread that cannot be pinned runs unpinned.
    try {
        cpu_set where;
        if (index < places_.sets.size()) {
            where = places_.sets[index];
        } else if (!places_.sets.empty()) {
            where = places_.home;
        } else if (index < num_threads_) {
            table_.at(index)->system_id.store(this_thread_id(), order::relaxed);
        } else {
            // A spare inherits the affinity of whoever starts it: of a pinned caller from outside, say. It may run wherever
            // any of the pool's own threads may now, which may have tied themselves each to a processor of its own.
            constexpr std::uint32_t most_asked = 64;
            for (std::uint32_t i = 0; i < num_threads_ && i < most_asked; ++i) {
                where = where | thread_affinity(table_.at(i)->system_id.load(order::relaxed));
            }
        }
        if (!where.empty()) static_cast<void>(pin_this_thread(where));
    } catch (...) {
    }
}

void pool_core::thread_main(place& me) noexcept
{
    constexpr auto patience_of_spares = std::chrono::seconds(spare_seconds);
    for (;;) {
        // A token may be left from an earlier claim: the status decides.
        //
        // order: hands on the place's plain fields; too rare for a bounded search
        const place_status now = me.status.load(order::acquire);
        const std::uint32_t caller = has_come(me);
        if (now == place_status::searching) {
            work_until_idle(me, caller);
        } else if (now == place_status::gone) {
            return end_thread(me);
        } else if (now != place_status::resting || !is_spare(me) || spare_seconds == 0) {
            if (driver* const d = driver_there()) {
                d->park(me.thread_spot);
            } else {
                me.thread_spot.park();
            }
        } else if (!me.thread_spot.park_until(clock::now() + patience_of_spares) && retire(me)) {
            return;
        }
    }
}

// --- the end ---------------------------------------------------------------------------------------------------------

bool pool_core::is_idle() const noexcept
{
    // First: what ends there may have left tasks, and may not have quite ended on the thread that ran it.
    const annex* const more = added();
    const std::uint64_t begun = more != nullptr ? more->begun() : 0;
    if (more != nullptr && !more->is_idle()) return false;
    for (std::uint32_t i = 0; i < num_threads_; ++i) {
        if (!seats_[i].mail.empty()) return false;
    }
    for (std::uint32_t i = 0; i < table_.size(); ++i) {
        const place* const p = table_.at(i);
        if (p == nullptr) continue;
        // order: the end of all work, for what is done with the pool and with the program's data afterwards
        switch (p->status.load(order::acquire)) {
            case place_status::asleep:
            case place_status::resting:
            case place_status::unused:
            case place_status::gone:
                break;
            default:
                return false;
        }
        if (p->holds_work()) return false;
    }
    if (!detached_.empty() || !shared_.empty()) return false;
    // What ran meanwhile may have begun something that waits for a timer, say, and sleeps here now.
    return added() == more && (more == nullptr || more->begun() == begun);
}

void pool_core::wait_until_idle() noexcept
{
    // Only its own tasks may use the pool now: once it is idle it stays idle.
    while (!is_idle()) idle_spot_.park();
}

void pool_core::end_threads(bool spares) noexcept
{
    // Waits for those that an on_thread_exit has woken again.
    for (std::uint32_t i = spares ? num_threads_ : 0; i < (spares ? table_.size() : num_threads_); ++i) {
        place* const p = table_.at(i);
        if (p == nullptr || p->runs == nullptr) continue;
        for (bool claimed = false; !claimed;) {
            {
                const std::lock_guard hold(seating_);
                place_status now = p->status.load(order::relaxed);
                if (now == place_status::resting || now == place_status::unused) {
                    if (p->list != nullptr) p->list->remove(*p);
                    // order: hands on the place's plain fields; too rare for a bounded search
                    p->status.store(place_status::gone, order::release);
                    claimed = true;
                } else if (now == place_status::asleep) {
                    claimed =
                        // order: as above
                        p->status.compare_exchange_strong(now, place_status::gone, order::acq_rel, order::relaxed);
                }
            }
            if (!claimed) idle_spot_.park();
        }
        wake_thread_at(p->thread_spot);
    }
    for (std::uint32_t i = spares ? num_threads_ : 0; i < (spares ? table_.size() : num_threads_); ++i) {
        place* const p = table_.at(i);
        if (p == nullptr || p->runs == nullptr) continue;
        p->runs->join();
        p->runs.reset();
    }
}

void pool_core::stop_threads() noexcept
{
    if (!has_threads()) {
        for (std::uint32_t i = 0; i < table_.size(); ++i) {
            if (place* const p = table_.at(i); p != nullptr && p->runs) p->runs->abandon();
        }
        return;
    }
    if (visit::place_of_this_thread(*this) != nullptr) {
        std::fputs("weft: a thread_pool is destroyed by one of its own threads, which would wait for itself\n", stderr);
        std::terminate();
    }
    stopping_.store(true, order::relaxed);
    // Against add, and whoever goes idle: it sees stopping_, or what it has done is seen here, now and later.
    full_fence();
    if (annex* const more = added()) more->end();
    if (schedule_) return schedule_the_rest();
    const blocking_section elsewhere;  // this may be a thread of another pool
    wait_until_idle();
    ending_.store(true, order::relaxed);
    end_threads(false);
    wait_until_idle();
    {
        const std::lock_guard hold(seating_);
        ended_ = true;
    }
    end_threads(true);
}

void pool_core::end_thread(place& me) noexcept
{
    {
        const std::lock_guard hold(seating_);  // against deliver, which reads the mail of seats whose holders are gone
        me.back.write() = place_status::busy;
        me.status.store(place_status::busy, order::relaxed);
    }
    me.begun_under = usual_.mode();  // a caller may have worked here last
    me.spawns_under = {};
    if (me.hooked && options_.on_thread_exit) {
        try {
            options_.on_thread_exit(me.index);
        } catch (...) {
            unhandled(std::current_exception());
        }
    }
    me.own.restore();
    // What the hook has spawned: the last thread to end is the only one that can run it.
    for (found work; find(me, work); work = {}) run(me, work);
    {
        const std::lock_guard hold(seating_);
        if (!forget_debt_locked(me) && me.seat.load(order::relaxed) != no_seat && debt_.load(order::relaxed) != 0) {
            place& heir = *(standing_.empty() ? line_ : standing_).first();
            pass_locked(me, heir);
            seated_locked(heir);
        }
        me.status.store(place_status::gone, order::relaxed);
    }
    // order: no scenario has mail at the very end of a thread, and a thread that is delayed there
    full_fence();  // against deliver: what comes from here on, the sender keeps
    const auto next = [&] {
        const std::lock_guard hold(seating_);  // against deliver
        return pop_mail(me);
    };
    while (task* const t = next()) run_task(me, t);
    note_idle();
}

bool pool_core::has_threads() const noexcept { return schedule_ || forks_before_ == fork_generation(); }

// --- callers from outside --------------------------------------------------------------------------------------------

place& pool_core::sit_down()
{
    if (schedule_) schedule_->enter();
    const auto claim = [](place* p, place_status from) {
        if (p == nullptr || p->status.load(order::relaxed) != from) return false;
        // order: hands on the place's plain fields; too rare for a bounded search
        if (!p->status.compare_exchange_strong(from, place_status::borrowed, order::acquire, order::relaxed))
            return false;
        p->back.write() = place_status::borrowed;
        return true;
    };
    // A place whose thread sleeps; else one whose thread only looks for work, unless some work may starve; the last
    // ones first, so that a lone caller finds the same place, and its cache lines, again.
    for (std::uint32_t i = num_threads_; i-- > 0;) {
        if (claim(table_.at(i), place_status::asleep)) return *table_.at(i);
    }
    const annex* const more = added();
    if (detached_.empty() && shared_.empty() && (more == nullptr || !more->has_work())) {
        for (std::uint32_t i = num_threads_; i-- > 0;) {
            if (claim(table_.at(i), place_status::searching)) {
                table_.add(place_table::asleep, i);  // its thread goes to sleep as soon as it notices
                stop_searching(*table_.at(i));
                return *table_.at(i);
            }
        }
    }
    place* own = nullptr;
    table_.find(place_table::unused, 0, [&](place& p) {
        if (!claim(&p, place_status::unused)) return false;
        table_.remove(place_table::unused, p.index);
        own = &p;
        return true;
    });
    if (own == nullptr) {
        own = &make_place(place_status::borrowed);
        own->back.write() = place_status::borrowed;
        own->for_callers = true;
    }
    table_.add(place_table::in_use, own->index);
    return *own;
}

void pool_core::stand_up(place& p) noexcept
{
    if (schedule_) {
        p.status.store(place_status::asleep, order::relaxed);
        return schedule_->leave();
    }
    const bool living = has_threads();
    if (p.for_callers) {
        const bool empty = !p.holds_work();
        if (empty) {
            table_.remove(place_table::in_use, p.index);
            p.tasks.release_pages();  // a crowd of callers may never come again
            p.detached.release_pages();
        }
        // order: hands on the place's plain fields; too rare for a bounded search
        p.status.store(place_status::unused, order::release);
        table_.add(place_table::unused, p.index);
    } else if (living && p.status.load(order::acquire) != place_status::borrowed) {
        stand_up_without_seat(p);
    } else if (living && (has_mail_for(p) || (wanted_.load(order::relaxed) && sees_work(p, telling::nothing)))) {
        // To its thread at once: other callers would be faster, if there are always some.
        wanted_.store(false, order::relaxed);
        p.back.write() = place_status::busy;
        p.status.store(place_status::called, order::relaxed);
        search(p, searchers::kind::awake);
        wake_thread_at(p.thread_spot);
        return;
    } else {
        p.back.write() = place_status::busy;
        // order: hands on the place's plain fields; too rare for a bounded search
        p.status.store(place_status::asleep, order::release);
    }
    if (!living) return;
    full_fence();  // against deliver, spawn_detached and the destructor: one of the two sides sees the other
    note_idle();
    if (debt_.load(order::relaxed) != 0) settle();
    if (has_mail_for(p)) claim_for_thread(p, p.index);
    if (!p.detached.empty()) {
        work_available(p.index);
    } else if (wanted_.load(order::relaxed)) {
        wanted_.store(false, order::relaxed);
        // order: its other side is in wake_one, where scenarios fail without; too rare here for a bounded search
        full_fence();  // docs/sleep.md, WantedFence
        if (searching_.none() && sees_work(p, telling::insist)) wake_one(p.index);
    }
}

// --- blocking --------------------------------------------------------------------------------------------------------

void pool_core::begin_blocking(place& me) noexcept
{
    if (schedule_) {
        while (schedule_one(nullptr)) {}
        return;
    }
    leave(me);
}

void pool_core::unhandled(std::exception_ptr error) const noexcept
{
    if (!options_.on_unhandled) {
        // Named on stderr by the runtime: rethrown inside a noexcept function it reaches std::terminate.
        std::rethrow_exception(std::move(error));
    }
    options_.on_unhandled(std::move(error));
}

}  // namespace weft::detail
