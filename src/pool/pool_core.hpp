// src/pool/pool_core.hpp - a pool: its places, its seats, its threads, and who sleeps.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The protocol of sleeping and waking, with its argument, is in docs/sleep.md; the functions below are its parts.
#pragma once

#include "pool/annex.hpp"
#include "pool/driver.hpp"
#include "pool/limits.hpp"
#include "pool/place.hpp"
#include "pool/place_table.hpp"
#include "pool/placement.hpp"
#include "pool/searchers.hpp"
#include "pool/test_schedule.hpp"

#include <weft/base/cache_padded.hpp>
#include <weft/pool/pool_options.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/queue/injector.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/sync/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>

namespace weft::detail {

struct link;

/// How long a thread without work goes on looking.
class patience {
public:
    explicit patience(idle_policy policy) noexcept : policy_(policy) {}
    /// For a thread that waits for something certain: one that never sleeps for want of work does so here, since others
    /// may use the seat.
    static patience while_waiting(idle_policy policy) noexcept
    {
        return patience(policy == idle_policy::spin ? idle_policy::balanced : policy);
    }

    /// Waits a little. False: enough looking, sleep.
    bool wait() noexcept;
    void reset() noexcept { turn_ = 0; }

private:
    idle_policy policy_;
    std::uint32_t turn_ = 0;
    std::uint64_t deadline_ = 0;
};

class pool_core {
public:
    /// Makes places and threads; start() lets the threads begin.
    explicit pool_core(pool_options options) : pool_core(std::move(options), nullptr) {}
    /// A pool without threads, whose places are played by whoever calls in; see test_schedule.hpp.
    pool_core(pool_options options, std::unique_ptr<test_schedule> schedule);
    /// Waits for all work and all threads.
    ~pool_core();
    pool_core(const pool_core&) = delete;
    pool_core& operator=(const pool_core&) = delete;

    /// Lets the threads begin with their on_thread_start, and waits until all have done that. From here on, and inside
    /// the hooks, the pool can be used. Throws what the first hook that threw has thrown.
    void start();

    [[nodiscard]] std::uint32_t num_threads() const noexcept { return num_threads_; }

    /// What a test_pool's pool plays; null in every other pool.
    [[nodiscard]] test_schedule* schedule() const noexcept { return schedule_.get(); }

    // --- callers from outside (visit) ---------------------------------------------------------------------------

    /// A place for a caller from outside. Throws std::bad_alloc, or std::system_error if there are too many at once.
    place& sit_down();
    void stand_up(place& s) noexcept;

    // --- giving the seat away, and coming back (seats.cpp) --------------------------------------------------------

    /// Whoever works at `me` waits, blocks, or goes elsewhere: until the matching come_back another may have the seat.
    void leave(place& me) noexcept;
    /// Goes on. Waits for a seat only if others that have come back already work without one.
    void come_back(place& me) noexcept;

    // --- work ---------------------------------------------------------------------------------------------------

    /// Work of any kind has been made available by `from` (its index, or 0): wakes a sleeper unless somebody looks.
    void work_available(std::uint32_t from) noexcept
    {
        full_fence();  // docs/sleep.md, PushFence
        work_shown(from);
    }
    /// The same after the fence.
    void work_shown(std::uint32_t from) noexcept
    {
        if (searching_.none() && table_.any(place_table::asleep)) wake_one(from);
    }
    /// The same of a task that the thread of `me` has made ready. One that slept in the driver gets up for it: to wake another
    /// one would take longer than the task. Whoever finds the first of several wakes the next, as always.
    void work_available_at(place& me) noexcept
    {
        if (!gets_up(me, me.index)) work_available(me.index);
    }
    /// Whether work of so many ticks, too short to wake anybody for, is better divided even so; see fork_context.
    [[nodiscard]] bool divides_short_work(place& me, std::uint64_t work) noexcept;
    /// `me` has published jobs: as work_available, and tells whoever watches.
    void jobs_published(place& me) noexcept;
    /// Work for a waiting `home` has been made available. True: it will look.
    bool tell(place& home) noexcept;
    void wait_for_job(place& me, job_slot& job);
    void wait_for_scope(place& me, scope_core& scope);
    void wait_for_mail(place& me, const mail_counter& counter);
    /// The seat that whoever works at `me` has now; no_seat if none, or in a test_pool.
    [[nodiscard]] std::uint32_t seat_number(const place& me) const noexcept;
    void deliver(std::uint32_t seat_number, task* mail) noexcept;
    /// Tells a scope of the tasks that have ended at `me` without being counted; it may end now.
    static void count_what_has_ended(place& me) noexcept;
    void run_task(place& me, task* t) noexcept;
    /// The same for one that this thread has spawned: like a function that it calls, if its mode is still the same, but
    /// rounding is afterwards as before.
    void run_own(place& me, task* t) noexcept;
    /// Of the tasks that wait first in, first out in a scope.
    void run_next(place& me, task* t) noexcept;
    void spawn_detached(task* t);
    void push_task(place& me, task* t);
    /// Puts a task of a scope where anyone finds it.
    void share_task(task* t) { shared_.push(t); }
    yield_result yield_local(place& me) noexcept;
    yield_result yield_now(place& me) noexcept;

