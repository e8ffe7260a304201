// src/observe/slowdown.cpp - how much longer an item takes because other threads work, too.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "observe/slowdown.hpp"

#include <weft/seam/atomic.hpp>
#include <weft/seam/events.hpp>
#include <weft/seam/this_thread.hpp>
#include <weft/seam/ticks.hpp>

#include <algorithm>
#include <bit>

namespace weft::detail {
namespace {
namespace side_by_side {  // its names are common words, and all sources may be compiled as one

// Microseconds.
constexpr std::uint64_t window = 32;           // a part of a look, of at least one block
constexpr std::uint64_t longest_block = 500;   // longer ones are not looked at
constexpr std::uint64_t longest_hold = 2'000;  // a safe bound, whatever becomes of the looker
constexpr std::uint64_t patience = 10'000;     // a look that is not over then never will be
constexpr std::uint64_t shortest_rest = 1'000;
constexpr std::uint64_t holds_to_rest = 100;  // so holding costs one percent

constinit atomic<std::uint64_t> ticket_{0};
constinit atomic<std::uint64_t> mark_{0};
constinit atomic<std::uint32_t> seen_{0};
constinit atomic<std::uint64_t> hold_until_{0};
constinit atomic<std::uint32_t> held_{0};

std::uint64_t microseconds(std::uint64_t n) noexcept { return n * ticks_per_microsecond(); }

/// Ticks a unit: the median of the newest blocks, one of which may have lost its processor.
class speed {
public:
    void add(const loop_block& b) noexcept { blocks_[count_++ % most] = b.ticks / static_cast<float>(b.units); }
    void forget() noexcept { count_ = 0; }
    [[nodiscard]] float get() const noexcept
    {
        float sorted[most] = {};
        const std::size_t n = std::min(count_, most);
        std::copy_n(blocks_, n, sorted);
        std::nth_element(sorted, sorted + n / 2, sorted + n);
        return sorted[n / 2];
    }

private:
    static constexpr std::size_t most = 16;
    float blocks_[most] = {};
    std::size_t count_ = 0;
};

/// What a thread knows of looks.
struct looker {
    enum class part { before, calling, alone, settling, after };

    std::uint64_t ticket = 0;  ///< of its own look; 0: none
    std::uint64_t seen = 0;    ///< the mark for which it has counted itself
    const void* loop = nullptr;
    part now = part::before;
    std::uint64_t began = 0;
    std::uint64_t since = 0;  ///< this part
    std::uint64_t held_since = 0;
    std::uint64_t held = 0;  ///< ticks for which it has held others
    std::uint32_t others = 0;
    speed before{}, alone{}, after{};
};
constinit thread_local looker me{};

/// Ends the look of this thread.
void end_look() noexcept
{
    const std::uint64_t now = ticks();
    if (me.now == looker::part::calling || me.now == looker::part::alone) me.held = now - me.held_since;
    std::uint64_t own = me.ticket;
    me.ticket = 0;
    if (ticket_.load(order::relaxed) != own) return;  // its time was over
    mark_.store(0, order::relaxed);
    hold_until_.store(0, order::relaxed);
    const std::uint64_t rest = std::max(microseconds(shortest_rest), holds_to_rest * me.held);
    ticket_.compare_exchange_strong(own, now + rest, order::relaxed, order::relaxed);
}

void begin_look(const loop_block& b, std::uint64_t may_begin) noexcept
{
    if (b.ticks > static_cast<float>(microseconds(longest_block))) return;
    const std::uint64_t ticket = b.ended + microseconds(patience);
    if (!ticket_.compare_exchange_strong(may_begin, ticket, order::relaxed, order::relaxed)) return;
    me = {.ticket = ticket, .seen = me.seen, .loop = b.loop, .began = b.ended, .since = b.ended};
    hold_until_.store(0, order::relaxed);
    held_.store(0, order::relaxed);
    seen_.store(0, order::relaxed);
    mark_.store(ticket, order::relaxed);
}

void go_on(const loop_block& b) noexcept
{
    using part = looker::part;
    const std::uint64_t passed = b.ended - me.since;
    // As long as all the others need to end a block like this one.
    const auto long_enough = std::max(microseconds(window), static_cast<std::uint64_t>(2.5f * b.ticks));
    const auto next = [&b](part p) {
        me.now = p;
        me.since = b.ended;
    };
    switch (me.now) {
        case part::before:
            me.before.add(b);
            if (passed < long_enough) return;
            me.others = seen_.load(order::relaxed);
            if (me.others == 0) {
                if (b.ended - me.began > microseconds(longest_block)) return end_look();  // it is alone
                me.before.forget();
                return next(part::before);
            }
            mark_.store(0, order::relaxed);
            me.held_since = b.ended;
            hold_until_.store(b.ended + std::min(microseconds(longest_hold), 4 * long_enough), order::relaxed);
            return next(part::calling);
        case part::calling:
            // A block during which all have come to hold does not count yet.
            if (held_.load(order::relaxed) >= me.others) return next(part::alone);
            if (b.ended > hold_until_.load(order::relaxed)) end_look();
            return;
        case part::alone:
            if (b.ended > hold_until_.load(order::relaxed)) return end_look();
            me.alone.add(b);
            if (passed < microseconds(window)) return;
            hold_until_.store(0, order::relaxed);
            me.held = b.ended - me.held_since;
            return next(part::settling);
        case part::settling:
            seen_.store(0, order::relaxed);
            mark_.store(me.ticket + 1, order::relaxed);
            return next(part::after);
        case part::after:
            me.after.add(b);
            if (passed < long_enough) return;
            if (seen_.load(order::relaxed) < me.others) {
                if (passed > 4 * long_enough) end_look();  // they have left
                return;
            }
            // The smaller one: either may have been disturbed by what else the machine does.
            const float slowdown = std::min(me.before.get(), me.after.get()) / me.alone.get();
            const auto threads = static_cast<std::uint16_t>(me.others + 1);
            end_look();
            detail::write_event(
                {.kind = event_kind::slowdown, .value = std::bit_cast<std::uint32_t>(slowdown), .threads = threads});
    }
}

void hold() noexcept
{
    held_.fetch_add(1, order::relaxed);
    for (unsigned turns = 1; ticks() < hold_until_.load(order::relaxed); ++turns) {
        pause();
        if (turns % 1024 == 0) yield_thread();  // the looker may want this processor
    }
}

void watch(const loop_block& block) noexcept
{
    const std::uint64_t ticket = ticket_.load(order::relaxed);
    if (me.ticket != 0) {
        if (me.ticket == ticket && me.loop == block.loop) return go_on(block);
        return end_look();
    }
    if (block.ended < hold_until_.load(order::relaxed)) return hold();
    if (block.ended >= ticket) return begin_look(block, ticket);
    const std::uint64_t mark = mark_.load(order::relaxed);
    if (mark == 0 || me.seen == mark) return;
    me.seen = mark;
    seen_.fetch_add(1, order::relaxed);
}

}  // namespace side_by_side
}  // namespace

void slowdown_look::watch(const loop_block& block) noexcept { side_by_side::watch(block); }

void slowdown_look::disturbed() noexcept
{
    if (side_by_side::me.ticket != 0) side_by_side::end_look();
}

}  // namespace weft::detail
