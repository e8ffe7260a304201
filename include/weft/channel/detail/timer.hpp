// weft/channel/detail/timer.hpp - channels that make their messages when the time has come. No thread stands behind
// them. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       receivers: any threads.
//
// Fields      due_   when the next message is due, in ticks of the clock; `taken` once there will be no more
//
// Orders      O1  claim: compare-exchange relaxed. A message carries nothing but its time.
//
// Progress    lock-free; who waits sleeps until the time has come.
//
// Checked by  tests/channel/timer_test.cpp.
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/base/clock.hpp>
#include <weft/channel/detail/core.hpp>

#include <limits>

namespace weft::detail::channels {

class timer : public channel_core {
public:
    /// One message at `first`, and another one each `period` after it unless that is `once`.
    timer(clock::time_point first, clock::duration period) noexcept
        : due_(first.time_since_epoch().count()), period_(period)
    {
    }

    static constexpr clock::duration once = clock::duration::max();

    /// When the next message is due; no_deadline if never.
    [[nodiscard]] clock::time_point due() const noexcept
    {
        return clock::time_point(clock::duration(due_.load(order::relaxed)));
    }

    /// Takes the message that is due, if there is one.
    bool take(clock::time_point& message) noexcept;

    /// Waits for a message until `deadline`.
    bool take_until(clock::time_point deadline, clock::time_point& message) noexcept;

private:
    static constexpr clock::duration::rep taken = std::numeric_limits<clock::duration::rep>::max();

    atomic<clock::duration::rep> due_;
    const clock::duration period_;
};

/// Sleeps until `time`; for ever if it is no_deadline.
void sleep_until(clock::time_point time) noexcept;

}  // namespace weft::detail::channels
