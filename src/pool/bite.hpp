// src/pool/bite.hpp - how a thread takes tasks, and ready coroutines, from other places: the shorter they are, the more at
// once and the less often.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/ticks.hpp>

#include <algorithm>
#include <cstdint>

namespace weft::detail {

/// What a thread has learnt of what it took. For whoever works at the place. Times in ticks.
class bite {
public:
    /// How many to take at most.
    [[nodiscard]] std::uint32_t most() const noexcept { return most_; }

    /// Until then they are left where they are.
    [[nodiscard]] std::uint64_t ends_at() const noexcept { return ends_at_; }

    /// `count` were taken just now, which began at `began`.
    void take(std::uint32_t count, std::uint64_t began) noexcept
    {
        began_ = began;
        way_ = ticks() - began;
        taken_ = count;
    }

    /// What was taken, if anything, has been run.
    void judge() noexcept
    {
        if (taken_ == 0) return;
        const std::uint64_t now = ticks();
        const std::uint64_t each = (now - began_) / taken_;
        // What takes no longer than its way from one processor to another, and back, is best left where it is.
        const bool too_short = each < 4 * way_ / taken_;
        if (too_short) {
            pause(now);
        } else {
            pause_ = 0;
        }
        most_ = too_short || each < ticks_per_microsecond() ? std::min(2 * most_, limit) : 1;
        taken_ = 0;
    }

    /// It is not worth it now: to be left alone for a while, the longer the more often that comes up.
    void pause(std::uint64_t now) noexcept
    {
        const std::uint64_t microsecond = ticks_per_microsecond();
        pause_ = std::clamp(2 * pause_, microsecond, 32 * microsecond);
        ends_at_ = now + pause_;
    }

private:
    static constexpr std::uint32_t limit = 32;

    std::uint32_t most_ = 1;
    std::uint32_t taken_ = 0;  ///< and not judged yet
    std::uint64_t began_ = 0;  ///< when they were taken
    std::uint64_t way_ = 0;    ///< how long that took
    std::uint64_t pause_ = 0;  ///< the last one; 0: what came after was worth it
    std::uint64_t ends_at_ = 0;
};

}  // namespace weft::detail
