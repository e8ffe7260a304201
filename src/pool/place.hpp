// src/pool/place.hpp - seats, and places: where a thread works, with everything that belongs to it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A seat is the right to work. A pool has num_threads of them; a seat has an index, which is what
// current_thread_index() returns, and a mailbox for what must run there (broadcast). A place is where a thread works:
// its deques, which stay with the thread's stack. A thread that waits gives its seat away and keeps its place.
#pragma once

#include "pool/bite.hpp"
#include "pool/float_mode.hpp"
#include "pool/limits.hpp"

#include <weft/base/cache_padded.hpp>
#include <weft/pool/detail/task.hpp>
#include <weft/pool/detail/worker.hpp>
#include <weft/queue/deque.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>
#include <weft/seam/thread.hpp>
#include <weft/sync/detail/parking_spot.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace weft::detail {

/// Who is at a place, and whether there is a seat with it. Only whoever is there runs jobs from it.
enum class place_status : std::uint32_t {
    // With a seat.
    asleep,  ///< its thread sleeps, or is about to: anyone may claim it, to wake the thread, sit down, or take the seat
    searching,  ///< its thread looks for work: a caller from outside, or whoever comes back, may claim it
    called,     ///< somebody is about to make it search: count first, since a searching one may be claimed
    busy,       ///< its thread works
    borrowed,   ///< a caller from outside works here; without a seat if all were taken when it came
    away,       ///< whoever works here waits, or is elsewhere: anyone may claim the seat
    napping,    ///< as away; and whoever waits wants to hear of new work that it may do
    called_in,  ///< was napping, and has been told: it looks for work, or its wait is over
    // Without one.
    relieved,  ///< was away or napping, and the seat has been claimed
    in_line,   ///< wants to go on, and waits for a seat
    standing,  ///< goes on without a seat, until one comes free
    resting,   ///< its thread sleeps until somebody has a seat for it
    unused,    ///< nobody is here: a place for callers from outside, or one whose thread has ended
    gone,      ///< the pool ends, and so has the place's thread
};

/// Whether a place in this state has a seat that anyone may claim, although its thread does not sleep for want of work.
[[nodiscard]] inline bool waits_with_a_seat(place_status s) noexcept
{
    return s == place_status::away || s == place_status::napping;
}

/// A mailbox: tasks for the holder of one seat, pushed by anyone, taken by the holder one by one: what is left is for
/// the next holder if the seat is given away meanwhile.
class mailbox {
public:
    void push(task* t) noexcept
    {
        task* first = newest_.load(order::relaxed);
        do {
            t->next = first;
            // order: shows what the task holds, which the checker does not watch
        } while (!newest_.compare_exchange_weak(first, t, order::release, order::relaxed));
    }

    /// The oldest task for which `wanted(task)` holds, or null. For the holder.
    template <class Wanted>
    [[nodiscard]] task* pop(Wanted&& wanted) noexcept
    {
        if (newest_.load(order::relaxed) != nullptr) open();
        task* before = nullptr;
        // order: hands on what the last holder has left, as the seat does
        for (task* t = oldest_.load(order::acquire); t != nullptr; before = t, t = t->next) {
            if (!wanted(*t)) continue;
            if (before == nullptr) {
                // order: as in the load above
                oldest_.store(t->next, order::release);
            } else {
                before->next = t->next;
            }
            return t;
        }
        return nullptr;
    }

    [[nodiscard]] task* pop() noexcept
    {
        return pop([](const task&) { return true; });
    }

    [[nodiscard]] bool empty() const noexcept
    {
        return newest_.load(order::relaxed) == nullptr && oldest_.load(order::relaxed) == nullptr;
    }

private:
    /// Appends what has come to what is there, in the order in which it came.
    void open() noexcept
    {
        // order: as in push
        task* come = newest_.exchange(nullptr, order::acquire);
        task* in_order = nullptr;
        while (come != nullptr) {
            task* const next = come->next;
            come->next = in_order;
            in_order = come;
            come = next;
        }
        task* last = oldest_.load(order::relaxed);
        // order: as in pop
        if (last == nullptr) return oldest_.store(in_order, order::release);
        while (last->next != nullptr) last = last->next;
        last->next = in_order;
    }

    atomic<task*> newest_{nullptr};  ///< what has come, linked from newest to oldest
    atomic<task*> oldest_{nullptr};  ///< what a holder has seen, from oldest to newest; holders only
};

inline constexpr std::uint32_t no_seat = ~std::uint32_t{0};

/// One of a pool's num_threads rights to work.
struct alignas(cache_line_size) seat {
    mailbox mail;
    atomic<std::uint32_t> holder{0};  ///< the index of the place that has it
};

class place_list;

