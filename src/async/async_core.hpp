// src/async/async_core.hpp - the coroutines of a pool: which are ready, and which can be asked to stop.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       makers: whoever makes a strand ready, any thread.  takers: the pool's threads, as they look for work.
//
// Fields      shard: ready    the strands that are ready there; its owner is the thread that runs one at the place with the
//                             shard's number, perhaps a caller from outside
//             shard: tasks    the stop states of spawned tasks: which of them live
//             guests_         threads outside the pool that are making something ready
//
// Invariants  I1  A strand lies in one shard at most: who makes it ready owns it, and a taker owns it from then on.
//             I2  While a task lives, its pool does. A thread of the pool that has made it ready counts as working until
//                 it looks for work again, or sleeps in the driver and is joined before the pool's memory goes; one from
//                 outside counts as a guest, from before it makes the strand ready.
//
// Orders      O1  make_ready: stored in the queue, full fence in work_available, look for searchers -- go to sleep: announced,
//                 full fence, look at the queue: PushFence and SleepFence of docs/sleep.md.
//             O2  leave: guests_ release -> the pool's end: guests_ acquire. What the guest did in the pool has happened.
//             The queues hand strands on (ready_queue.hpp).
//
// Checked by  tests/model/async_model.cpp: ready_from_outside (O1, O2), ready_is_taken_once (I1).
#pragma once

#include <weft/async/detail/stop_state.hpp>
#include <weft/async/detail/strand.hpp>
#include <weft/async/detail/timer.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/seam/atomic.hpp>

#include "async/ready_queue.hpp"
#include "pool/annex.hpp"
#include "pool/pool_core.hpp"

#include <cstdint>
#include <memory>

namespace weft::detail {

/// Whether this thread runs `s` now, and no other strand on top of it.
[[nodiscard]] bool runs_here(const strand& s) noexcept;

class async_core final : public annex {
public:
    explicit async_core(pool_core& pool);
    ~async_core() override;

    [[nodiscard]] pool_core& pool() const noexcept { return pool_; }

    /// In the child of a fork, before anything else is done here: what waits in the parent stays there, and so do the locks
    /// that its threads may have held. Throws std::bad_alloc.
    void renew_after_fork()
    {
        // order: shows the new shards; no scenario has a fork
        if (born_in_.load(order::acquire) != fork_generation()) [[unlikely]]
            renew();
    }

    void make_ready(strand& s) noexcept;

    /// Lets `s`, which is suspended, go on after a strand of this pool that ends here: what it gives is to be run next.
    [[nodiscard]] strand* go_on_with(strand& s) noexcept;

    /// What time it is for the pool's tasks: in a test_pool time passes only when nothing else can be done.
    [[nodiscard]] clock::time_point now() const noexcept;
    /// Where they sleep. Throws std::system_error if the thread that wakes them cannot be started.
    [[nodiscard]] timer_queue& timers();

    /// Where a task that is spawned now is to be stopped when the pool ends.
    [[nodiscard]] stop_state& tasks() noexcept;

    /// A task is about to be spawned here.
    void begin() noexcept;
    /// One that was spawned here ends on a thread of another pool, and leaves the list of tasks by `leave`.
    template <class Leave>
    void end_elsewhere(Leave&& leave) noexcept
    {
        // order: is_idle() finds the list empty, under its lock, and then this
        guests_.fetch_add(1, order::relaxed);
        leave();
        pool_.look_again();
        // order: the memory of the pool ends after this, which the checker does not watch
        guests_.fetch_sub(1, order::release);  // O2
    }

    /// Runs `s` here, on this thread, which works at `me`, until it is suspended.
    void run_here(worker& me, strand& s) noexcept;

    /// Waits, on a thread of whatever kind, until `over`, which another strand sets before it unparks `spot`.
    void wait(parking_spot& spot, const atomic<bool>& over) noexcept;

    // annex
    [[nodiscard]] bool has_work() const noexcept override;
    [[nodiscard]] bool has_work_at(std::uint32_t where) const noexcept override;
    [[nodiscard]] task* take(std::uint32_t where) noexcept override;
    [[nodiscard]] task* take_from_others(std::uint32_t where, std::uint32_t& count) noexcept override;
    void end() noexcept override;
    [[nodiscard]] bool is_idle() const noexcept override;
    [[nodiscard]] std::uint64_t begun() const noexcept override;
    bool pass_time() noexcept override;

private:
    struct alignas(cache_line_size) shard {
        ready_queue<> ready;
        alignas(cache_line_size) atomic<std::uint32_t> turn{0};  ///< how often somebody has looked here first; about
        atomic<std::uint32_t> watched{0};  ///< which other shard is watched from here, and its turn when that began
        atomic<std::uint32_t> watched_turn{0};
        stop_state tasks;
    };

    void renew();
    void make_ready_alone(strand& s) noexcept;
    [[nodiscard]] shard& shard_of(std::uint32_t place) const noexcept { return shards_[place % count_]; }
    /// Whether the thread at that place owns the queue of its shard: those that stand in for others do not.
    [[nodiscard]] bool owns_shard(std::uint32_t place) const noexcept { return place < count_; }
    // By the thread that works at the place.
    void push(std::uint32_t place, task& t) noexcept;
    task* pop(std::uint32_t place) noexcept;
    /// What lies in a shard where nobody has looked for a while, or null.
    task* take_neglected(shard& own, std::uint32_t where) noexcept;
    /// Takes the older half of what is ready in `from`: the oldest is the caller's, the others are laid down at `where`.
    task* take_half(shard& from, std::uint32_t where, std::uint32_t& count) noexcept;

    /// The time of a test_pool.
    struct played_time {
        clock::time_point now = clock::now();
        timer_queue sleepers;
    };

    pool_core& pool_;
    const std::unique_ptr<played_time> play_;  ///< null but in a test_pool
    const std::uint32_t count_;
    std::unique_ptr<shard[]> shards_;
    bool has_others_ = true;  ///< threads that take what is ready: not in a test_pool, and not in the child of a fork
    atomic<unsigned> born_in_{fork_generation()};
    atomic<unsigned> renewed_in_{fork_generation()};            ///< begun to be renewed
    alignas(cache_line_size) atomic<std::uint32_t> guests_{0};  // apart from what everybody reads
    atomic<std::uint64_t> begun_{0};
    atomic<bool> ends_{false};  ///< for who plays a test_pool: that thread writes it
};

}  // namespace weft::detail
