// src/channel/timer.cpp - taking the messages of timers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/detail/noted_block.hpp>
#include <weft/channel/detail/timer.hpp>
#include <weft/seam/timed_wait.hpp>

#include <algorithm>

namespace weft::detail::channels {

bool timer::take(clock::time_point& message, clock::time_point time) noexcept
{
    clock::duration::rep due = due_.load(order::relaxed);
    for (;;) {
        if (due == taken) return false;
        const clock::duration::rep now = std::max(clock::now(), time).time_since_epoch().count();
        if (now < due) return false;
        clock::duration::rep next = taken;
        if (period_ != once) {
            // The next multiple of the period that is still ahead: what was missed stays missed, and nothing drifts.
            const clock::duration::rep step = period_.count();
            next = step == 0 ? now : due + ((now - due) / step + 1) * step;
        }
        if (due_.compare_exchange_weak(due, next, order::relaxed, order::relaxed)) {  // O1
            message = clock::time_point(clock::duration(due));
            return true;
        }
    }
}

bool timer::take_until(clock::time_point deadline, clock::time_point& message) noexcept
{
    for (;;) {
        if (take(message)) return true;
        if (expired(deadline)) return false;
        const noted_block blocked("timer", this);
        sleep_until(std::min(due(), deadline));
    }
}

void sleep_until(clock::time_point time) noexcept
{
    const atomic<std::uint32_t> nobody{0};
    if (time == no_deadline) {
        for (;;) wait_on(nobody, 0);
    }
    while (wait_on_until(nobody, 0, time)) {}
}

}  // namespace weft::detail::channels