/// Where a thread works in a pool. Each thread of a pool has a place, and so has each caller from outside for the
/// duration of its call: that of a thread that sleeps, else its own.
///
/// Fields by who may touch them:
///   whoever is there jobs (owner side), tasks and detached (owner side), top, level, low, turns, near, stolen, ways,
///                    unanswered, keeps_until, keeps_for, short_work, short_work_at, divided_at, left, back, looks,
///                    in_loop, uncounted, uncounted_of, own, begun_under, spawns_under
///   anyone, atomic   status, scope, scope_first, waits_for, called_by, calls, yields, watcher, the thief side of
///                    the deques
///   the claimant     seat: whoever has changed the status in a way that gives it the seat (docs/sleep.md)
///   under the lock   next, previous, list, runs
///   anyone           thread_spot.unpark by whoever claims the place for its thread; wait_spot.unpark by whoever
///                    has news for a thread that waits. Both outlive every use: places live as long as the pool.
struct place final : worker {
    place(pool_core& home, std::uint32_t number, job_slot* slots, std::size_t capacity, bool thieves,
          bool for_test_pool, place_status first_status)
        : worker(home, number, slots, capacity, thieves, for_test_pool), status(first_status)
    {
        if (for_test_pool) jobs.always_ask();
    }

    // What is worked for at this place, for workers that wait and want to help: the scope, and the first slot whose
    // job descends from it. `top` is the same with its history, for whoever works here.
    activation* top = nullptr;
    atomic<scope_core*> scope{nullptr};
    atomic<std::uint32_t> scope_first{0};
    /// The job that this one waits for, if it has just found it stolen: a hint for who has stolen it.
    atomic<const job_slot*> waits_for{nullptr};
    /// Tasks that run here by yield_now or yield_local, one on top of another: each may be foreign to what lies below.
    atomic<std::uint32_t> yields{0};

    alignas(cache_line_size) atomic<place_status> status;
    atomic<std::uint32_t> seat{no_seat};
    /// A waiting worker, by its index + 1, that wants to know when this one publishes a job.
    atomic<std::uint32_t> watcher{0};

    atomic<std::int64_t> system_id{0};  ///< the system's name of the place's thread, if it is one of the pool's own

    parking_spot thread_spot;  ///< where the place's thread sleeps when it has nothing to do
    parking_spot wait_spot;    ///< where whoever works here sleeps when it waits

    alignas(cache_line_size) deque<task*> tasks{tasks_at_first};  ///< spawned into scopes
    deque<task*> detached{tasks_at_first};                        ///< spawned with nobody waiting
    bite tasks_of_others;
    scope_core* uncounted_of =
        nullptr;                   ///< a scope in which more tasks are counted than there are, because of this place:
    std::uint32_t uncounted = 0;   ///< so many have ended here, or may be spawned here, without being counted
    cell<std::uint64_t> level{0};  ///< pushes minus pops of `tasks`: the position of its newest end, whatever is stolen
    cell<std::uint64_t> low{
        0};  ///< the lowest level since the innermost open scope was opened: what lies above is newer
    cell<std::uint32_t> turns{0};
    std::uint32_t stolen = 0;            ///< jobs that its thread has stolen
    std::uint32_t ways = 0;              ///< ticks that it took to get hold of stolen jobs: see average_way
    std::uint32_t unanswered = 0;        ///< publications since a job was last stolen while others looked for work
    std::uint64_t unanswered_since = 0;  ///< when the first of them was, in ticks
    std::uint64_t keeps_until = 0;       ///< jobs that are too short, whoever insists, in ticks
    std::uint64_t keeps_for = 0;         ///< how long it has kept them last
    std::uint64_t short_work = 0;        ///< recent ticks of work too short to wake anybody for, done alone
    std::uint64_t divided_at = 0;        ///< when such work was last divided, in ticks; 0: nobody came back for more
    std::uint64_t short_work_at = 0;     ///< when the newest of it began, in ticks
    cell<std::uint32_t> left{0};         ///< reasons to be away, one inside the other
    cell<place_status> back{place_status::busy};  ///< what `status` is when there are none: busy or borrowed
    cell<bool> looks{false};                      ///< was called in, and counts among those that search
    bool shows_waiting = false;                   ///< has told that it waits, and found nothing to do since
    bool in_loop = false;                         ///< its thread runs something from its loop, to which it comes back
    bool hooked = false;                          ///< its thread has got through on_thread_start
    bool for_callers = false;                     ///< has no thread, and never a seat

    // Floating point: float_mode.hpp.
    float_registers own;  ///< of the thread while it looks for work or waits: what it has again after whatever it runs
    bool own_is_read = false;
    float_mode begun_under = unknown_mode;  ///< the mode in which the thread began what it runs now
    spawning_mode spawns_under;             ///< its mode when it last spawned, of what it runs now; unknown: look

    place* next = nullptr;  ///< in the list that `list` names
    place* previous = nullptr;
    place_list* list = nullptr;
    std::unique_ptr<thread> runs;

    /// By whom the place's thread has been called, if it has yet to wake: 1 + that one's index; 0: it is awake, or sleeps.
    atomic<std::uint32_t> called_by{0};
    atomic<std::uint32_t> calls{0};  ///< threads that have been called from here, and have yet to wake: a hint
    std::uint32_t near = 0;          ///< the place where work was last found

    /// For whoever works here: the seat's index, or no_seat. While away, the seat may change hands at any moment: none.
    [[nodiscard]] std::uint32_t own_seat() const noexcept
    {
        // order: with the seat comes what its last holder has left; too rare for a bounded search
        return left.read() == 0 ? seat.load(order::acquire) : no_seat;
    }

