// weft/channel/detail/rendezvous.hpp - the channel without room: a message goes from hand to hand.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Who comes second claims the first of those who wait on the other side and moves the message itself, straight between
// the two threads' own memory. A waiter without a place (an arm of a select whose message is made only if chosen, an
// operation of a selector) is told to meet instead: then the claimer waits until the waiter's thread has done its part.
//
// Roles       senders, receivers: any threads.  first, second: in the order of coming to the meeting.
//
// Fields      senders_, receivers_   written under lock_   those who wait
//             closed_                written under lock_
//             waiter::place          written by its owner, used by the claimer
//             waiter::peer           written by the claimer before it settles `meet`
//
// Invariants  I1  Under the lock, at most one side has waiters that want to take and are not of one and the same token.
//             I2  A claimed waiter is settled: done, meet, or refused if the claimer's part threw.
//
// Orders      O1  The lock orders coming to the meeting: one of two finds the other.
//             O2  The message and the places are handed on by claim and settle (waiter.hpp, O1, O3).
//             O3  try_send, try_recv look at the other side's list without the lock (seq_cst): nobody there is an exact
//                 answer at that time.
//
// Progress    blocking: both sides must come. The lock is held for some tens of instructions.
//
// Checked by  tests/model/channel_model.cpp: rendezvous_meets (O1, O2).
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/cell.hpp>
#include <weft/channel/detail/core.hpp>
#include <weft/sync/spinlock.hpp>

#include <type_traits>
#include <utility>

namespace weft::detail::channels {

/// One side's part in a meeting: who was claimed, or who waits.
struct encounter {
    waiter* partner = nullptr;  ///< claimed by the caller, who must settle it
    meeting* peer = nullptr;    ///< waits for the caller
};

/// What enlisting for a select found.
enum class enlisted : unsigned char {
    queued,   ///< in line
    worth,    ///< there is something to look at: do not sleep
    engaged,  ///< a partner has been claimed; the own token is out of the game
    chosen    ///< another thread has claimed the own token
};

/// The part that does not depend on the type of the message.
class rendezvous_base : public channel_core {
public:
    /// Claims somebody on the other side. `blocked`: nobody there. Nobody of the token `self`.
    channel_status start(bool sending, encounter& e) noexcept;

    /// Claims somebody on the other side, or puts `w` in the line of its own. `blocked`: it is in the line.
    channel_status start_or_enlist(bool sending, encounter& e, waiter& w) noexcept;

    /// As start_or_enlist, for a token that may be in other lines already.
    enlisted enlist(bool sending, encounter& e, waiter& w) noexcept;

    void delist(bool sending, waiter& w) noexcept;

    /// Whether an attempt would not be blocked, but for partners of the token `self`.
    [[nodiscard]] bool worth(bool sending, const wait_token* self) noexcept;

    /// Gives a partner or a peer back, unused.
    static void cancel(const encounter& e) noexcept;

    void close() noexcept;
    void discard() noexcept {}  // holds nothing

protected:
    [[nodiscard]] wait_list& line(bool sending) noexcept { return sending ? senders_ : receivers_; }

    /// Waits with `place` for a claimed partner without a place. False: it refused.
    static bool meet(waiter& partner, void* place) noexcept;

private:
    waiter* claim_other(bool sending, const wait_token* self) noexcept;

    alignas(cache_line_size) spinlock lock_;
    wait_list senders_;
    wait_list receivers_;
    atomic<bool> closed_{false};
};

template <class T>
class rendezvous : public rendezvous_base {
public:
    /// Carries out the sender's part. False: the partner refused, start again. If the move of the message throws, the
    /// partner waits again and the exception leaves.
    bool finish_send(const encounter& e, T& message)
    {
        if (e.peer != nullptr) {
            put(e, *static_cast<storage_cell<T>*>(e.peer->place), message);
            e.peer->token.settle(verdict::done, nullptr);
            return true;
        }
        if (e.partner->place == nullptr) return meet(*e.partner, &message);
        put(e, *static_cast<storage_cell<T>*>(e.partner->place), message);
        e.partner->token->settle(verdict::done, e.partner);
        return true;
    }

    /// Carries out the receiver's part. False: the partner refused, start again. If the move of the message throws, the
    /// message is lost: the sender is told that it was taken.
    bool finish_recv(const encounter& e, storage_cell<T>& room)
    {
        if (e.peer == nullptr && e.partner->place == nullptr) return meet(*e.partner, &room);
        struct finally {
            const encounter& e;
            ~finally()
            {
                if (e.peer != nullptr) {
                    e.peer->token.settle(verdict::done, nullptr);
                } else {
                    e.partner->token->settle(verdict::done, e.partner);
                }
            }
        } end{e};
        room.construct(std::move(*static_cast<T*>(e.peer != nullptr ? e.peer->place : e.partner->place)));
        return true;
    }

    channel_status try_send(T& message)
    {
        for (;;) {
            encounter e;
            if (const channel_status s = start(true, e); s != channel_status::done) return s;
            if (finish_send(e, message)) return channel_status::done;
        }
    }

    channel_status try_recv(storage_cell<T>& room)
    {
        for (;;) {
            encounter e;
            if (const channel_status s = start(false, e); s != channel_status::done) return s;
            if (finish_recv(e, room)) return channel_status::done;
        }
    }

    channel_status send(T& message, clock::time_point deadline, spin_budget& budget)
    {
        return pass(true, &message, deadline, budget, [&](const encounter& e) { return finish_send(e, message); });
    }

    channel_status recv(storage_cell<T>& room, clock::time_point deadline, spin_budget& budget)
    {
        return pass(false, &room, deadline, budget, [&](const encounter& e) { return finish_recv(e, room); });
    }

private:
    static void put(const encounter& e, storage_cell<T>& room, T& message)
    {
        if constexpr (std::is_nothrow_move_constructible_v<T>) {
            room.construct(std::move(message));
        } else {
            try {
                room.construct(std::move(message));
            } catch (...) {
                cancel(e);
                throw;
            }
        }
    }

    template <class Finish>
    channel_status pass(bool sending, void* place, clock::time_point deadline, spin_budget& budget, Finish finish)
    {
        for (;;) {
            encounter e;
            wait_token token;
            waiter self;
            self.token = &token;
            self.place = place;
            const channel_status s = start_or_enlist(sending, e, self);
            if (s == channel_status::closed) return s;
            if (s == channel_status::done) {
                if (finish(e)) return s;
                continue;
            }
            const verdict why = token.wait(deadline, &budget);
            if (why == verdict::done) return channel_status::done;
            if (why == verdict::aborted) {
                delist(sending, self);
                return channel_status::timed_out;
            }
        }
    }
};

}  // namespace weft::detail::channels