    void unhandled(std::exception_ptr error) const noexcept;

    /// For a call of weft::blocking: in a test_pool, plays what waits; else as leave and come_back.
    void begin_blocking(place& me) noexcept;
    void end_blocking(place& me) noexcept { come_back(me); }

    /// What a layer above has added to this pool; null if nothing.
    // order: finds the annex's plain fields, which the checker does not watch
    [[nodiscard]] annex* added() const noexcept { return annex_.load(order::acquire); }
    /// Adds `fresh`, unless something has been added before. Returns what the pool, which owns it, has then.
    annex& add(std::unique_ptr<annex> fresh) noexcept;

    /// Something of an annex has ended on a thread of another pool: the destructor may be waiting for it.
    void look_again() noexcept
    {
        full_fence();
        note_idle();
    }

    /// The process that made the threads; in the child of a fork they do not exist.
    [[nodiscard]] bool has_threads() const noexcept;

    // --- one thread that plays several (test_schedule.cpp); `me`: the place that it plays now ------------------------

    /// A job has been forked into `slot`. False: the deque is full.
    bool schedule_push(place& me, job_slot* slot) noexcept;
    /// The job in `slot` is due. True: `me` is to run it; false: another place has.
    bool schedule_pop(place& me, job_slot* slot) noexcept;
    /// A moment at which other places may get on with their work.
    void schedule_moment(place& me) noexcept { schedule_moment(me, nullptr); }
    /// Runs, on this thread, all that waits in the pool; called from outside.
    void schedule_the_rest();

private:
    /// How many places a thread looks at that looks for work, and how often before it looks at others in a larger pool: if all
    /// looked at all, that would be most of what large pools do.
    static constexpr std::uint32_t most_looks = 16;
    static constexpr std::uint32_t looks_before_others = 8;
    /// How many threads a place calls that have yet to wake.
    static constexpr std::uint32_t most_calls = 3;

    /// Something to run: a task, or a stolen job and whose it is.
    struct found {
        task* t = nullptr;
        job_slot* job = nullptr;
        place* victim = nullptr;
    };

    // How the pool starts and ends (pool_core.cpp).
    place& make_place(place_status status);
    void free_places() noexcept;
    void start_thread(place& p, bool is_spare);
    void pin(std::uint32_t index) noexcept;
    void stop_threads() noexcept;
    void wait_until_idle() noexcept;
    [[nodiscard]] bool is_idle() const noexcept;
    void end_threads(bool spares) noexcept;
    [[nodiscard]] bool is_spare(const place& p) const noexcept { return p.index >= num_threads_; }
    void require_threads() const;
    void thread_main(place& me) noexcept;
    void run_start_hook(place& me) noexcept;
    void end_thread(place& me) noexcept;

    // Seats (seats.cpp). Those whose names end in _locked are called under seating_.
    enum class relief { given, not_needed, not_there, no_thread };
    relief leave_as(place& me, place_status how) noexcept;
    bool regain_seat(place& me) noexcept;
    relief relieve(place& from) noexcept;
    place* spare_locked() noexcept;
    void pass_locked(place& from, place& to) noexcept;
    bool claim_seat_locked(place& to) noexcept;
    void settle_locked() noexcept;
    void seated_locked(place& to) noexcept;
    void promote_locked() noexcept;
    void settle() noexcept;
    bool forget_debt_locked(place& me) noexcept;
    place* take_from_searcher_locked(place& to) noexcept;
    void wait_in_line(place& me, std::unique_lock<mutex>& hold) noexcept;
    [[nodiscard]] place_list& resters_like(const place& p) noexcept { return is_spare(p) ? resting_spares_ : resting_; }
    void rest_locked(place& me) noexcept;
    bool bring_home_locked() noexcept;
    bool rest_instead(place& spare, place_status from) noexcept;
    void stand_up_without_seat(place& p) noexcept;
    /// Whether a thread that has run something may go on. False: it has no seat, and rests now.
    [[nodiscard]] bool keeps_seat(place& me) noexcept;
    bool retire(place& spare) noexcept;
    /// Whoever waits at `me` has found something to do, or need not wait any more.
    void helps_now(place& me) noexcept
    {
        if (me.looks.read() || me.shows_waiting) [[unlikely]]
            looks_no_more(me);
    }
    void looks_no_more(place& me) noexcept;

