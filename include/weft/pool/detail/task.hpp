// weft/pool/detail/task.hpp - a spawned function on the heap, and the scope that waits for it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/pool/detail/worker.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>
#include <weft/seam/memory.hpp>
#include <weft/sync/detail/parking_spot.hpp>
#include <weft/sync/spinlock.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

namespace weft::detail {

class scope_core;
struct place;

/// What a worker works for: a scope, and its first slot whose job works for it; linked to what it worked for before.
struct activation {
    scope_core* scope;
    std::uint32_t first;
    activation* outer;
};

/// A spawned function. `run` calls it, deals with its exception, frees it, and reports its end. If `here` is null it
/// only frees it.
struct task {
    void (*run)(task* self, worker* here) noexcept = nullptr;
    scope_core* scope = nullptr;  ///< what waits for it; null: nothing
    task* next = nullptr;         ///< in a mailbox or a first-in-first-out list
    std::uint16_t mode =
        1 << 15;  ///< the floating-point mode that it runs under; at first any (src/pool/float_mode.hpp)
};

/// A task with its function.
template <class F>
struct task_of : task {
    template <class G>
    explicit task_of(G&& g) : function(std::forward<G>(g))
    {
    }
    F function;
};

/// Counts the tasks of a scope, keeps their first exception, and waits.
///
/// The thread at home_ counts what it spawns and ends itself without a locked operation, in at_home_; the others count in
/// elsewhere_, which may be negative, and those that come back to their own loop before the scope can end count several at
/// once: too many first, and what is left over once they have nothing more to do for the scope. The scope is done when both
/// together are 0, as the thread at home_ sees them: a task that has not ended was counted before whatever it has spawned,
/// and before it ends. Before that thread sleeps it adds its part to the other one, so that whoever ends the last task sees
/// 0 there.
///
/// Orders      O1  task_done elsewhere: elsewhere_ release -> the waiting thread: acquire. Every change is a
///                 read-modify-write, so that the load which makes the sum 0 sees the work of all tasks.
///             O2  fail: failed_ CAS decides who stores error_; the store happens before that task's task_done (O1).
///             A task's last access to its scope is the decrement: the scope may be gone right after it. Whoever is to
///             be woken is read before.
/// Checked by  tests/model/pool_model.cpp: pool_scope_ends (O1); tests/pool/scope_test.cpp
class scope_core {
public:
    /// Opens a scope in which `home` is working.
    explicit scope_core(worker& home) noexcept;
    scope_core(const scope_core&) = delete;
    scope_core& operator=(const scope_core&) = delete;

    /// Hands a task over; from any thread, while the body or a task of the scope runs. If it throws, the task is freed.
    void spawn(task* t);
    void spawn_fifo(task* t);

    /// Hands `tasks[i]` to thread i of the pool, for all i.
    void spawn_to_each(task* const* tasks, std::size_t count) noexcept;

    /// Keeps the exception if it is the first.
    void fail(std::exception_ptr error) noexcept;

    /// A task of the scope has ended and been freed.
    void task_done() noexcept;
    /// `n` tasks have ended elsewhere than at home().
    void tasks_done(std::uint32_t n) noexcept;

    /// Runs and awaits tasks until none is left, closes the scope, and throws the first exception if there was one.
    void finish();

    /// For the thread at home().
    [[nodiscard]] bool is_done() const noexcept
    {
        return at_home_.read() + elsewhere_.load(order::acquire) == 0;
    }  // O1
    /// For the thread at home(), before it sleeps: from now on, until it spawns or ends a task, whoever ends the last one
    /// wakes it. True: there is none left.
    [[nodiscard]] bool count_elsewhere() noexcept;
    [[nodiscard]] bool descends_from(const scope_core& ancestor) const noexcept;
    [[nodiscard]] worker& home() const noexcept { return home_; }
    [[nodiscard]] std::size_t num_threads() const noexcept;

    /// Whether home_ sleeps in finish(), and wants to hear of new tasks.
    atomic<bool> wants_news{false};

private:
    static void run_oldest(task* ticket, worker* here) noexcept;

    [[nodiscard]] bool counts_later(const place& here) const noexcept;
    void count_one_more(worker* here) noexcept;
    void count_one_less(worker* here) noexcept;
    task* take_oldest() noexcept;
    void hand_over(task* t, worker* here);
    void close(worker& home) noexcept;

    worker& home_;
    scope_core* const parent_;
    activation here_;
    const std::uint64_t outer_low_;  ///< the seat's `low` for the scope around this one
    cell<std::int64_t> at_home_{0};
    alignas(cache_line_size) atomic<std::int64_t> elsewhere_{0};
    atomic<bool> failed_{false};
    cell<std::exception_ptr> error_;
    // First-in-first-out tasks wait in a list. What lies in the deques for each of them is the same ticket; whoever
    // takes one runs the oldest of the list. There are as many tickets as tasks, so the scope outlives every ticket.
    task ticket_;
    spinlock fifo_lock_;
    task* fifo_first_ = nullptr;
    task* fifo_last_ = nullptr;
};

/// The pool of this thread, else the global one.
pool_core& current_pool();

/// Gives `pool` a task that nobody waits for.
void spawn_detached(pool_core& pool, task* t);  // if it throws, the task is freed

/// Reports an exception that has nowhere to go to the pool's on_unhandled.
void report_unhandled(pool_core& pool, std::exception_ptr error) noexcept;

[[nodiscard]] std::size_t thread_count(const pool_core& pool) noexcept;

/// Counts the parts of a broadcast that have not ended.
struct mail_counter {
    atomic<std::size_t> pending{0};
    parking_spot* waiter = nullptr;
    parking_spot outsider;  ///< where a thread outside the pool waits
};

/// Hands mail[i] to thread i, and waits until mail_done has been called for each.
void deliver_and_wait(pool_core& pool, task* const* mail, std::size_t count, mail_counter& counter);
void mail_done(mail_counter& counter) noexcept;

}  // namespace weft::detail
