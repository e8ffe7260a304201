// weft/pool/pace.hpp - how long the next block is, and whether splitting the rest pays.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/context.hpp>
#include <weft/pool/loop_memory.hpp>
#include <weft/pool/observed_region.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/ticks.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// Measures the units (items, or fixed blocks) of a loop as they are done. A block grows eightfold until it takes some
/// microseconds: then reading the clock and looking for idle workers costs less than one percent, and no idle worker
/// waits longer than that. What is left is worth splitting if, at the speed of the last block, it takes longer than
/// waking a worker does; or, if a worker is awake and looks for work, longer than handing over does.
///
/// Units may get dearer in the middle of a block. So a block of a loop that is not known to be even ends early, at one
/// of its strides, once somebody wants work.
///
/// Thread safety: one object per piece; a piece that splits hands a copy to the other half.
class pace {
public:
    /// How many units a block may have; `min` counts more.
    struct limits {
        std::size_t min = 1;
        std::size_t max = static_cast<std::size_t>(-1);
    };

    /// What is known of a loop before it runs.
    struct knowledge {
        float ticks_per_unit = -1;  // negative: unknown
        bool even = false;          // each unit takes as long as any other
        std::size_t stride = 0;     // it is uneven: look around after so many units; 0: it is not, as far as is known
    };

    /// For a loop over `units`.
    pace(limits bounds, std::size_t units, std::size_t threads, knowledge known);

    /// For a loop in a test_pool: pieces of `step` units, no matter how long they take.
    pace(limits bounds, std::size_t step) : pace(bounds, 0, 0, {})
    {
        few_ = true;
        timeless_ = true;
        step_ = step;
    }

    /// Many units: as many whole cache lines of anything, or fewer. Loops over vectors that begin in the middle of a line take
    /// up to twice as long.
    static constexpr std::size_t even_length(std::size_t units)
    {
        return units < 512 ? units : units & ~std::size_t{63};
    }

    /// Starts the clock, on the thread that is going to run the piece.
    void begin() { last_ = ticks(); }

    /// The time of begin(), or of the last done().
    [[nodiscard]] std::uint64_t now() const { return last_; }

    /// Leaves the loop undivided if it takes no longer than some times as long as this many ticks.
    void stay_alone(float ticks) { least_worth_ = 4 * ticks; }

    /// How many of `rest` units the next block has.
    [[nodiscard]] std::size_t block(std::size_t rest) const
    {
        std::size_t n = step_ < bounds_.min ? bounds_.min : step_;
        if (n > bounds_.max) n = bounds_.max;
        return n < rest ? n : rest;
    }

    /// After how many of the `units` of the next block to look whether somebody wants work.
    [[nodiscard]] std::size_t stride(std::size_t units, fork_context c) const;

    /// `units` have been run since begin() or the last call. Returns the ticks by which they took longer than any block
    /// should: there are dear units among them, or the thread has lost its processor.
    float done(std::size_t units);

    /// Ticks that a block should not exceed.
    [[nodiscard]] float longest_expected() const { return growth * block_microseconds * ticks_per_microsecond_; }

    /// Whether `rest` units are to be divided now: they are worth it, and somebody wants work.
    [[nodiscard]] bool divides(std::size_t rest, fork_context c) const { return c.wanted() && pays(rest, c); }

    /// The rest is divided: returns the pace of the other half.
    [[nodiscard]] pace divide()
    {
        divided_ = true;
        pace other = *this;
        other.spent_ = 0;
        return other;
    }
    [[nodiscard]] bool divided() const { return divided_; }
    /// The other half has ended.
    void add(const pace& other) { spent_ += other.spent_; }

    /// Of the last block.
    [[nodiscard]] float ticks_per_unit() const { return ticks_per_unit_; }
    /// Ticks of all blocks.
    [[nodiscard]] float spent() const { return spent_; }
    [[nodiscard]] float ticks_per_microsecond() const { return ticks_per_microsecond_; }
    [[nodiscard]] bool timeless() const { return timeless_; }

private:
    /// By how many ticks a block of so many is too long.
    [[nodiscard]] float excess(float spent) const;
    /// Whoever wants to know sees the block that done() is told of. Apart, so that done() saves no registers for it.
    [[gnu::noinline, gnu::cold]] float show(std::size_t units, float spent);
    /// What is left takes long enough.
    [[nodiscard]] bool pays(std::size_t rest, fork_context c) const;
    /// How many units fit into `microseconds`.
    [[nodiscard]] std::size_t fitting(float microseconds, float ticks_per_unit) const;

    static constexpr float most_fitting = sizeof(std::size_t) < 8 ? 0x1p30f : 0x1p50f;
    static constexpr float block_microseconds = 4;
    static constexpr float first_microseconds = 0.5f;
    static constexpr float stride_microseconds = 0.1f;
    static constexpr float split_microseconds = 12;  // worth waking somebody
    static constexpr float awake_microseconds = 3;   // worth it if somebody is awake
    static constexpr std::size_t growth = 8;
    static constexpr std::size_t most_first = 4096;
    static constexpr auto npos = static_cast<std::size_t>(-1);

    limits bounds_;
    float ticks_per_microsecond_;
    float ticks_per_unit_;
    float least_worth_;
    std::uint64_t last_ = 0;
    float spent_ = 0;
    std::size_t step_ = 1;
    std::size_t stride_;
    bool few_ = false;
    bool calm_;
    bool divided_ = false;
    bool timeless_ = false;
};

/// The pace of a loop over `units` that runs from `c`.
pace pace_of(fork_context c, pace::limits bounds, std::size_t units, pace::knowledge known);

/// By how many ticks blocks of a run took longer than any should. Any thread may add; read when all blocks have ended.
class longest_excess {
public:
    [[nodiscard]] float get() const noexcept { return excess_.load(order::relaxed); }

    void add(float excess) noexcept
    {
        if (excess > excess_.load(order::relaxed)) [[unlikely]]
            excess_.store(excess, order::relaxed);
    }

    /// Tells a loop, of which `units` have been run, how often to look around within its blocks: if there were dear units
    /// among cheap ones, for at most an eighth of the time that a block took too long.
    void teach(loop_memory& memory, float units, std::size_t threads) const noexcept;

private:
    atomic<float> excess_{0};  // about the largest
};

/// One run of a loop of the program: its pace, and what it learns.
class loop_run {
public:
    /// A run over `units` from `c` begins. `even`: each unit takes as long as any other.
    loop_run(fork_context c, loop_memory& memory, pace::limits bounds, std::size_t units, bool even);

    /// All units have been run.
    void end(fork_context c);

private:
    loop_memory* memory_;
    short_runs* alike_ = nullptr;  // runs that take about as long; null if it is clear whether to divide
    std::size_t units_;
    std::uint64_t began_ = 0;

public:
    pace speed;             ///< of the first piece
    longest_excess excess;  ///< of all pieces
};

}  // namespace weft::detail