    /// For whoever works here: whether it is a thread in its own loop, which comes back to look for more, with nothing of
    /// anybody's below it on the stack.
    [[nodiscard]] bool is_in_its_loop() const noexcept { return top == nullptr && yields.load(order::relaxed) == 0; }

    [[nodiscard]] bool holds_work() const noexcept
    {
        return jobs.look().has_work() || !tasks.empty() || !detached.empty();
    }
};

/// Places, oldest first; each is in one list at most.
class place_list {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] place* first() const noexcept { return first_; }
    [[nodiscard]] place* last() const noexcept { return last_; }

    void push_back(place& p) noexcept
    {
        p.list = this;
        p.previous = last_;
        p.next = nullptr;
        (last_ != nullptr ? last_->next : first_) = &p;
        last_ = &p;
    }

    void remove(place& p) noexcept
    {
        (p.previous != nullptr ? p.previous->next : first_) = p.next;
        (p.next != nullptr ? p.next->previous : last_) = p.previous;
        p.list = nullptr;
    }

private:
    place* first_ = nullptr;
    place* last_ = nullptr;
};

/// Shows helpers what is worked for at a place. A helper that reads a mixture of two activations is harmless: it
/// compares twice, and the epoch of the deque settles the rest (split_deque, I3). Whoever reads a scope reads a first
/// slot that is at least as new, and the other way round; that is what the orders are for.
inline void show_activation(place& self) noexcept
{
    const activation* const a = self.top;
    self.scope.store(nullptr, order::relaxed);
    // order: matters only if the place changes twice while a helper looks once, too rare for a bounded search
    self.scope_first.store(a ? a->first : 0, order::release);
    // order: as above
    self.scope.store(a ? a->scope : nullptr, order::release);
}

/// Begins to work for `record.scope`; the record lives until the matching leave_activation.
inline void enter_activation(place& self, activation& record) noexcept
{
    record.first = self.jobs.index_of(self.jobs.head());
    record.outer = self.top;
    self.top = &record;
    show_activation(self);
}

inline void leave_activation(place& self) noexcept
{
    self.top = self.top->outer;
    show_activation(self);
}

/// What the job in slot `slot` of this place works for.
scope_core* scope_of(const place& self, std::uint32_t slot) noexcept;

/// Notes what is published of a place's jobs: all of them were forked under the mode in which the thread began, if it
/// still has that mode; else nobody knows, except for `forked`, which is just being forked. Looks at the mode when the
/// first job is noted.
class job_notes {
public:
    explicit job_notes(place& self, const job_slot* forked = nullptr) noexcept
        : self_(self), forked_(forked != nullptr ? self.jobs.index_of(forked) : ~std::uint32_t{0})
    {
    }

    job_note operator()(std::uint32_t slot) noexcept
    {
        if (now_ == unknown_mode) look();
        return {scope_of(self_, slot), all_alike_ || slot == forked_ ? now_ : unknown_mode};
    }

    /// Whether it has found out what it has noted.
    [[nodiscard]] bool all_alike() const noexcept { return all_alike_; }

private:
    void look() noexcept
    {
        now_ = float_registers::now().mode();
        all_alike_ = float_registers::may_be(self_.begun_under, now_);
        if (all_alike_) self_.begun_under = now_;
    }

    place& self_;
    const std::uint32_t forked_;
    float_mode now_ = unknown_mode;
    bool all_alike_ = true;
};

/// During the life of this object a thread may run what others have handed out: after each it has its floating-point
/// registers again as they are now. They are read when the first one comes.
class keeps_float_registers {
public:
    explicit keeps_float_registers(place& self) noexcept
        : self_(self), outer_(self.own), outer_is_read_(std::exchange(self.own_is_read, false))
    {
    }
    ~keeps_float_registers()
    {
        self_.own = outer_;
        self_.own_is_read = outer_is_read_;
    }
    keeps_float_registers(const keeps_float_registers&) = delete;
    keeps_float_registers& operator=(const keeps_float_registers&) = delete;

private:
    place& self_;
    const float_registers outer_;
    const bool outer_is_read_;
};

/// The mode of this thread, for what it spawns; `here` is where it works, or null.
[[nodiscard]] inline float_mode mode_of_spawner(worker* here) noexcept
{
    if (here == nullptr) return float_registers::now().mode();
    spawning_mode& known = static_cast<place*>(here)->spawns_under;
    if ((known.mode & unknown_mode) != 0 || !known.holds()) known = spawning_mode::of(float_registers::now().mode());
    return known.mode;
}

/// Works for `scope` during the life of this object.
class working_for {
public:
    working_for(place& self, scope_core* scope) noexcept : self_(self), record_{scope, 0, nullptr}
    {
        enter_activation(self_, record_);
    }
    ~working_for() { leave_activation(self_); }
    working_for(const working_for&) = delete;
    working_for& operator=(const working_for&) = delete;

private:
    place& self_;
    activation record_;
};

}  // namespace weft::detail
