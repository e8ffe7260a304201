// weft/sync/parker.hpp - put a thread to sleep until another one wakes it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       parker: the one thread that calls park.  unparkers: any threads.
//
// Fields      state_   empty:  no token, nobody sleeps
//                      token:  the next park returns at once
//                      parked: the parker sleeps, or is about to
//
// Orders      O1  unpark: exchange release -> park: exchange or compare-exchange acquire.
//                 What the unparker did before unpark is visible after park. unpark must *write* even if it finds a
//                 token: the park that takes the token then synchronises with this unpark too, not only with the
//                 first. Hence exchange, not a load and a return.
//
// Progress    unpark: wait-free. park: sleeps on the address of state_; a spurious return of the system is retried.
//
// Checked by  tests/model/sync_model.cpp: parker_hands_over (O1), parker_second_unpark (O1), parker_no_lost_token.
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/base/chrono.hpp>
#include <weft/base/deadline.hpp>
#include <weft/base/timed_wait.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace weft {

namespace detail {

/// A parker without ownership: for objects that outlive every unpark.
class parking_spot {
public:
    /// Sleeps until there is a token, and takes it.
    void park() noexcept
    {
        if (take_or_announce()) return;
        do {
            wait_on(state_, parked);
        } while (!take());
    }

    /// As park(), but not beyond `deadline`. Returns whether a token was taken.
    bool park_until(clock::time_point deadline) noexcept
    {
        if (take_or_announce()) return true;
        while (wait_on_until(state_, parked, deadline)) {
            if (take()) return true;
        }
        return state_.exchange(empty, order::acquire) == token;  // O1
    }

    /// Leaves a token and wakes the sleeper, if there is one.
    void unpark() noexcept
    {
        if (state_.exchange(token, order::release) == parked) wake_one(&state_);  // O1
    }

private:
    static constexpr std::uint32_t empty = 0;
    static constexpr std::uint32_t token = 1;
    static constexpr std::uint32_t parked = 2;

    bool take_or_announce() noexcept
    {
        if (take()) return true;
        std::uint32_t expected = empty;
        if (state_.compare_exchange_strong(expected, parked, order::relaxed, order::relaxed)) return false;
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

/// Wakes the thread of one parker. Copies wake the same thread; a copy may outlive the parker and then does nothing.
///
/// Thread safety: copies may be used from any thread; one object from one thread at a time.
class unparker {
public:
    /// Leaves a token for the parker and wakes its thread if it sleeps. Several calls leave one token.
    ///
    /// Order: what the caller did before happens before the return of the park that takes the token.
    /// Cost:  one locked operation (about 10 ns); a system call if the thread sleeps.
    void unpark() const noexcept
    {
        if (spot_) spot_->unpark();
    }

private:
    friend class parker;
    explicit unparker(std::shared_ptr<detail::parking_spot> spot) noexcept : spot_(std::move(spot)) {}
    std::shared_ptr<detail::parking_spot> spot_;
};

/// A place where one thread sleeps until an unparker leaves a token. A token that comes first is not lost: the next
/// park returns at once. There is at most one token.
///
/// Thread safety: park, park_for and park_until are for one thread at a time; unparker() for any.
/// Cost:          one allocation when made; park and unpark each one or two locked operations.
/// Example:       examples/sync/parker.cpp
/// Source:        crossbeam's Parker; the two-word protocol is the standard one over a futex.
class parker {
public:
    parker() : spot_(std::make_shared<detail::parking_spot>()) {}
    parker(const parker&) = delete;
    parker& operator=(const parker&) = delete;

    /// Blocks until there is a token, and takes it. Never returns without one.
    void park() noexcept { spot_->park(); }

    /// As park, for at most `limit`. Returns whether a token was taken. A limit of zero or less looks and returns.
    template <class Rep, class Period>
    bool park_for(std::chrono::duration<Rep, Period> limit)
    {
        return spot_->park_until(detail::deadline_after(limit));
    }

    /// As park, until `time` at most, by any clock. Returns whether a token was taken.
    template <class Clock, class Duration>
    bool park_until(std::chrono::time_point<Clock, Duration> time)
    {
        return spot_->park_until(detail::deadline_at(time));
    }

    /// A handle that wakes this parker's thread.
    [[nodiscard]] weft::unparker unparker() const noexcept { return weft::unparker(spot_); }

private:
    std::shared_ptr<detail::parking_spot> spot_;
};

}  // namespace weft
