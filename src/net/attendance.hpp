// src/net/attendance.hpp - whether somebody looks after the descriptors, and who does if nobody else does.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       sleeper: a thread of a pool that sleeps in the system until a descriptor is ready; one at a time.
//             watcher: a thread of the reactor's own, which looks now and then while there is no sleeper.
//
// Fields      attended_   a sleeper is in there, or about to be
//             naps_       the watcher looks at nothing, and must be woken
//             watched_    how many descriptors there are
//
// Invariants  I1  While descriptors are watched, a sleeper is there, or the watcher is awake.
//
// Orders      O1  leave, add: attended_ or watched_ written, full fence, naps_ read -- watcher: naps_ written, full fence,
//                 attended_ and watched_ read. One sees the other.
//
// Progress    wait-free.
//
// Checked by  tests/model/net_model.cpp: leave_meets_watcher (I1, O1).
#pragma once

#include <weft/seam/atomic.hpp>
#include <weft/seam/clock.hpp>
#include <weft/sync/detail/parking_spot.hpp>

#include <cstdint>

namespace weft::detail {

class attendance {
public:
    /// A sleeper comes, and goes.
    void enter() noexcept { attended_.store(true, order::relaxed); }
    void leave() noexcept
    {
        attended_.store(false, order::relaxed);
        rouse();
    }
    [[nodiscard]] bool is_attended() const noexcept { return attended_.load(order::relaxed); }

    /// A descriptor more, or less.
    void add() noexcept
    {
        watched_.fetch_add(1, order::relaxed);
        rouse();
    }
    void remove() noexcept { watched_.fetch_sub(1, order::relaxed); }
    [[nodiscard]] bool has_any() const noexcept { return watched_.load(order::relaxed) != 0; }

    /// Whether the watcher is not needed.
    [[nodiscard]] bool is_settled() const noexcept { return is_attended() || !has_any(); }

    /// The watcher sleeps until it is needed, if it is not; `or_else()` is another reason to stay awake.
    template <class OrElse>
    void nap(OrElse&& or_else) noexcept
    {
        naps_.store(true, order::relaxed);
        full_fence();  // O1
        if (is_settled() && !or_else()) spot_.park();
        naps_.store(false, order::relaxed);
    }
    /// The same for so long, whatever happens meanwhile.
    void pause_until(clock::time_point when) noexcept { static_cast<void>(spot_.park_until(when)); }

    /// Wakes the watcher, if it naps.
    void rouse() noexcept
    {
        full_fence();  // O1
        if (naps_.load(order::relaxed) && naps_.exchange(false, order::relaxed)) spot_.unpark();
    }

private:
    atomic<bool> attended_{false};
    atomic<bool> naps_{false};
    atomic<std::uint32_t> watched_{0};
    parking_spot spot_;
};

}  // namespace weft::detail