    // The life of a thread (work.cpp).
    /// Looks first at what is at the place with index `from`.
    void work_until_idle(place& me, std::uint32_t from) noexcept;
    /// A thread that was woken has found work: if there is more, it wakes another. So do those who publish, and the last one
    /// that looked, so that more and more are woken at a time.
    void wake_next(place& me, const found& work) noexcept;
    /// Some work: all that `me` and the pool have is looked through, and some of the other places.
    bool find(place& me, found& out) noexcept;
    [[nodiscard]] bool take_added(place& me, found& out) const noexcept;
    [[nodiscard]] bool take_added_of_others(place& me, found& out) const noexcept;
    bool find_in_turn(place& me, found& out) noexcept;
    /// From the place with index `from`, or from one of those behind it.
    bool steal_near(place& me, std::uint32_t from, found& out) noexcept;
    bool steal_from_place(place& me, place& victim, found& out) noexcept;
    /// A task from another place; the next ones of a few that are taken with it are laid into `mine`.
    task* take_bite(place& me, deque<task*>& from, deque<task*>& mine) noexcept;
    [[nodiscard]] static bool leaves_tasks(const place& me) noexcept;
    void run(place& me, const found& work) noexcept;
    /// Calls f() under `mode`, which is that of whoever handed it out, while others look at `me` for what it publishes.
    template <class F>
    void run_under(place& me, float_mode mode, F&& f) noexcept;
    void run_job(place& me, place& victim, job_slot& job) noexcept;
    [[nodiscard]] bool has_mail_for(const place& p) const noexcept;
    task* pop_mail(place& me) noexcept;
    bool run_mail_of(place& me, const scope_core& scope) noexcept;

    // Sleeping and waking (sleep.cpp).
    /// What to tell those who have nothing to take now: that somebody asks for work, or even insists (split_deque).
    enum class telling { nothing, ask, insist };
    /// Whether there is something to do; `tasks`: also if it is a task, or a ready coroutine, of another place.
    /// `where` is set to the index of a place that has some.
    [[nodiscard]] bool sees_work(const place& me, telling what, std::uint32_t* where = nullptr) const noexcept;
    /// The same for a thread that goes on looking: of the places only some, from the one with index `from` on.
    [[nodiscard]] bool sees_work_near(const place& me, std::uint32_t from, telling what, bool tasks) const noexcept;
    static void tell_of_hunger(place& busy, telling what) noexcept;
    [[nodiscard]] bool sees_shared_work(const place& me, bool tasks) const noexcept;
    /// False: it goes on looking, at the place with index `where` first.
    bool go_to_sleep(place& me, place_status from, std::uint32_t* where = nullptr) noexcept;
    bool wake_one(std::uint32_t from) noexcept;
    /// somebody_is_hungry where all who are to look for work have yet to wake. `me` calls one more if it has work for it, up to
    /// a few at a time: so several times as many are at work after each time that waking takes (docs/scaling.md).
    [[gnu::noinline]] bool wake_another(place& me) noexcept;
    /// Whether a place that was asleep searches from now on; it is called from the place with index `caller`.
    [[nodiscard]] bool gets_up(place& p, std::uint32_t caller) noexcept;
    bool claim_for_thread(place& p, std::uint32_t caller) noexcept;
    bool call_one(std::uint32_t caller) noexcept;
    /// Who has called the thread of `p`, as in place::called_by; that thread need not come any more.
    std::uint32_t answer_call(place& p) noexcept
    {
        if (p.called_by.load(order::relaxed) == 0) return 0;
        // order: finds the caller's place, which may be new; so does the status, mostly: too rare for a bounded search
        const std::uint32_t caller = p.called_by.exchange(0, order::acquire);
        if (caller != 0) table_.at(caller - 1)->calls.fetch_sub(1, order::relaxed);
        return caller;
    }
    /// For the thread of `me`, when it is awake. Returns the place to look at first.
    std::uint32_t has_come(place& me) noexcept
    {
        const std::uint32_t caller = answer_call(me);
        if (caller == 0) return me.index;
        searching_.add(me.index, searchers::kind::woken);
        return caller - 1;
    }
    void search(place& called, searchers::kind how) noexcept;
    [[nodiscard]] bool tells_watcher(place& me) noexcept;
    [[nodiscard]] bool somebody_is_hungry(place& me) noexcept;
    /// Counts out one that looked for work, and if it was the last one, wakes another where there is more. Whoever has taken its
    /// place or its seat says so on its behalf.
    void stop_searching(place& p) noexcept { stop_searching(p, counted_as(p)); }
    void stop_searching(place& p, searchers::kind how) noexcept;
    /// How a place is counted that has just ceased to search; whoever calls its thread from here on does so anew.
    [[nodiscard]] searchers::kind counted_as(place& p) noexcept
    {
        return answer_call(p) != 0 ? searchers::kind::coming : searchers::kind::awake;
    }
    void note_idle() noexcept;

