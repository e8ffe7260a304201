// weft/channel/detail/core.hpp - what the flavours of channels have in common: who holds them, and how they block.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       holders: the handles. A side is all senders, or all receivers.
//
// Fields      senders_, receivers_   written by holders   handles of that side
//             one_side_gone_         written by the last holder of a side
//
// Invariants  I1  The last holder of a side closes the channel first and leaves second.
//             I2  Who leaves second (one_side_gone_ is true already) frees the channel.
//
// Orders      O1  leave: fetch_sub acq_rel. The last holder of a side sees what the others of its side did.
//             O2  one_side_gone_: exchange acq_rel. The one that frees sees what the other side did.
//
// Progress    all wait-free but for closing.
//
// Checked by  tests/model/channel_model.cpp; tests/channel/messages_test.cpp.
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/base/memory.hpp>
#include <weft/channel/detail/pace.hpp>
#include <weft/channel/detail/waiter.hpp>
#include <weft/channel/result.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace weft::detail::channels {

/// Which class a channel is. Kept in every handle, so that an operation goes to its code without a look at the channel.
enum class flavour : std::uint8_t { array, list, rendezvous, timer, never };

/// Counts the handles of a channel.
class channel_core {
public:
    void add_sender() noexcept { senders_.fetch_add(1, order::relaxed); }
    void add_receiver() noexcept { receivers_.fetch_add(1, order::relaxed); }

    /// True for the last one, which closes the channel and then calls leave_last.
    [[nodiscard]] bool remove_sender() noexcept { return senders_.fetch_sub(1, order::acq_rel) == 1; }      // O1
    [[nodiscard]] bool remove_receiver() noexcept { return receivers_.fetch_sub(1, order::acq_rel) == 1; }  // O1

    /// True for the second side, which frees the channel.
    [[nodiscard]] bool leave_last() noexcept { return one_side_gone_.exchange(true, order::acq_rel); }  // O2

private:
    atomic<std::size_t> senders_{1};
    atomic<std::size_t> receivers_{1};
    atomic<bool> one_side_gone_{false};
};

[[nodiscard]] inline bool expired(clock::time_point deadline) noexcept
{
    return deadline != no_deadline && clock::now() >= deadline;
}

/// Sleeps in `line` until it is notified. `worth_a_look()` is asked once more after the thread is in the line.
template <class Look>
void sleep_in(wait_line& line, clock::time_point deadline, Look worth_a_look)
{
    wait_token token;
    waiter self;
    self.token = &token;
    line.enlist(self);
    if (worth_a_look() && token.abort()) {
        line.delist(self);
        return;
    }
    if (token.wait(deadline, nullptr) == verdict::aborted) line.delist(self);
}

/// Repeats `attempt(thorough)` until it is not blocked: spins, then sleeps in `line`. A hasty attempt looks at one slot
/// only; a thorough one gives an exact answer. Returns `timed_out` at the deadline, but not without an attempt.
template <class Attempt, class Look>
[[gnu::noinline]] channel_status block(wait_line& line, clock::time_point deadline, spin_budget& budget,
                                       Attempt attempt, Look worth_a_look)
{
    for (;;) {
        unsigned round = 0;
        for (budget.begin(); budget.wait(round); ++round) {
            if (const channel_status s = attempt(false); s != channel_status::blocked) {
                budget.came(round);
                return s;
            }
        }
        if (const channel_status s = attempt(true); s != channel_status::blocked) return s;
        if (expired(deadline)) return channel_status::timed_out;
        sleep_in(line, deadline, worth_a_look);
        budget.slept();
        if (const channel_status s = attempt(false); s != channel_status::blocked) return s;
    }
}

}  // namespace weft::detail::channels
