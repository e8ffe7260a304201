// src/pool/seat.hpp - a place in a pool with everything that belongs to it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "pool/limits.hpp"
#include "pool/steering.hpp"

#include <weft/base/atomic.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/pool/detail/task.hpp>
#include <weft/pool/detail/worker.hpp>
#include <weft/queue/deque.hpp>
#include <weft/sync/parking_spot.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// Who has a seat. Only the holder runs jobs from it.
enum class seat_status : std::uint32_t {
    asleep,     ///< its thread sleeps, or is about to: anyone may claim the seat, to wake the thread or to sit down
    searching,  ///< its thread looks for work: a caller from outside may claim the seat
    called,     ///< somebody is about to make it search: bit and count first, since a searching seat may be borrowed
    busy,       ///< its thread works
    borrowed,   ///< a caller from outside sits here
    free,       ///< an extra seat, without a thread, that nobody uses
    gone,       ///< the pool stops, and the seat's thread has ended
};

/// A mailbox: tasks for one seat's holder, pushed by anyone, taken all at once.
class mailbox {
public:
    void push(task* t) noexcept
    {
        task* first = head_.load(order::relaxed);
        do {
            t->next = first;
        } while (!head_.compare_exchange_weak(first, t, order::release, order::relaxed));
    }

    /// The tasks in the order they came; linked by next.
    [[nodiscard]] task* take_all() noexcept
    {
        if (head_.load(order::relaxed) == nullptr) return nullptr;
        task* newest = head_.exchange(nullptr, order::acquire);
        task* oldest = nullptr;
        while (newest != nullptr) {
            task* const next = newest->next;
            newest->next = oldest;
            oldest = newest;
            newest = next;
        }
        return oldest;
    }

    [[nodiscard]] bool empty() const noexcept { return head_.load(order::relaxed) == nullptr; }

private:
    atomic<task*> head_{nullptr};
};

/// A place in a pool. The first num_threads seats have a thread each; a caller from outside borrows one whose thread
/// has nothing to do, or takes an extra seat.
///
/// Fields by who may touch them:
///   holder only           jobs (owner side), tasks and strays (owner side), top, level, low, turns, short_work,
///                         divided_at, blocking
///   anyone, atomic        status, mail, scope, scope_first, watcher, the thief side of the deques
///   anyone                thread_spot.unpark by who claims the seat for its thread; wait_spot.unpark by who has news
///                         for a holder that waits. Both outlive every use: seats live as long as the pool.
struct seat final : worker {
    seat(pool_core& home, std::uint32_t number, job_slot* slots, std::size_t capacity, bool thieves, bool rehearses,
         seat_status first_status)
        : worker(home, number, slots, capacity, thieves, rehearses), status(first_status)
    {
        if (rehearses) jobs.always_ask();
    }

    // What this seat's holder works for, for workers that wait and want to help: the scope, and the first slot whose
    // job descends from it. `top` is the same with its history, for the holder.
    activation* top = nullptr;
    atomic<scope_core*> scope{nullptr};
    atomic<std::uint32_t> scope_first{0};

    alignas(cache_line_size) atomic<seat_status> status;
    mailbox mail;
    /// A waiting worker, by its index + 1, that would like to know when this one publishes a job.
    atomic<std::uint32_t> watcher{0};

    steering road;             ///< to another processor than the waker's; the claimant's, and the sleeping thread's
    parking_spot thread_spot;  ///< where the seat's thread sleeps when it has nothing to do
    parking_spot wait_spot;    ///< where the holder sleeps when it waits for a job or a scope

    alignas(cache_line_size) deque<task*> tasks{tasks_at_first};  ///< spawned into scopes
    deque<task*> strays{tasks_at_first};                          ///< spawned with nobody waiting
    std::uint64_t level = 0;  ///< pushes less pops of `tasks`: the position of its newest end, whatever is stolen
    std::uint64_t low = 0;    ///< the lowest level since the innermost open scope was opened: what lies above is newer
    std::uint32_t turns = 0;
    std::uint64_t short_work = 0;     ///< ticks of work too short to wake anybody for, done alone, of late
    std::uint64_t divided_at = 0;     ///< when such work was last divided, in ticks; 0: nobody came back for more
    std::uint64_t short_work_at = 0;  ///< when the newest of it began, in ticks
    std::uint32_t blocking = 0;       ///< calls of weft::blocking that the holder is in, one inside the other
};

/// Shows helpers what the seat works for. A helper that reads a mixture of two activations is harmless: it compares
/// twice, and the epoch of the deque settles the rest (split_deque, I3). Who reads a scope reads a first slot that is at
/// least as new, and the other way round; that is what the orders are for.
inline void show_activation(seat& self) noexcept
{
    const activation* const a = self.top;
    self.scope.store(nullptr, order::relaxed);
    // order: matters only if the seat changes twice while a helper looks once, too rare for a bounded search
    self.scope_first.store(a ? a->first : 0, order::release);
    // order: as above
    self.scope.store(a ? a->scope : nullptr, order::release);
}

/// Begins to work for `record.scope`; the record lives until the matching leave_activation.
inline void enter_activation(seat& self, activation& record) noexcept
{
    record.first = self.jobs.index_of(self.jobs.head());
    record.outer = self.top;
    self.top = &record;
    show_activation(self);
}

inline void leave_activation(seat& self) noexcept
{
    self.top = self.top->outer;
    show_activation(self);
}

/// What the job in slot number `slot` of this seat works for.
scope_core* scope_of(const seat& self, std::uint32_t slot) noexcept;

/// Works for `scope` during the life of this object.
class working_for {
public:
    working_for(seat& self, scope_core* scope) noexcept : self_(self), record_{scope, 0, nullptr}
    {
        enter_activation(self_, record_);
    }
    ~working_for() { leave_activation(self_); }
    working_for(const working_for&) = delete;
    working_for& operator=(const working_for&) = delete;

private:
    seat& self_;
    activation record_;
};

}  // namespace weft::detail
