// weft/sync/detail/parking_spot.hpp - where one thread sleeps until another one wakes it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The code that uses a spot must keep it alive until every unpark has returned; weft::parker does that by sharing it.
//
// Roles       parker: the one thread that calls park.  unparkers: any threads.
//
// Fields      state_   empty:     no token, nobody sleeps
//                      token:     the next park returns at once
//                      parked:    the parker sleeps, or is about to
//                      elsewhere: the same, but it sleeps where another thing than state_ wakes it
//
// Orders      O1  unpark: exchange release -> park: exchange or compare-exchange acquire.
//                 What the unparker did before unpark is visible after park. unpark must *write* even if there is a
//                 token already: then the park that takes the token synchronises with this unpark as well, not only
//                 with the first one. Hence an exchange, not a load and a return.
//
// Progress    unpark: wait-free. park: sleeps on the address of state_, and again if the system wakes it for nothing.
//
// Checked by  tests/model/sync_model.cpp: parker_hands_over (O1), parker_second_unpark (O1), parker_no_lost_token,
//             parker_elsewhere (O1).
#pragma once

#include <weft/seam/atomic.hpp>
#include <weft/seam/clock.hpp>
#include <weft/seam/timed_wait.hpp>

#include <cstdint>

namespace weft {

namespace detail {

/// A parker without ownership: for objects that outlive every unpark.
class parking_spot {
public:
    /// Sleeps until there is a token, and takes it.
    void park() noexcept
    {
        if (take_or_announce(parked)) return;
        do {
            wait_on(state_, parked);
        } while (!take());
    }

    /// As park(), but not beyond `deadline`. Returns whether a token was taken.
    bool park_until(clock::time_point deadline) noexcept
    {
        if (take_or_announce(parked)) return true;
        while (wait_on_until(state_, parked, deadline)) {
            if (take()) return true;
        }
        return state_.exchange(empty, order::acquire) == token;  // O1
    }

    /// For a parker that sleeps in a system call of its own: announces that. False: there was a token, which it has taken.
    [[nodiscard]] bool leave_for_elsewhere() noexcept { return !take_or_announce(elsewhere); }
    /// When that is over. Whether there was a token, which it has taken.
    bool come_back_from_elsewhere() noexcept { return state_.exchange(empty, order::acquire) == token; }  // O1

    /// Leaves a token and wakes the sleeper, if there is one. True: it sleeps elsewhere, and the caller wakes it there. Only
    /// then need anybody look.
    bool unpark() noexcept
    {
        const std::uint32_t before = state_.exchange(token, order::release);  // O1
        if (before == parked) wake_one(&state_);
        return before == elsewhere;
    }

private:
    static constexpr std::uint32_t empty = 0;
    static constexpr std::uint32_t token = 1;
    static constexpr std::uint32_t parked = 2;
    static constexpr std::uint32_t elsewhere = 3;

    bool take_or_announce(std::uint32_t sleeps) noexcept
    {
        if (take()) return true;
        std::uint32_t expected = empty;
        if (state_.compare_exchange_strong(expected, sleeps, order::relaxed, order::relaxed)) return false;
        state_.exchange(empty, order::acquire);  // O1: the token came in between
        return true;
    }

    bool take() noexcept
    {
        std::uint32_t expected = token;
        return state_.compare_exchange_strong(expected, empty, order::acquire, order::relaxed);  // O1
    }

    atomic<std::uint32_t> state_{empty};
};

}  // namespace detail

}  // namespace weft
