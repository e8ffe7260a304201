// weft/sync/fair_mutex.hpp - a mutex that threads get in the order in which they ask for it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       holders: any threads, one at a time.  waiters: any threads, each with a place on its own stack.
//
// Fields      state_        free: nobody holds it.  held: somebody holds it, nobody waits.  contended: somebody waits
//             line_         a spinlock; guards the queue of places, and every step to and from contended
//             place::turn   waiting -> asleep (its owner) -> given (the holder that gives the lock up)
//
// Invariants  I1  While somebody waits the lock is not free: a holder that gives it up gives it to the first waiter in
//                 the queue. So nobody overtakes a waiter.
//             I2  A place leaves the queue before it is given the lock, and does not end before that.
//
// Orders      O1  unlock: compare-exchange release -> lock: compare-exchange or exchange acquire.
//             O2  give: exchange release -> the waiter's loads acquire.
//
// Progress    blocking, fair: first come, first served. The spinlock is held for some tens of instructions.
//
// Checked by  tests/model/lock_model.cpp: fair_mutex_excludes (O1, O2), fair_mutex_no_lost_wakeup (I1).
#pragma once

#include <weft/base/backoff.hpp>
#include <weft/base/detail/noted_block.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>
#include <weft/seam/construct.hpp>
#include <weft/sync/spinlock.hpp>

#include <cstdint>

namespace weft {

namespace detail {

/// The class of weft::fair_mutex. Waiters look `Looks` times before they sleep.
template <unsigned Looks>
class basic_fair_mutex {
public:
    constexpr basic_fair_mutex() noexcept = default;
    basic_fair_mutex(const basic_fair_mutex&) = delete;
    basic_fair_mutex& operator=(const basic_fair_mutex&) = delete;

    /// Takes the lock, after all threads that came before.
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

    /// Gives the lock to the thread that has waited longest; frees it if none waits.
    void unlock() noexcept
    {
        std::uint32_t expected = held;
        if (!state_.compare_exchange_strong(expected, free, order::release, order::relaxed)) give();  // O1
    }

private:
    static constexpr std::uint32_t free = 0;
    static constexpr std::uint32_t held = 1;
    static constexpr std::uint32_t contended = 2;

    static constexpr std::uint32_t waiting = 0;
    static constexpr std::uint32_t asleep = 1;
    static constexpr std::uint32_t given = 2;

    struct place {
        cell<place*> next{nullptr};
        atomic<std::uint32_t> turn{waiting};
    };

    [[gnu::noinline]] void wait_for_it() noexcept
    {
        place mine;
        line_.lock();
        if (state_.exchange(contended, order::acquire) == free) {  // O1
            state_.store(held, order::relaxed);                    // nobody waited (I1)
            line_.unlock();
            return;
        }
        if (last_.read() == nullptr) {
            first_.write() = detail::address_of(mine);
        } else {
            last_.read()->next.write() = detail::address_of(mine);
        }
        last_.write() = detail::address_of(mine);
        line_.unlock();

        backoff pauses;
        for (unsigned look = 0; look < Looks; ++look) {
            if (mine.turn.load(order::acquire) == given) return;  // O2
            pauses.snooze();
        }
        std::uint32_t seen = waiting;
        if (!mine.turn.compare_exchange_strong(seen, asleep, order::acquire, order::acquire)) return;  // O2
        const noted_block blocked("fair_mutex", this);
        do {
            detail::wait_on(mine.turn, asleep);
        } while (mine.turn.load(order::acquire) != given);  // O2
    }

    [[gnu::noinline]] void give() noexcept
    {
        line_.lock();
        place* const next = first_.read();
        first_.write() = next->next.read();
        if (first_.read() == nullptr) {
            last_.write() = nullptr;
            state_.store(held, order::relaxed);  // by the next thread, after which no other waits
        }
        line_.unlock();
        const atomic<std::uint32_t>* const address = detail::address_of(next->turn);
        if (next->turn.exchange(given, order::release) == asleep) wake_one(address);  // O2
    }

    atomic<std::uint32_t> state_{free};
    spinlock line_;
    cell<place*> first_{nullptr};
    cell<place*> last_{nullptr};
};

}  // namespace detail

/// A mutual exclusion lock that threads get in the order in which they ask for it: no thread waits while others take it
/// again and again. The price: whenever the lock changes hands it has to wait until the next thread has woken up, while
/// weft::mutex lets a thread that is running go on. If several threads want it all the time it is between several and
/// some hundred times slower (bench/README.md). Use it where a wait must come to an end, not for speed.
///
/// Requires:      unlock() by the thread that holds the lock. Not recursive.
/// Thread safety: all members may be called by any thread.
/// Order:         an unlock happens before the return of the next successful lock or try_lock.
/// Cost:          one locked operation to lock, one to unlock while nobody waits; 24 bytes, nothing allocated.
/// Source:        a queue of waiters with direct hand-off, as in the locks of Mellor-Crummey and Scott (1991).
using fair_mutex = detail::basic_fair_mutex<8>;

}  // namespace weft
