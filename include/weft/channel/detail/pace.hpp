// weft/channel/detail/pace.hpp - how long a thread spins before it sleeps.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/backoff.hpp>
#include <weft/base/clock.hpp>
#include <weft/base/spin_hint.hpp>
#include <weft/base/thread.hpp>

#include <chrono>
#include <cstdint>

namespace weft::detail {

/// One round of waiting: 1, 2, 4, ... 64 pauses, then yields. The pauses grow so that the waiting thread leaves the
/// line it watches to the thread that will write it; a flat poll drags the line back and forth.
inline void pause_round(unsigned round) noexcept
{
    if (round < 7) {
        for (unsigned i = 0; i < (1u << round); ++i) spin_hint();
    } else {
        yield_thread();
    }
}

/// Sleeps for some tens of microseconds.
void nap() noexcept;

/// Waits for another thread that is in the middle of something: it may have lost its core, or run foreign code.
class patience {
public:
    void wait() noexcept
    {
        if (round_ < 100) {
            pause_round(round_ < 5 ? round_ : round_ < 10 ? 5 : 7);
            ++round_;
        } else {
            nap();
        }
    }

private:
    unsigned round_ = 0;
};

/// How many rounds a handle spins before it sleeps: many while that pays, few once it does not.
class spin_budget {
public:
    static constexpr unsigned most = 11;  // 127 pauses and four yields: about the price of one sleep

    [[nodiscard]] unsigned rounds() const noexcept { return rounds_; }

    /// What was awaited came while spinning.
    void came() noexcept
    {
        if (rounds_ < most) ++rounds_;
    }

    /// It did not come: the thread slept for that long.
    void slept(clock::duration time) noexcept
    {
        if (time < std::chrono::microseconds(20)) {
            if (rounds_ < most) ++rounds_;
        } else {
            rounds_ = static_cast<std::uint8_t>(rounds_ > 4 ? rounds_ - 2 : 3);
        }
    }

private:
    std::uint8_t rounds_ = most;
};

}  // namespace weft::detail