    template <class RunOne>
    yield_result yield_with(place& me, RunOne&& run_one) noexcept;

    // Helping while waiting (waiting.cpp).
    struct wait_record;
    template <class Done>
    bool nap(place& me, place_status how, wait_record& record, Done&& done) noexcept;
    [[nodiscard]] static bool may_help(const place& me) noexcept;
    bool help_below(place& me, const link& way, bool only_look, int& steps) noexcept;
    bool help_job(place& me, const job_slot& job, job_state seen, bool only_look) noexcept;
    bool help_scope(place& me, scope_core& scope, bool only_look) noexcept;
    bool run_own_task(place& me, const scope_core& scope) noexcept;
    bool run_shared_task(place& me, const scope_core& scope, std::size_t looks) noexcept;
    bool run_or_pass_on(place& me, task* t, const scope_core& scope, bool own = false) noexcept;
    bool pass_on(place& me, task* t) noexcept;
    bool run_lost_task(place& me, const scope_core& scope) noexcept;
    static task* pop_task(place& me) noexcept;

    // Test schedules.
    void schedule_spawn(place& me, task* t);
    void schedule_moment(place& me, job_slot* forked) noexcept;
    void schedule_scope(place& me, const scope_core& scope) noexcept;
    void schedule_mail(place& me, const mail_counter& counter) noexcept;
    yield_result schedule_yield(place& me, bool own) noexcept;
    bool schedule_one(place* actor) noexcept;
    bool schedule_task_of(place& me, const scope_core& scope) noexcept;
    bool schedule_any_mail() noexcept;
    void schedule_job(place& actor, std::size_t which) noexcept;
    place* idle_place() noexcept;
    template <class F>
    static void act_as(place& actor, F&& f) noexcept;

    const pool_options options_;
    const float_registers usual_ = float_registers::now();  ///< of the pool's threads while they run nothing
    const std::uint32_t num_threads_;
    const std::unique_ptr<test_schedule> schedule_;  ///< null except in a test_pool
    const placement places_;
    const unsigned forks_before_;  ///< the number of forks before this process made the pool

    place_table table_;  ///< the pool's threads first, then spares and callers as they come; only ever added
    const std::unique_ptr<seat[]> seats_;

    searchers searching_;

    /// What whoever gives up a seat must know of; all seldom written.
    alignas(cache_line_size) atomic<bool> wanted_{false};  ///< a wake-up failed: callers had all sleeping places
    atomic<std::uint32_t> debt_{0};                        ///< how many are standing_ or in line_
    atomic<annex*> annex_{nullptr};                        ///< written once
    atomic<bool> stopping_{false};
    atomic<bool> ending_{false};  ///< all work has ended, and so do the threads
    parking_spot idle_spot_;      ///< where the destructor waits for the end of all work

    alignas(cache_line_size) mutex seating_;
    // Guarded by seating_:
    place_list standing_;        ///< those that go on without a seat
    place_list line_;            ///< those that wait to go on
    std::uint64_t passed_ = 0;   ///< seats that those have got
    place_list resting_;         ///< threads without a seat: the pool's own
    place_list resting_spares_;  ///< and spares
    place_list threadless_;      ///< places of spares that have ended
    bool ended_ = false;         ///< no thread is started any more

    // The start.
    bool wants_driver_ = false;  ///< counted in drivers_wanted
    parking_spot started_spot_;
    atomic<std::uint32_t> starting_{0};
    std::exception_ptr start_error_;  ///< guarded by seating_ until all have started

    injector<task*> detached_;  ///< from outside: tasks that nobody waits for
    injector<task*> shared_;    ///< tasks of scopes that lie on no worker's deque
};

/// From now on forks are noticed: whoever makes what the child of a fork must not use calls this first.
void watch_forks();

/// The number of forks that this process descends from since then.
unsigned fork_generation() noexcept;

}  // namespace weft::detail
