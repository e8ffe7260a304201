// weft/base/backoff.hpp - exponential back-off for spin loops.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/spin_hint.hpp>
#include <weft/seam/this_thread.hpp>

namespace weft {

/// Makes a spin loop wait longer on each turn, so that contending threads get out of each other's way.
///
/// Call spin() after losing a race (a failed compare-exchange): somebody made progress, try again soon. Call snooze()
/// while waiting for another thread to do something: that thread may need this core. Once is_completed() is true,
/// spinning no longer pays: block instead (parker, event_count, or your own).
///
/// Thread safety: one object per thread and loop.
/// Cost:          spin() at most 64 pauses (about 1 us); snooze() that, then a yield of the core.
/// Source:        the interface is crossbeam's.
class backoff {
public:
    /// Waits for 1, 2, 4, ... 64 pauses. Never yields the core.
    void spin() noexcept
    {
        pause_for(step_ < spin_limit ? step_ : spin_limit);
        if (step_ <= spin_limit) ++step_;
    }

    /// As spin() at first, then yields the core to other threads.
    void snooze() noexcept
    {
        if (step_ <= spin_limit) {
            pause_for(step_);
        } else {
            detail::yield_thread();
        }
        if (step_ <= yield_limit) ++step_;
    }

    /// True once snooze() has yielded often enough that blocking is better.
    [[nodiscard]] bool is_completed() const noexcept { return step_ > yield_limit; }

    /// Starts again from the shortest wait.
    void reset() noexcept { step_ = 0; }

private:
    static constexpr unsigned spin_limit = 6;
    static constexpr unsigned yield_limit = 10;

    static void pause_for(unsigned step) noexcept
    {
        for (unsigned i = 0; i < (1u << step); ++i) spin_hint();
    }

    unsigned step_ = 0;
};

}  // namespace weft
