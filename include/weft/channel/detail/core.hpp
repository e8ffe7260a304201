// weft/channel/detail/core.hpp - what the flavours of channels have in common: who holds them, and how they block.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       holders: the handles. A side is all senders, or all receivers.
//
// Fields      senders_, receivers_   written by holders   how many handles that side has
//             owners_                written by the last holder of a side, and by weak handles: the sides that have not
//                                    ended, and the weak handles
//
// Invariants  I1  The last holder of a side closes the channel first and leaves second.
//             I2  The last of the owners to leave frees the channel.
//             I3  A side that has ended does not begin again: a handle is made from one of the other side, or from a
//                 weak one, only while the count is not 0.
//
// Orders      O1  leave: fetch_sub acq_rel. The last holder of a side sees what the others of its side did.
//             O2  owners_: fetch_sub acq_rel. The one that frees sees what the others did.
//             O3  A sender that trades a promise (array_channel.hpp) asks whether receivers are left: load acquire of
//                 the count that the last one brought to 0.
//
// Progress    everything is wait-free except closing.
//
// Checked by  tests/model/channel_model.cpp; tests/channel/messages_test.cpp.
#pragma once

#include <weft/channel/detail/spin_budget.hpp>
#include <weft/channel/detail/waiter.hpp>
#include <weft/channel/result.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/memory.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace weft::detail::channels {

/// Which class a channel is. Every handle keeps it, so that an operation finds its code without a look at the channel.
enum class flavour : std::uint8_t { array, list, rendezvous, timer, never };

/// What one receiver remembers of a list channel (list_channel.hpp). Does not depend on the message, which may be
/// incomplete where a handle is declared.
struct receiver_view {
    void* home = nullptr;
    std::uint32_t unreported = 0;
    std::uint64_t tail_seen = 0;
};

/// Counts the handles of a channel.
class channel_core {
public:
    void add_sender() noexcept { senders_.fetch_add(1, order::relaxed); }
    void add_receiver() noexcept { receivers_.fetch_add(1, order::relaxed); }

    /// True for the last one, which closes the channel and then calls leave_last.
    [[nodiscard]] bool remove_sender() noexcept { return senders_.fetch_sub(1, order::acq_rel) == 1; }      // O1
    [[nodiscard]] bool remove_receiver() noexcept { return receivers_.fetch_sub(1, order::acq_rel) == 1; }  // O1

    /// As add_sender, add_receiver, for a caller that holds no handle of that side. False if none is left.
    [[nodiscard]] bool join_senders() noexcept { return join(senders_); }
    [[nodiscard]] bool join_receivers() noexcept { return join(receivers_); }

    void add_weak() noexcept { owners_.fetch_add(1, order::relaxed); }

    /// By the last holder of a side, and by weak handles. True for the last one, which frees the channel.
    [[nodiscard]] bool leave_last() noexcept { return owners_.fetch_sub(1, order::acq_rel) == 1; }  // O2

protected:
    [[nodiscard]] bool nobody_receives() const noexcept { return receivers_.load(order::acquire) == 0; }  // O3

private:
    static bool join(atomic<std::size_t>& side) noexcept
    {
        std::size_t n = side.load(order::relaxed);
        while (n != 0) {
            if (side.compare_exchange_weak(n, n + 1, order::relaxed, order::relaxed)) return true;
        }
        return false;
    }

    atomic<std::size_t> senders_{1};
    atomic<std::size_t> receivers_{1};
    atomic<std::size_t> owners_{2};
};

[[nodiscard]] inline bool expired(clock::time_point deadline) noexcept
{
    return deadline != no_deadline && clock::now() >= deadline;
}

/// Sleeps in `line` until it is notified. Calls `is_ready()` once more when the thread is in the line.
template <class Look>
void sleep_in(wait_line& line, clock::time_point deadline, Look is_ready)
{
    wait_token token;
    waiter self;
    self.token = &token;
    line.register_waiter(self);
    if (is_ready() && token.abort()) {
        line.unregister(self);
        return;
    }
    if (token.wait(deadline, nullptr) == verdict::aborted) line.unregister(self);
}

/// Repeats `attempt(thorough)` until it is not blocked: spins at first, then sleeps in `line`. A thorough attempt gives
/// an exact answer; any other looks at one slot only. Returns `timed_out` at the deadline, but not without an attempt.
template <class Attempt, class Look>
[[gnu::noinline]] channel_status block(wait_line& line, clock::time_point deadline, spin_budget& budget,
                                       Attempt attempt, Look is_ready)
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
        detail::channels::sleep_in(line, deadline, is_ready);
        budget.slept();
        if (const channel_status s = attempt(false); s != channel_status::blocked) return s;
    }
}

}  // namespace weft::detail::channels
