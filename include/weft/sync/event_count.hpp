// weft/sync/event_count.hpp - waiting for a condition that is made of other atomics.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       waiters: any threads.  notifiers: any threads, which make the condition true and then notify.
//
// Fields      waiting_   the number of threads between prepare_wait and the end of their wait
//             epoch_     counts notifications that found somebody waiting; waiters sleep on its address
//
// Orders      O1  prepare_wait: waiting_ + 1, full fence, then the waiter looks at its condition.
//                 notify: (condition made true,) full fence, then waiting_ is read.
//                 One of the two fences comes first: the notifier sees the waiter, or the waiter sees the condition.
//             O2  notify: epoch_ add release -> wait: epoch_ load acquire. What came before the notification is
//                 visible after the wait; and a waiter that has read the new epoch already sees the condition.
//
// Progress    notify: wait-free, no system call if nobody waits. wait: sleeps.
//
// Checked by  tests/model/sync_model.cpp: event_count_no_lost_wakeup (O1), event_count_order (O2).
#pragma once

#include <weft/base/detail/deadline.hpp>
#include <weft/base/detail/noted_block.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/chrono.hpp>
#include <weft/seam/timed_wait.hpp>

#include <cstdint>

namespace weft {

/// Lets threads sleep until a condition holds, where the condition is made of atomics or lock-free structures, so that
/// no mutex protects it: a condition variable without the mutex. A thread that changes the condition pays for a fence,
/// and for a system call only if somebody sleeps.
///
///     event.await([&] { return !queue.empty(); });                  // a waiter
///     queue.push(x); event.notify_one();                            // a notifier
///
/// Thread safety: all members may be called by any thread. It must outlive all calls.
/// Order:         what a notifier did before notify happens before the return of the wait that it ends.
/// Cost:          notify: about 5 ns if nobody waits; await: one call of the condition if it holds already.
/// Example:       examples/sync/event_count.cpp
/// Source:        the event count of Vyukov (2008), after Reed and Kanodia (1979).
class event_count {
public:
    /// What prepare_wait saw; for the wait that follows it.
    class key {
        friend class event_count;
        explicit key(std::uint32_t e) noexcept : epoch(e) {}
        std::uint32_t epoch;
    };

    event_count() = default;
    event_count(const event_count&) = delete;
    event_count& operator=(const event_count&) = delete;

    /// Announces that this thread is about to wait. Look at the condition *after* this, and then call exactly one of
    /// wait, wait_until and cancel_wait.
    [[nodiscard]] key prepare_wait() noexcept
    {
        waiting_.fetch_add(1, detail::order::relaxed);
        detail::full_fence();                             // O1
        return key(epoch_.load(detail::order::acquire));  // O2
    }

    /// Takes the announcement back: the condition holds already, or this thread no longer wants to wait.
    void cancel_wait() noexcept { waiting_.fetch_sub(1, detail::order::relaxed); }

    /// Sleeps until a notification that came after prepare_wait; it may have been meant for another condition.
    void wait(key k) noexcept
    {
        {
            const detail::noted_block blocked("event_count", this);
            while (epoch_.load(detail::order::acquire) == k.epoch) detail::wait_on(epoch_, k.epoch);  // O2
        }
        cancel_wait();
    }

    /// As wait, but not beyond `time`, by any clock. Returns false if the time has passed.
    template <class Clock, class Duration>
    bool wait_until(key k, std::chrono::time_point<Clock, Duration> time) noexcept
    {
        const auto deadline = detail::deadline_at(time);
        const detail::noted_block blocked("event_count", this);
        bool in_time = true;
        while (in_time && epoch_.load(detail::order::acquire) == k.epoch) {  // O2
            in_time = detail::wait_on_until(epoch_, k.epoch, deadline);
        }
        cancel_wait();
        return in_time;
    }

    /// Wakes one waiter, or all of them, if there are any.
    void notify_one() noexcept
    {
        if (advance()) detail::wake_one(&epoch_);
    }
    void notify_all() noexcept
    {
        if (advance()) detail::wake_all(&epoch_);
    }

    /// Waits until `condition()` is true. Throws what that throws.
    template <class Condition>
    void await(Condition condition)
    {
        while (!condition()) {
            const key k = prepare_wait();
            if (holds(condition)) return;
            wait(k);
        }
    }

    /// As await, but not beyond `time`, by any clock. Returns whether the condition holds.
    template <class Condition, class Clock, class Duration>
    bool await_until(Condition condition, std::chrono::time_point<Clock, Duration> time)
    {
        const auto deadline = detail::deadline_at(time);
        while (!condition()) {
            const key k = prepare_wait();
            if (holds(condition)) return true;
            if (!wait_until(k, deadline)) return condition();
        }
        return true;
    }

private:
    /// Looks at the condition after prepare_wait, and cancels the wait if it holds or throws.
    template <class Condition>
    bool holds(Condition& condition)
    {
        try {
            if (!condition()) return false;
        } catch (...) {
            cancel_wait();
            throw;
        }
        cancel_wait();
        return true;
    }

    bool advance() noexcept
    {
        detail::full_fence();                                          // O1
        if (waiting_.load(detail::order::relaxed) == 0) return false;  // O1
        // order: covered by the full fence above, which is a release as well; named to show the edge here
        epoch_.fetch_add(1, detail::order::release);  // O2
        return true;
    }

    detail::atomic<std::uint32_t> waiting_{0};
    detail::atomic<std::uint32_t> epoch_{0};
};

}  // namespace weft
