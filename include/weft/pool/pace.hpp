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
    pace(limits bounds, std::size_t units, std::size_t threads, knowledge known)
        : bounds_(bounds),
          ticks_per_microsecond_(static_cast<float>(detail::ticks_per_microsecond())),
          ticks_per_unit_(known.ticks_per_unit),
          least_worth_(awake_microseconds * ticks_per_microsecond_),
          stride_(known.even ? npos : known.stride),
          calm_(known.ticks_per_unit >= 0 && known.stride == 0)
    {
        if (bounds_.min == 0) bounds_.min = 1;
        if (bounds_.max < bounds_.min) bounds_.max = bounds_.min;
        if (ticks_per_unit_ < 0) {
            // Nothing is known. A few items may be heavy: each should find its worker at once.
            few_ = units <= 32 * threads;
        } else {
            // By the end of such a block of even units whoever takes the other half has begun, so no third part is handed
            // out; else one that takes long enough to be measured, but no more units than may be dear this time.
            step_ = fitting(known.even ? block_microseconds / 2 : first_microseconds, ticks_per_unit_);
            if (!known.even && step_ > most_first) step_ = most_first;
        }
    }

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
    void begin() { last_ = detail::ticks(); }

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
    [[nodiscard]] std::size_t stride(std::size_t units, fork_context c) const
    {
        // What divides() has left of a loop that was even so far is not worth it, whoever wants it.
        if (few_ || stride_ == npos || (calm_ && c.wanted())) return units;
        std::size_t n = stride_ != 0 ? stride_ : fitting(stride_microseconds, ticks_per_unit_);
        if (n >= 512) n = (n + 1023) & ~std::size_t{1023};  // so many light units at once are searched by wider loops
        if (n < bounds_.min) n = bounds_.min;
        return n < units ? n : units;
    }

    /// `units` have been run since begin() or the last call. Returns the ticks by which they took longer than any block
    /// should: there are dear units among them, or the thread has lost its processor.
    float done(std::size_t units)
    {
        if (timeless_) return 0;
        const std::uint64_t now = detail::ticks();
        const auto spent = static_cast<float>(now - last_);
        last_ = now;
        spent_ += spent;
        few_ = false;
        ticks_per_unit_ = spent / static_cast<float>(units);
        if (spent * growth <= block_microseconds * ticks_per_microsecond_) {
            step_ = units * growth > units ? even_length(units * growth) : units;
        } else {
            step_ = fitting(block_microseconds, ticks_per_unit_);
        }
        const float most = longest_expected();
        return spent > most ? spent - most : 0;
    }

    /// Ticks that a block should not exceed.
    [[nodiscard]] float longest_expected() const { return growth * block_microseconds * ticks_per_microsecond_; }

    /// Whether `rest` units are to be divided now: they are worth it, and somebody wants work.
    [[nodiscard]] bool divides(std::size_t rest, fork_context c) const
    {
        if (rest < 2 || rest / 2 < bounds_.min) return false;
        if (rest > bounds_.max || few_) return (!timeless_ || rest > step_) && c.wanted();
        const float left = ticks_per_unit_ * static_cast<float>(rest);
        if (left < least_worth_) return false;
        if (left >= split_microseconds * ticks_per_microsecond_) return c.wanted();
        return c.wanted() && c.wanted_for(static_cast<std::uint64_t>(left));
    }

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
    /// Of all blocks.
    [[nodiscard]] float ticks() const { return spent_; }
    [[nodiscard]] float ticks_per_microsecond() const { return ticks_per_microsecond_; }
    [[nodiscard]] bool timeless() const { return timeless_; }

private:
    /// How many units fit into `microseconds`.
    [[nodiscard]] std::size_t fitting(float microseconds, float ticks_per_unit) const
    {
        const float fit = microseconds * ticks_per_microsecond_ / (ticks_per_unit + 1e-20f);
        return fit < 1              ? 1
               : fit > most_fitting ? static_cast<std::size_t>(most_fitting)
                                    : even_length(static_cast<std::size_t>(fit));
    }

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
inline pace pace_of(fork_context c, pace::limits bounds, std::size_t units, pace::knowledge known)
{
    if (c.in_test_pool()) [[unlikely]] {
        constexpr std::size_t most_pieces = 1024;
        return pace(bounds, (units >> c.draw(11)) + units / most_pieces + 1);
    }
    return pace(bounds, units, c.num_threads(), known);
}

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
    void teach(loop_memory& memory, float units, std::size_t threads) const noexcept
    {
        constexpr float microseconds_a_look = 0.003f;
        const float excess = excess_.load(order::relaxed);
        const float looking = units * microseconds_a_look * static_cast<float>(ticks_per_microsecond());
        const float may_cost = excess * static_cast<float>(threads) / 8;
        if (excess != 0) return memory.set_stride(1 + static_cast<std::size_t>(looking / may_cost));
        // Perhaps because it has looked around. It goes on with that, ever more rarely.
        const std::size_t stride = memory.stride();
        if (stride != 0) memory.set_stride(static_cast<float>(2 * stride) < units ? 2 * stride : 0);
    }

private:
    atomic<float> excess_{0};  // about the largest
};

/// One run of a loop of the program: its pace, and what it learns.
class loop_run {
public:
    /// A run over `units` from `c` begins. `even`: each unit takes as long as any other.
    loop_run(fork_context c, loop_memory& memory, pace::limits bounds, std::size_t units, bool even)
        : memory_(&memory),
          units_(units),
          speed(pace_of(c, bounds, units, {memory.ticks_per_unit(), even, memory.stride()}))
    {
        speed.begin();
        began_ = speed.now();
        if (speed.timeless() || memory.ticks_per_unit() < 0) return;
        const float expected = memory.ticks_per_unit() * static_cast<float>(units);
        alike_ = memory.runs_of(expected / speed.ticks_per_microsecond());
        if (alike_ != nullptr && alike_->leave_alone(began_)) speed.stay_alone(expected);
    }

    /// All units have been run.
    void end(fork_context c)
    {
        if (speed.timeless()) return;
        if (excess.get() != 0) detail::note_long_block(excess.get() + speed.longest_expected());
        const auto units = static_cast<float>(units_);
        if (!speed.divided()) {
            const auto took = static_cast<float>(speed.now() - began_);
            memory_->remember(took / units);
            if (alike_ != nullptr) alike_->ran_alone(units, took);
            return;
        }
        if (alike_ != nullptr) {
            const std::uint64_t now = ticks();
            alike_->ran_divided(units, static_cast<float>(now - began_), now);
        } else {
            memory_->remember(speed.ticks() / units);
        }
        excess.teach(*memory_, units, c.num_threads());
    }

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
