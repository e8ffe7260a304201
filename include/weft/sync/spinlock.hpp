// weft/sync/spinlock.hpp - a lock for a few instructions.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       holders: any threads, one at a time.
//
// Fields      locked_   true while somebody holds the lock
//
// Orders      O1  unlock: store release -> lock: exchange acquire. What a holder wrote is visible to the next one.
//
// Progress    lock: blocking, unfair. A waiter reads the word, with pauses that grow, and writes only when it has
//             seen that the lock is free: waiters do not take the cache line from the holder. After some microseconds
//             it yields the core on every turn, so that a holder that has lost its core gets it back.
//
// Checked by  tests/model/sync_model.cpp: spinlock_excludes (O1).
#pragma once

#include <weft/base/backoff.hpp>
#include <weft/seam/atomic.hpp>

namespace weft {

/// A mutual exclusion lock that waits by spinning: for critical sections of some tens of instructions that neither
/// block nor call code that is not theirs. For anything longer use weft::mutex or std::mutex.
///
/// Requires:      unlock() by the thread that holds the lock. Not recursive.
/// Thread safety: all members may be called by any thread.
/// Order:         an unlock happens before the return of the next successful lock or try_lock.
/// Cost:          one locked operation to lock, a plain store to unlock.
/// Example:       examples/sync/locks.cpp
/// Source:        test-and-test-and-set with exponential back-off (Anderson, 1990).
class spinlock {
public:
    constexpr spinlock() noexcept = default;
    spinlock(const spinlock&) = delete;
    spinlock& operator=(const spinlock&) = delete;

    /// Takes the lock, waiting for it as long as it takes.
    void lock() noexcept
    {
        if (!locked_.exchange(true, detail::order::acquire)) return;  // O1
        backoff wait;
        do {
            while (locked_.load(detail::order::relaxed)) wait.snooze();
        } while (locked_.exchange(true, detail::order::acquire));  // O1
    }

    /// Takes the lock if it is free. Never waits.
    [[nodiscard]] bool try_lock() noexcept
    {
        return !locked_.load(detail::order::relaxed) && !locked_.exchange(true, detail::order::acquire);  // O1
    }

    /// Gives the lock up.
    void unlock() noexcept { locked_.store(false, detail::order::release); }  // O1

private:
    detail::atomic<bool> locked_{false};
};

}  // namespace weft
