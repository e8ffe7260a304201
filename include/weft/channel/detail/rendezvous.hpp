// weft/channel/detail/rendezvous.hpp - the channel without room: a message goes from hand to hand.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Whichever thread comes second claims the first one that waits on the other side and moves the message itself,
// directly from the memory of one thread to the memory of the other.
//
// A sender whose message has yet to be made (by a function, or from something else) is *late*. It must not claim a
// receiver, which may have no time to wait for the user's code: it *engages* it. An engaged receiver stays in line, and
// may leave; but other senders pass it by. Then the message is made, and the receiver is claimed if it is still there;
// if not, the sender is no longer late, and waits with its message. A receiver that finds a late sender in line claims
// it, gets in line itself, engaged to that sender, and lets it know.
//
// Roles       senders, receivers: any threads.
//
// Fields      senders_, receivers_   written under lock_   those who wait
//             tickets_               written under lock_   how many have waited so far
//             closed_                written under lock_
//             waiter::place          written by its owner, used by the claimer; null in a late sender
//             waiter::ticket, engaged, partner   written under lock_
//
// Invariants  I1  Under the lock, observers, engaged receivers and pairs under one and the same token apart, at most
//                 one side has waiters, unless all those of the other side are late.
//             I2  A claimed waiter is settled: done, or meet. Between the two nothing runs but the move of a message,
//                 which cannot throw.
//             I3  An engaged receiver is claimed by its late sender, or told to look again when that gives up, or
//                 leaves.
//
// Orders      O1  The lock orders coming to the meeting: one of two finds the other.
//             O2  The message and the places are handed on by claim and settle (waiter.hpp, O1, O3).
//             O3  try_send, try_recv look at the other side's list without the lock (seq_cst): if nobody is there, that
//                 is an exact answer at that time.
//
// Progress    blocking: both sides must come. The lock is held for some tens of instructions.
//
// Checked by  tests/model/channel_model.cpp: rendezvous_meets (O1, O2); channel_promise_model.cpp: late_... (I3).
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/channel/detail/core.hpp>
#include <weft/seam/cell.hpp>
#include <weft/seam/construct.hpp>
#include <weft/sync/spinlock.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft::detail::channels {

/// The part that does not depend on the type of the message.
class rendezvous_base : public channel_core {
public:
    /// Claims a partner on the other side that is not late. `blocked`: there is none.
    channel_status start(bool sending, waiter*& partner) noexcept;

    /// As start; but if there is nobody it puts `w` into the line of its side. `blocked`: it is in the line.
    channel_status start_or_register(bool sending, waiter*& partner, waiter& w) noexcept;

    /// As start_or_register, for a token that may be in other lines already.
    registration register_waiter(bool sending, waiter*& partner, waiter& w) noexcept;

    void unregister(bool sending, waiter& w) noexcept;

    /// Whether an attempt would not be blocked. Partners under the token `self` do not count; late ones do, although
    /// they may block it.
    [[nodiscard]] bool is_ready(bool sending, const wait_token* self) noexcept;

    /// By a late sender: engages a receiver; if there is none, puts `w`, unless it is null, into the line.
    channel_status engage(std::uint64_t& ticket, waiter* w = nullptr) noexcept;

    /// Frees a receiver that the caller has engaged.
    void disengage(std::uint64_t ticket) noexcept;

    void close() noexcept;
    [[nodiscard]] bool is_closed() const noexcept { return closed_.load(order::acquire); }

    // Holds nothing.
    [[nodiscard]] static std::size_t len() noexcept { return 0; }
    [[nodiscard]] static std::optional<std::size_t> capacity() noexcept { return 0; }
    [[nodiscard]] static bool full() noexcept { return true; }
    void discard() noexcept {}

    /// How long a receiver that only tries, or has no time left, waits for a late sender that it has told to hurry.
    static constexpr std::chrono::milliseconds grace{1};

protected:
    [[nodiscard]] wait_list& line(bool sending) noexcept { return sending ? senders_ : receivers_; }

    /// Claims the receiver that the caller has engaged; null if it has left.
    waiter* claim_engaged(std::uint64_t ticket) noexcept;

private:
    waiter* claim_other(bool sending, waiter& w, waiter*& late) noexcept;
    waiter* find(std::uint64_t ticket) noexcept;
    void add(bool sending, waiter& w) noexcept;

