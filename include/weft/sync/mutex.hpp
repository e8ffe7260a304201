// weft/sync/mutex.hpp - a small mutex that spins a little and then sleeps.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       holders: any threads, one at a time.
//
// Fields      state_   free: nobody holds it.  held: somebody holds it, nobody sleeps.
//                      contended: somebody holds it, and somebody sleeps on its address, or is about to
//
// Invariants  I1  A thread that has slept takes the lock as contended, since others may still sleep. So there is at
//                 most one wake-up too many, and never one too few.
//
// Orders      O1  unlock: exchange release -> lock: exchange or compare-exchange acquire.
//
// Progress    blocking, unfair: a thread that runs takes the lock before one that still has to wake up.
//
// Checked by  tests/model/lock_model.cpp: mutex_excludes (O1), mutex_no_lost_wakeup (I1).
#pragma once

#include <weft/base/backoff.hpp>
#include <weft/base/detail/noted_block.hpp>
#include <weft/seam/atomic.hpp>

#include <cstdint>

namespace weft {

namespace detail {

/// The class of weft::mutex. Waiters look `Looks` times before they sleep.
template <unsigned Looks>
class basic_mutex {
public:
    constexpr basic_mutex() noexcept = default;
    basic_mutex(const basic_mutex&) = delete;
    basic_mutex& operator=(const basic_mutex&) = delete;

    /// Takes the lock; waits for it as long as it takes.
    void lock() noexcept
    {
        if (!try_lock()) wait_for_it();
    }

    /// Takes the lock if it is free. Never waits.
    [[nodiscard]] bool try_lock() noexcept
    {
        std::uint32_t expected = free;
        return state_.compare_exchange_strong(expected, held, order::acquire, order::relaxed);  // O1
    }

    /// Gives the lock up, and wakes a thread that sleeps for it.
    void unlock() noexcept
    {
        if (state_.exchange(free, order::release) == contended) wake_one(&state_);  // O1
    }

private:
    static constexpr std::uint32_t free = 0;
    static constexpr std::uint32_t held = 1;
    static constexpr std::uint32_t contended = 2;

    [[gnu::noinline]] void wait_for_it() noexcept
    {
        // The pauses grow, so that the holder can keep the cache line to itself for some turns. It does not matter
        // whether others sleep: a thread that has just been woken has a long way to get here, and a thread that spins
        // takes the lock before it needs to be woken itself.
        backoff pauses;
        for (unsigned look = 0; look < Looks; ++look) {
            pauses.spin();
            if (state_.load(order::relaxed) == free && try_lock()) return;
        }
        const noted_block blocked("mutex", this);
        while (state_.exchange(contended, order::acquire) != free) {  // O1, I1
            wait_on(state_, contended);
        }
    }

    atomic<std::uint32_t> state_{free};
};

}  // namespace detail

/// A mutual exclusion lock of four bytes. A waiter spins for some microseconds, about as long as going to sleep takes,
/// and then sleeps.
///
/// Requires:      unlock() by the thread that holds the lock. Not recursive.
/// Thread safety: all members may be called by any thread.
/// Order:         an unlock happens before the return of the next successful lock or try_lock.
/// Cost:          one locked operation to lock, one to unlock; a system call only if somebody sleeps.
/// Example:       examples/sync/locks.cpp
/// Source:        Drepper, "Futexes are tricky" (2011), behind a spin with exponential back-off.
using mutex = detail::basic_mutex<8>;

}  // namespace weft
