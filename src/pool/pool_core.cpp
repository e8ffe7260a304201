// src/pool/pool_core.cpp - seats and threads: how a pool starts, grows and ends.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/pool_core.hpp"

#include <weft/base/array.hpp>
#include <weft/base/memory.hpp>
#include <weft/base/ticks.hpp>
#include <weft/topology/cpu_set.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "pool/environment.hpp"

namespace weft::detail {
namespace {

constexpr std::size_t most_threads = 4096;

std::uint32_t checked_thread_count(std::size_t wanted)
{
    if (wanted > most_threads)
        throw std::invalid_argument("weft::thread_pool: num_threads is " + std::to_string(wanted) + ", the most is " +
                                    std::to_string(most_threads));
    return static_cast<std::uint32_t>(wanted != 0 ? wanted : default_thread_count());
}

pool_options with_defaults(pool_options options)
{
    if (options.pin.sets.empty() && options.pin.policy == pin_policy::none) options.pin.policy = default_pin_policy();
    return options;
}

}  // namespace

pool_core::pool_core(pool_options options, std::unique_ptr<rehearsal> play)
    : options_(with_defaults(std::move(options))),
      num_threads_(checked_thread_count(options_.num_threads)),
      play_(std::move(play)),
      places_(play_ ? placement() : place(options_.pin, num_threads_)),
      born_in_(fork_generation()),
      seats_(std::make_unique<atomic<seat*>[]>(num_threads_ + max_substitutes + max_outsiders)),
      bit_words_((num_threads_ + max_substitutes + 63) / 64),
      asleep_bits_(std::make_unique<atomic<std::uint64_t>[]>(bit_words_))
{
    static_cast<void>(ticks_per_microsecond());  // measured here, not in somebody's first loop
    try {
        const seat_status at_first = play_ ? seat_status::asleep : seat_status::busy;
        for (std::uint32_t i = 0; i < num_threads_; ++i) make_seat(i, at_first);
        if (play_) return;
        for (std::uint32_t i = 0; i < num_threads_; ++i) start_thread(*seat_at(i));
    } catch (...) {
        if (!play_) stop_threads();
        free_seats();
        throw;
    }
}

pool_core::~pool_core()
{
    stop_threads();
    free_seats();
}

seat& pool_core::make_seat(std::uint32_t index, seat_status status)
{
    job_slot* const slots = make_array<job_slot>(slots_per_seat);
    try {
        seat* const fresh =
            make<seat>(*this, index, slots, slots_per_seat - 1, num_threads_ > 1, play_ != nullptr, status);
        seats_[index].store(fresh, order::release);  // whoever finds the seat, finds it whole
        if (seat_count_.load(order::relaxed) <= index) seat_count_.store(index + 1, order::relaxed);
        return *fresh;
    } catch (...) {
        dispose_array(slots, slots_per_seat);
        throw;
    }
}

void pool_core::free_seats() noexcept
{
    for (std::uint32_t i = 0; i < seat_count(); ++i) {
        seat* const s = seat_at(i);
        if (s == nullptr) continue;
        job_slot* const slots = s->jobs.slots();
        dispose(s);
        dispose_array(slots, slots_per_seat);
    }
}

// --- threads ---------------------------------------------------------------------------------------------------------

namespace {

/// What a new thread tells the thread that made it: it runs, or its hook has thrown.
struct birth {
    parking_spot born;
    std::exception_ptr error;
};

}  // namespace

void pool_core::start_thread(seat& s)
{
    thread::options how;
    const bool named = s.index < num_threads_ && options_.thread_name;
    how.name = named ? options_.thread_name(s.index) : "weft-" + std::to_string(s.index);
    how.stack_size = options_.stack_size;
    birth report;
    threads_.reserve(threads_.size() + 1);
    auto started = std::make_unique<thread>(std::move(how), [this, &s, &report] {
        pin(s.index);
        current_worker::set(&s);
        try {
            if (s.index < num_threads_ && options_.on_thread_start) options_.on_thread_start(s.index);
        } catch (...) {
            report.error = std::current_exception();
        }
        const bool works = !report.error;
        if (works) {
            s.road.begin();
            searching_.fetch_add(1, order::relaxed);
            s.status.store(seat_status::searching, order::relaxed);
            // Asleep before the constructor returns: a caller finds a seat to borrow at once.
            static_cast<void>(go_to_sleep(s));
        }
        report.born.unpark();  // `report` is gone after this
        if (works) thread_main(s);
        current_worker::set(nullptr);
    });
    report.born.park();
    if (report.error) {
        started->join();
        std::rethrow_exception(report.error);
    }
    threads_.push_back(std::move(started));
}

void pool_core::pin(std::uint32_t index) const noexcept
{
    if (places_.sets.empty()) return;
    // A substitute runs wherever there is room, not where the thread that starts it is pinned. A thread that cannot be
    // pinned runs unpinned.
    const cpu_set& where = index < places_.sets.size() ? places_.sets[index] : places_.home;
    try {
        if (!where.empty()) static_cast<void>(pin_this_thread(where));
    } catch (...) {
    }
}

void pool_core::stop_threads() noexcept
{
    if (!has_threads()) {
        for (auto& t : threads_) t->abandon();
        return;
    }
    for (const worker* w = current_worker::get(); w != nullptr; w = w->outer) {
        if (&w->pool != this) continue;
        std::fputs("weft: a thread_pool is destroyed by one of its own threads, which would wait for itself\n", stderr);
        std::terminate();
    }
    if (play_) return rehearse_the_rest();
    stopping_.store(true, order::relaxed);
    full_fence();
    // Callers from outside who still work here are waited for: their seats' threads end when they stand up.
    for (std::uint32_t i = num_threads_ + max_substitutes; i < seat_count(); ++i) {
        const seat* const s = seat_at(i);
        // order: covered by the end of the task that waits for such a caller, whose thread is joined below
        while (s != nullptr && s->status.load(order::acquire) != seat_status::free) yield_thread();
    }
    for (std::uint32_t i = 0; i < seat_count(); ++i) {
        seat* const s = seat_at(i);
        if (s == nullptr) continue;
        seat_status idle_substitute = seat_status::free;
        if (i >= num_threads_ && i < num_threads_ + max_substitutes)
            s->status.compare_exchange_strong(idle_substitute, seat_status::asleep, order::relaxed, order::relaxed);
        claim_for_thread(*s);
    }
    for (std::size_t i = 0;; ++i) {
        std::unique_lock growing(growing_);  // blocking() may still add threads
        if (i == threads_.size()) break;
        thread& t = *threads_[i];
        growing.unlock();
        t.join();
    }
}

bool pool_core::has_threads() const noexcept { return play_ || born_in_ == fork_generation(); }

void pool_core::thread_main(seat& me) noexcept
{
    for (;;) {
        // A token may be left from an earlier claim: the status decides.
        //
        // order: hands on the seat's plain fields, which the checker does not watch
        while (me.status.load(order::acquire) != seat_status::searching) me.thread_spot.park();
        me.road.arrived();
        work_until_idle(me);
        if (me.status.load(order::relaxed) == seat_status::busy) break;  // the pool stops
    }
    // Others may still work, and send mail: what comes from here on they keep (deliver).
    me.status.store(seat_status::gone, order::relaxed);
    full_fence();
    run_mail(me);
    if (me.index < num_threads_ && options_.on_thread_exit) {
        try {
            options_.on_thread_exit(me.index);
        } catch (...) {
            unhandled(std::current_exception());
        }
        // What it has spawned: the last thread that ends is the only one that can run it.
        for (found work; find(me, work); work = {}) run(me, work);
    }
}

// --- callers from outside --------------------------------------------------------------------------------------------

seat& pool_core::sit_down()
{
    if (play_) play_->enter();
    const auto claim = [](seat* s, seat_status from) {
        if (s == nullptr || s->status.load(order::relaxed) != from) return false;
        // order: hands on the seat's plain fields, which the checker does not watch
        return s->status.compare_exchange_strong(from, seat_status::borrowed, order::acquire, order::relaxed);
    };
    // A seat whose thread sleeps; else one whose thread only looks for work; the last seats first, so that a lone
    // caller finds the same seat, and its cache lines, again.
    for (std::uint32_t i = num_threads_; i-- > 0;) {
        if (claim(seat_at(i), seat_status::asleep)) return *seat_at(i);
    }
    for (std::uint32_t i = num_threads_; i-- > 0;) {
        if (claim(seat_at(i), seat_status::searching)) {
            set_asleep_bit(i);  // its thread goes to sleep as soon as it notices
            stop_searching(i);
            return *seat_at(i);
        }
    }
    const std::uint32_t first = num_threads_ + max_substitutes;
    for (std::uint32_t i = first; i < seat_count(); ++i) {
        if (claim(seat_at(i), seat_status::free)) return *seat_at(i);
    }
    const std::lock_guard growing(growing_);
    const std::uint32_t index = std::max(first, seat_count());
    if (index == first + max_outsiders)
        throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                                "weft: some four thousand threads call into one pool at once");
    return make_seat(index, seat_status::borrowed);
}

