// weft/sync/parker.hpp - put a thread to sleep until another one wakes it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/deadline.hpp>
#include <weft/base/detail/noted_block.hpp>
#include <weft/seam/chrono.hpp>
#include <weft/sync/detail/parking_spot.hpp>

#include <memory>
#include <utility>

namespace weft {

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
/// Cost:          one allocation when it is made; one or two locked operations for park, and for unpark. park sleeps at
///                once: where tokens often come within microseconds, first look for one by park_for(0s) between the
///                waits of a weft::backoff.
/// Example:       examples/sync/parker.cpp
/// Source:        crossbeam's Parker; the two-word protocol is the standard one over a futex.
class parker {
public:
    parker() : spot_(std::make_shared<detail::parking_spot>()) {}
    parker(const parker&) = delete;
    parker& operator=(const parker&) = delete;

    /// Blocks until there is a token, and takes it. Never returns without one.
    void park() noexcept
    {
        const detail::noted_block blocked("parker", this);
        spot_->park();
    }

    /// As park, for at most `limit`. Returns whether a token was taken. With a limit of zero or less it only looks.
    template <class Rep, class Period>
    bool park_for(std::chrono::duration<Rep, Period> limit)
    {
        const detail::noted_block blocked("parker", this);
        return spot_->park_until(detail::deadline_after(limit));
    }

    /// As park, until `time` at most, by any clock. Returns whether a token was taken.
    template <class Clock, class Duration>
    bool park_until(std::chrono::time_point<Clock, Duration> time)
    {
        const detail::noted_block blocked("parker", this);
        return spot_->park_until(detail::deadline_at(time));
    }

    /// A handle that wakes this parker's thread.
    [[nodiscard]] weft::unparker unparker() const noexcept { return weft::unparker(spot_); }

private:
    std::shared_ptr<detail::parking_spot> spot_;
};

}  // namespace weft
