// tests/model/seams/weft/channel/detail/spin_budget.hpp - how long a thread spins before it sleeps, for the scenarios.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// It sleeps at once: what a thread does while it spins is no different from coming later, and an execution of the
// checker has no time to lose with it.
#pragma once

#include <weft/base/backoff.hpp>
#include <weft/base/spin_hint.hpp>
#include <weft/seam/clock.hpp>
#include <weft/seam/thread.hpp>

#include <chrono>

namespace weft::detail::channels {

inline void pause_round(unsigned) noexcept { spin_hint(); }

using contention = backoff;

void nap() noexcept;

/// Waits for another thread that is in the middle of something.
class patience {
public:
    void wait() noexcept { spin_hint(); }
    [[nodiscard]] bool is_over() const noexcept { return false; }
};

class spin_budget {
public:
    void begin() noexcept {}
    bool wait(unsigned) noexcept { return false; }
    void came(unsigned) noexcept {}
    void slept() noexcept {}
};

}  // namespace weft::detail::channels