void pool_core::stand_up(seat& s) noexcept
{
    const bool numbered = s.index < num_threads_;
    // order: hands on the seat's plain fields, which the checker does not watch
    s.status.store(numbered ? seat_status::asleep : seat_status::free, order::release);
    if (play_) return play_->leave();
    full_fence();  // against deliver, spawn_detached and the destructor: one of the two sides sees the other
    if (stopping_.load(order::relaxed) || !s.mail.empty()) claim_for_thread(s);
    if (!s.strays.empty()) {
        work_available(s.index);
    } else if (wanted_.load(order::relaxed)) {
        wanted_.store(false, order::relaxed);
        if (searching_.load(order::relaxed) == 0 && sees_work(s, true)) wake_one(s.index);
    }
}

// --- blocking --------------------------------------------------------------------------------------------------------

void pool_core::begin_blocking(seat& me) noexcept
{
    if (play_) {
        while (rehearse_one(nullptr)) {}
        return;
    }
    me.jobs.publish_all([&](std::uint32_t i) { return scope_of(me, i); });
    const bool counted = me.blocking++ != 0;
    if (!counted) blocked_.fetch_add(1, order::relaxed);
    jobs_published(me);
    if (counted || !has_threads()) return;  // one thread, one substitute, however many calls it is in
    // Each blocked worker has a substitute, if there can be one: wake or start it.
    const std::lock_guard growing(growing_);
    for (std::uint32_t i = num_threads_; i < num_threads_ + max_substitutes; ++i) {
        if (substitutes_.load(order::relaxed) >= blocked_.load(order::relaxed)) return;
        seat* s = seat_at(i);
        if (s != nullptr) {
            seat_status expected = seat_status::free;
            // order: hands on the seat's plain fields, which the checker does not watch
            if (!s->status.compare_exchange_strong(expected, seat_status::asleep, order::acq_rel, order::relaxed))
                continue;
            substitutes_.fetch_add(1, order::relaxed);
            claim_for_thread(*s);
            continue;
        }
        substitutes_.fetch_add(1, order::relaxed);
        try {
            s = &make_seat(i, seat_status::busy);
            start_thread(*s);  // if it throws, the seat stays busy, without a thread: not used again
        } catch (...) {
            substitutes_.fetch_sub(1, order::relaxed);
            return;  // no thread to be had: the call goes on without one
        }
    }
}

void pool_core::end_blocking(seat& me) noexcept
{
    if (play_ || --me.blocking != 0) return;
    blocked_.fetch_sub(1, order::relaxed);  // a substitute that runs out of work notices
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
