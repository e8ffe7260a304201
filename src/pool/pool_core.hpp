// src/pool/pool_core.hpp - a pool: its seats, its threads, and who sleeps.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The protocol of sleeping and waking, with its argument, is in docs/sleep.md; the functions below are its parts.
#pragma once

#include "pool/limits.hpp"
#include "pool/placement.hpp"
#include "pool/rehearsal.hpp"
#include "pool/seat.hpp"

#include <weft/base/atomic.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/base/thread.hpp>
#include <weft/pool/pool_options.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/queue/injector.hpp>
#include <weft/sync/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace weft::detail {

/// How long a thread without work goes on looking.
class patience {
public:
    explicit patience(idle_policy policy) noexcept : policy_(policy) {}

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
    /// Starts the threads; see thread_pool's constructor.
    explicit pool_core(pool_options options) : pool_core(std::move(options), nullptr) {}
    /// A pool without threads, whose seats are played by whoever calls; see rehearsal.hpp.
    pool_core(pool_options options, std::unique_ptr<rehearsal> play);
    /// Waits for all work and all threads.
    ~pool_core();
    pool_core(const pool_core&) = delete;
    pool_core& operator=(const pool_core&) = delete;

    [[nodiscard]] std::uint32_t num_threads() const noexcept { return num_threads_; }

    /// What a test_pool's pool plays; null in every other.
    [[nodiscard]] rehearsal* play() const noexcept { return play_.get(); }

    // --- callers from outside (visit) ---------------------------------------------------------------------------

    /// A seat for a caller from outside. Throws std::bad_alloc, or std::system_error beyond max_outsiders at once.
    seat& sit_down();
    void stand_up(seat& s) noexcept;

    // --- work ---------------------------------------------------------------------------------------------------

    /// Work of any kind has been made available by `from` (its index, or 0): wakes a sleeper unless somebody looks.
    void work_available(std::uint32_t from) noexcept;
    /// Whether work of so many ticks, too short to wake anybody for, is better divided all the same; see fork_context.
    [[nodiscard]] bool divides_short_work(seat& me, std::uint64_t work) noexcept;
    /// `me` has published jobs: as work_available, and tells who watches.
    void jobs_published(seat& me) noexcept;
    void wait_for_job(seat& me, job_slot& job);
    void wait_for_scope(seat& me, scope_core& scope);
    void wait_for_mail(seat& me, const mail_counter& counter);
    void deliver(std::uint32_t index, task* mail) noexcept;
    void spawn_detached(task* t);
    void push_task(seat& me, task* t);
    /// Lays a task of a scope where anyone finds it. `me`: the worker that found it in its way; null: it is new.
    void share_task(task* t, const seat* me);
    yield_result yield_local(seat& me) noexcept;
    yield_result yield_now(seat& me) noexcept;

    void unhandled(std::exception_ptr error) const noexcept;

    // --- blocking -----------------------------------------------------------------------------------------------

    void begin_blocking(seat& me) noexcept;
    void end_blocking(seat& me) noexcept;

    /// The process that made the threads; in a fork's child they do not exist.
    [[nodiscard]] bool has_threads() const noexcept;

    // --- one thread that plays several (rehearsal.cpp); `me`: the seat that it plays now --------------------------

    /// A job has been forked into `slot`. False: the deque is full.
    bool rehearse_push(seat& me, job_slot* slot) noexcept;
    /// The job in `slot` is due. True: `me` is to run it; false: another seat has.
    bool rehearse_pop(seat& me, job_slot* slot) noexcept;
    /// A moment at which other seats may get on with their work.
    void rehearse_moment(seat& me) noexcept { rehearse_moment(me, nullptr); }
    /// Runs, on this thread, all that waits in the pool; called from outside.
    void rehearse_the_rest();

private:
    /// Something to run: a task, or a stolen job and whose it is.
    struct found {
        task* t = nullptr;
        job_slot* job = nullptr;
        seat* victim = nullptr;
    };