    alignas(cache_line_size) spinlock lock_;
    wait_list senders_;
    wait_list receivers_;
    std::uint64_t tickets_ = 0;
    atomic<bool> closed_{false};
};

/// E: what passes, moved without throwing.
template <class E>
class rendezvous : public rendezvous_base {
public:
    /// Gives the message to a claimed receiver.
    static void give(waiter& to, E& message) noexcept
    {
        static_cast<storage_cell<E>*>(to.place)->construct(std::move(message));
        to.token->settle(verdict::done, &to);
    }

    /// Takes the message of a claimed sender.
    static void take(waiter& from, storage_cell<E>& room) noexcept
    {
        room.construct(std::move(*static_cast<E*>(from.place)));
        from.token->settle(verdict::done, &from);
    }

    /// Gives the message to the receiver that the caller has engaged. False: it has left.
    bool give_engaged(std::uint64_t ticket, E& message) noexcept
    {
        waiter* const to = claim_engaged(ticket);
        if (to != nullptr) give(*to, message);
        return to != nullptr;
    }

    channel_status try_send(E& message) noexcept
    {
        waiter* partner = nullptr;
        const channel_status s = start(true, partner);
        if (s == channel_status::done) give(*partner, message);
        return s;
    }

    /// Takes the message of a sender that is not late.
    channel_status recv_now(storage_cell<E>& room) noexcept
    {
        waiter* partner = nullptr;
        const channel_status s = start(false, partner);
        if (s == channel_status::done) take(*partner, room);
        return s;
    }

    channel_status try_recv(storage_cell<E>& room, spin_budget& budget) noexcept
    {
        channel_status s = recv_now(room);
        if (s != channel_status::blocked || line(true).empty()) return s;
        s = recv(room, clock::now() + grace, budget);  // all of them are late
        return s == channel_status::timed_out ? channel_status::blocked : s;
    }

    channel_status send(E& message, clock::time_point deadline, spin_budget& budget) noexcept
    {
        return pass(true, detail::address_of(message), deadline, budget, [&](waiter& w) { give(w, message); });
    }

    channel_status recv(storage_cell<E>& room, clock::time_point deadline, spin_budget& budget) noexcept
    {
        return pass(false, detail::address_of(room), deadline, budget, [&](waiter& w) { take(w, room); });
    }

    /// When somebody is there to receive it: makes the message by `make()`, and sends it. Meanwhile nobody waits for
    /// it. Throws what `make` throws.
    template <class Make>
    channel_status send_late(Make make, clock::time_point deadline, spin_budget& budget)
    {
        for (;;) {
            wait_token token;
            waiter self;
            self.token = &token;
            std::uint64_t ticket = 0;
            channel_status s = engage(ticket, &self);
            if (s == channel_status::closed) return s;
            if (s == channel_status::blocked) {
                const verdict why = token.wait(deadline, &budget);
                if (why == verdict::aborted) {
                    unregister(true, self);
                    return channel_status::timed_out;
                }
                if (why != verdict::meet) continue;
                ticket = self.partner;
            }
            const auto message = [&] {
                try {
                    return make();
                } catch (...) {
                    disengage(ticket);
                    throw;
                }
            };
            E made = message();
            return give_engaged(ticket, made) ? channel_status::done : send(made, deadline, budget);
        }
    }

private:
    template <class Finish>
    channel_status pass(bool sending, void* place, clock::time_point deadline, spin_budget& budget,
                        Finish finish) noexcept
    {
        for (;;) {
            wait_token token;
            waiter self;
            self.token = &token;
            self.place = place;
            waiter* partner = nullptr;
            const channel_status s = start_or_register(sending, partner, self);
            if (s == channel_status::closed) return s;
            if (s == channel_status::done) {
                finish(*partner);
                return s;
            }
            const bool hurries = partner != nullptr && deadline != no_deadline;  // a late sender has been told
            const verdict why = token.wait(hurries ? std::max(deadline, clock::now() + grace) : deadline, &budget);
            if (why == verdict::done) return channel_status::done;
            if (why == verdict::aborted) {
                unregister(sending, self);
                return channel_status::timed_out;
            }
        }
    }
};

}  // namespace weft::detail::channels
