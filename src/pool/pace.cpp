// src/pool/pace.cpp - what a loop decides between two blocks, and at its ends: once for all loops of a program, since code that is
// seldom run comes from far away.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/pace.hpp>

#include <weft/seam/events.hpp>

namespace weft::detail {

pace::pace(limits bounds, std::size_t units, std::size_t threads, knowledge known)
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
        // By the end of such a block of even units whoever takes the other half has begun, so no third part is handed out; else
        // one that takes long enough to be measured, but no more units than may be dear this time.
        step_ = fitting(known.even ? block_microseconds / 2 : first_microseconds, ticks_per_unit_);
        if (!known.even && step_ > most_first) step_ = most_first;
    }
}

pace pace_of(fork_context c, pace::limits bounds, std::size_t units, pace::knowledge known)
{
    if (c.in_test_pool()) [[unlikely]] {
        constexpr std::size_t most_pieces = 1024;
        return pace(bounds, (units >> c.draw(11)) + units / most_pieces + 1);
    }
    return pace(bounds, units, c.num_threads(), known);
}

std::size_t pace::fitting(float microseconds, float ticks_per_unit) const
{
    const float fit = microseconds * ticks_per_microsecond_ / (ticks_per_unit + 1e-20f);
    return fit < 1              ? 1
           : fit > most_fitting ? static_cast<std::size_t>(most_fitting)
                                : even_length(static_cast<std::size_t>(fit));
}

std::size_t pace::stride(std::size_t units, fork_context c) const
{
    // What divides() has left of a loop that was even so far is not worth it, whoever wants it.
    if (few_ || stride_ == npos || (calm_ && c.wanted())) return units;
    std::size_t n = stride_ != 0 ? stride_ : fitting(stride_microseconds, ticks_per_unit_);
    if (n >= 512) n = (n + 1023) & ~std::size_t{1023};  // so many light units at once are searched by wider loops
    if (n < bounds_.min) n = bounds_.min;
    return n < units ? n : units;
}

float pace::done(std::size_t units)
{
    if (timeless_) return 0;
    const std::uint64_t now = ticks();
    const auto spent = static_cast<float>(now - last_);
    last_ = now;
    spent_ += spent;
    few_ = false;
    ticks_per_unit_ = spent / static_cast<float>(units);
    if (spent * growth <= block_microseconds * ticks_per_microsecond_) {
        step_ = units * growth > units ? even_length(units * growth) : units;
    } else {
        step_ = fitting(block_microseconds, ticks_per_unit_);
        if (detail::blocks_wanted()) [[unlikely]]
            return show(units, spent);
    }
    return excess(spent);
}

float pace::excess(float spent) const
{
    const float most = longest_expected();
    return spent > most ? spent - most : 0;
}

float pace::show(std::size_t units, float spent)
{
    detail::show_block({.loop = this, .units = units, .ended = last_, .ticks = spent});
    last_ = ticks();  // it may have been kept waiting
    return excess(spent);
}

bool pace::pays(std::size_t rest, fork_context c) const
{
    if (rest < 2 || rest / 2 < bounds_.min) return false;
    if (rest > bounds_.max || few_) return !timeless_ || rest > step_;
    const float left = ticks_per_unit_ * static_cast<float>(rest);
    if (left < least_worth_) return false;
    return left >= split_microseconds * ticks_per_microsecond_ || c.wanted_for(static_cast<std::uint64_t>(left));
}

void longest_excess::teach(loop_memory& memory, float units, std::size_t threads) const noexcept
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

loop_run::loop_run(fork_context c, loop_memory& memory, pace::limits bounds, std::size_t units, bool even)
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

void loop_run::end(fork_context c)
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
        memory_->remember(speed.spent() / units);
    }
    excess.teach(*memory_, units, c.num_threads());
}

}  // namespace weft::detail