    /// Null while the seat is being made: the count may be seen first.
    [[nodiscard]] seat* seat_at(std::uint32_t i) const noexcept { return seats_[i].load(order::acquire); }
    [[nodiscard]] std::uint32_t seat_count() const noexcept { return seat_count_.load(order::relaxed); }
    seat& make_seat(std::uint32_t index, seat_status status);
    void free_seats() noexcept;
    void start_thread(seat& s);
    void pin(std::uint32_t index) const noexcept;
    void stop_threads() noexcept;

    void require_threads() const;

    // The life of a thread.
    void thread_main(seat& me) noexcept;
    void work_until_idle(seat& me) noexcept;
    bool find(seat& me, found& out) noexcept;
    bool steal_any(seat& me, found& out) noexcept;
    static bool steal_from_seat(seat* victim, found& out) noexcept;
    void run(seat& me, const found& work) noexcept;
    void run_task(seat& me, task* t) noexcept;
    void run_job(seat& me, seat& victim, job_slot& job) noexcept;
    bool run_mail(seat& me) noexcept;

    // Sleeping and waking.
    [[nodiscard]] bool sees_work(const seat& me, bool ask) const noexcept;
    bool go_to_sleep(seat& me) noexcept;
    bool wake_one(std::uint32_t from) noexcept;
    bool claim_for_thread(seat& s) noexcept;
    void search(seat& called) noexcept;
    void stop_searching(std::uint32_t from) noexcept;
    void set_asleep_bit(std::uint32_t index) noexcept;
    void clear_asleep_bit(std::uint32_t index) noexcept;
    [[nodiscard]] bool retires(seat& me) noexcept;

    // Helping while waiting.
    bool help_job(seat& me, const job_slot& job, job_state seen) noexcept;
    bool help_scope(seat& me, scope_core& scope, bool only_look) noexcept;
    bool run_own_task(seat& me, const scope_core& scope) noexcept;
    bool run_shared_task(seat& me, const scope_core& scope) noexcept;
    void pass_on(seat& me, task* t) noexcept;
    task* pop_task(seat& me) noexcept;

    // Rehearsals.
    void rehearse_spawn(seat& me, task* t);
    void rehearse_moment(seat& me, job_slot* forked) noexcept;
    void rehearse_scope(seat& me, const scope_core& scope) noexcept;
    void rehearse_mail(seat& me, const mail_counter& counter) noexcept;
    yield_result rehearse_yield(seat& me, bool own) noexcept;
    bool rehearse_one(seat* actor) noexcept;
    bool rehearse_task_of(seat& me, const scope_core& scope) noexcept;
    bool rehearse_any_mail() noexcept;
    void rehearse_job(seat& actor, std::size_t which) noexcept;
    seat* idle_seat() noexcept;
    template <class F>
    static void act_as(seat& actor, F&& f) noexcept;

    const pool_options options_;
    const std::uint32_t num_threads_;
    const std::unique_ptr<rehearsal> play_;  ///< null but in a test_pool
    const placement places_;
    const unsigned born_in_;  ///< the number of forks before this process made the pool

    const std::unique_ptr<atomic<seat*>[]> seats_;  ///< threads, then substitutes, then outsiders; only ever added
    atomic<std::uint32_t> seat_count_{0};
    mutex growing_;
    std::vector<std::unique_ptr<thread>> threads_;  ///< guarded by growing_ once the pool runs

    const std::uint32_t bit_words_;
    const std::unique_ptr<atomic<std::uint64_t>[]> asleep_bits_;  ///< hints: seats that may be asleep
    alignas(cache_line_size) atomic<std::uint32_t> searching_{0};
    alignas(cache_line_size) atomic<bool> wanted_{false};  ///< a wake-up failed: outsiders sat on all sleeping seats
    atomic<bool> stopping_{false};

    alignas(cache_line_size) atomic<std::uint32_t> blocked_{0};  ///< workers inside blocking()
    atomic<std::uint32_t> substitutes_{0};                       ///< threads that stand in for them

    injector<task*> strays_;  ///< from outside: tasks that nobody waits for
    injector<task*> shared_;  ///< tasks of scopes that lie on no worker's deque
};

/// The number of forks that this process descends from since the library was loaded.
unsigned fork_generation() noexcept;

}  // namespace weft::detail
