// weft/iter/detail/pace.hpp - how long the next block is, and whether splitting the rest pays.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/ticks.hpp>
#include <weft/iter/detail/source.hpp>
#include <weft/pool/context.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// Measures the units (items, or fixed blocks) of a loop as they are done. A block grows eightfold until it takes some
/// microseconds: then reading the clock and looking for idle workers costs under one percent, and an idle worker waits
/// no longer than that. What is left is worth splitting if, at the speed of the last block, it takes longer than
/// waking a worker does; if a worker is awake and looks for work, longer than handing over.
///
/// Thread safety: one object per piece; a piece that splits hands a copy to the other half.
class pace {
public:
    static constexpr float unknown = -1;

    /// For a loop over `units`. `learned`: ticks a unit took the last time this loop was run, or unknown. `even`: each
    /// unit takes as long as any other.
    pace(len_bounds bounds, std::size_t units, std::size_t threads, float learned, bool even)
        : bounds_(bounds), ticks_per_microsecond_(static_cast<float>(ticks_per_microsecond())), ticks_per_unit_(learned)
    {
        if (bounds_.min == 0) bounds_.min = 1;
        if (bounds_.max < bounds_.min) bounds_.max = bounds_.min;
        if (learned < 0) {
            // Nothing is known. A few items may be heavy: each should find its worker at once.
            few_ = units <= 32 * threads;
        } else if (even) {
            // Whoever takes the other half has begun by the end of such a block, and no third part is handed out.
            step_ = fitting(block_microseconds / 2, learned);
        } else if (learned * first_block < ticks_per_microsecond_) {
            step_ = first_block;
        }
    }

    /// For a loop in a test_pool: pieces of `step` units, whatever the time.
    pace(len_bounds bounds, std::size_t step) : pace(bounds, 0, 0, unknown, false)
    {
        few_ = true;
        timeless_ = true;
        step_ = step;
    }

    /// Starts the clock, on the thread that is going to run the piece.
    void begin() { last_ = ticks(); }

    /// How many of `rest` units the next block has.
    [[nodiscard]] std::size_t block(std::size_t rest) const
    {
        std::size_t n = step_ < bounds_.min ? bounds_.min : step_;
        if (n > bounds_.max) n = bounds_.max;
        return n < rest ? n : rest;
    }

    /// `units` have been run since begin() or the last call.
    void done(std::size_t units)
    {
        if (timeless_) return;
        const std::uint64_t now = ticks();
        const auto spent = static_cast<float>(now - last_);
        last_ = now;
        few_ = false;
        ticks_per_unit_ = spent / static_cast<float>(units);
        if (spent * growth <= block_microseconds * ticks_per_microsecond_) {
            step_ = units * growth > units ? units * growth : units;
        } else {
            step_ = fitting(block_microseconds, ticks_per_unit_);
        }
    }

    /// Whether `rest` units are to be divided now: they are worth it, and somebody wants work.
    [[nodiscard]] bool divides(std::size_t rest, fork_context c) const
    {
        if (rest < 2 || rest / 2 < bounds_.min) return false;
        if (rest > bounds_.max || few_) return (!timeless_ || rest > step_) && c.wanted();
        const float left = ticks_per_unit_ * static_cast<float>(rest);
        if (left < awake_microseconds * ticks_per_microsecond_) return false;
        if (left >= split_microseconds * ticks_per_microsecond_) return c.wanted();
        return c.wanted() && c.wanted_for(static_cast<std::uint64_t>(left));
    }

    [[nodiscard]] float ticks_per_unit() const { return ticks_per_unit_; }

private:
    /// How many units take so many microseconds.
    [[nodiscard]] std::size_t fitting(float microseconds, float ticks_per_unit) const
    {
        const float fit = microseconds * ticks_per_microsecond_ / (ticks_per_unit + 1e-6f);
        return fit < 1 ? 1 : fit > 1e15f ? std::size_t{1} << 50 : static_cast<std::size_t>(fit);
    }

    static constexpr float block_microseconds = 4;
    static constexpr float split_microseconds = 12;  // worth waking somebody
    static constexpr float awake_microseconds = 3;   // worth it if somebody is awake
    static constexpr std::size_t growth = 8;
    static constexpr std::size_t first_block = 16;

    len_bounds bounds_;
    float ticks_per_microsecond_;
    float ticks_per_unit_;
    std::uint64_t last_ = 0;
    std::size_t step_ = 1;
    bool few_ = false;
    bool timeless_ = false;
};

/// The pace of a loop over `units` that runs from `c`.
inline pace pace_of(fork_context c, len_bounds bounds, std::size_t units, float learned, bool even)
{
    if (c.rehearsed()) [[unlikely]] {
        constexpr std::size_t most_pieces = 1024;
        return pace(bounds, (units >> c.draw(11)) + units / most_pieces + 1);
    }
    return pace(bounds, units, c.num_threads(), learned, even);
}

}  // namespace weft::detail
