// weft/async/async_mutex.hpp - mutual exclusion of tasks.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       holder: the task, or whoever has the guard.  waits: tasks in line.
//
// Fields      word_   free, held, or contended: held, and somebody may be in line. Contended is entered and left under the
//                     line's lock
//
// Invariants  I1  While somebody is in line the word is contended: a holder that leaves looks there. The lock is handed
//                 to the first in line without ever being free.
//
// Orders      O1  unlock: compare-exchange release, free -> lock: compare-exchange acquire. Handed on, the line's lock and
//                 the way to the next task's thread do it.
//
// Progress    uncontended: wait-free. Else as wait_line.
//
// Checked by  tests/model/async_model.cpp: async_mutex_excludes (O1, I1), async_mutex_stopped (I1).
#pragma once

#include <weft/async/detail/wait_line.hpp>
#include <weft/seam/atomic.hpp>

#include <cstdint>
#include <utility>

namespace weft {

/// A lock for tasks: who waits for it holds no thread. First come, first served.
///
///     weft::async_mutex::guard hold = co_await m.lock();
///
/// The guard may be moved, and destroyed on another thread, or in another task, than where it was made.
///
/// Thread safety: all members, any thread. It is destroyed when nobody holds it or waits.
/// Order:         what a holder did happens before the next holder's co_await returns.
/// Cost:          one locked operation to lock, one to unlock, if nobody waits; no allocation, no system call of its own.
/// Example:       examples/async/locks.cpp
class async_mutex {
public:
    /// Holds the lock, or nothing. Gives it up when destroyed.
    class [[nodiscard]] guard {
    public:
        guard() noexcept = default;
        guard(guard&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
        guard& operator=(guard&& other) noexcept
        {
            guard taken(std::move(other));
            std::swap(held_, taken.held_);
            return *this;
        }
        ~guard() { unlock(); }

        /// Whether it holds the lock.
        [[nodiscard]] explicit operator bool() const noexcept { return held_ != nullptr; }

        /// Gives the lock up now.
        void unlock() noexcept
        {
            if (async_mutex* const m = std::exchange(held_, nullptr)) m->unlock();
        }

    private:
        friend async_mutex;
        explicit guard(async_mutex& m) noexcept : held_(&m) {}
        async_mutex* held_ = nullptr;
    };

private:
    class lock_awaiter : public detail::line_wait {
    public:
        explicit lock_awaiter(async_mutex& m) noexcept : mutex_(m) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class Promise>
        bool await_suspend(std::coroutine_handle<Promise> caller) noexcept
        {
            detail::strand& s = caller.promise().here();
            if (mutex_.take()) return detail::wait_line::at_once(*this, s, caller);
            return mutex_.wait(*this, s, caller);
        }
        guard await_resume()
        {
            if (!mutex_.line_.leave(*this)) detail::throw_stopped();
            return guard(mutex_);
        }

    private:
        async_mutex& mutex_;
    };

public:
    async_mutex() noexcept = default;
    async_mutex(const async_mutex&) = delete;
    async_mutex& operator=(const async_mutex&) = delete;

    /// To be awaited: waits for the lock, and gives a guard that holds it. Throws weft::stopped if the task is asked to
    /// stop while it waits; it has not got the lock then.
    [[nodiscard]] lock_awaiter lock() noexcept { return lock_awaiter(*this); }

    /// Takes the lock if it is free. Never waits; also for ordinary code.
    guard try_lock() noexcept { return take() ? guard(*this) : guard(); }

private:
    friend guard;

    static constexpr std::uint32_t free = 0;
    static constexpr std::uint32_t held = 1;
    static constexpr std::uint32_t contended = 2;

    bool take() noexcept
    {
        std::uint32_t expected = free;
        return word_.load(detail::order::relaxed) == free &&
               word_.compare_exchange_strong(expected, held, detail::order::acquire, detail::order::relaxed);  // O1
    }
    void unlock() noexcept
    {
        std::uint32_t expected = held;
        if (word_.load(detail::order::relaxed) == contended ||  // I1: until the holder leaves
            !word_.compare_exchange_strong(expected, free, detail::order::release, detail::order::relaxed))  // O1
            hand_on();
    }

    bool wait(detail::line_wait& w, detail::strand& who, std::coroutine_handle<> where) noexcept;
    void hand_on() noexcept;

    detail::atomic<std::uint32_t> word_{free};
    detail::wait_line line_;
};

}  // namespace weft
