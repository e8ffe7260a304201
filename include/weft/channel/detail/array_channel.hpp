// weft/channel/detail/array_channel.hpp - the bounded channel: a ring of slots with a stamp each.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// After Vyukov's bounded queue. A position is lap | index; the bits between them are set in tail_ alone: the mark, once
// the channel is closed, and the number of promises, places that senders have been promised before they have a
// position. A stamp says who may use the slot next, in which lap:
//
//   stamp == lap      free for the sender that claims the slot's position of this lap
//   stamp == lap + 1  holds that position's message
//
// So all stamps begin with 0, and the memory of a large ring need not be touched in advance.
//
// A sender that claims a slot has its message in hand: while a slot is claimed nothing runs but a move that cannot
// throw (held.hpp). A sender whose message has yet to be made, by the user's code, takes a promise first: receivers do
// not wait for a promise, and other senders only find that the channel is full. Then it makes the message, and trades
// the promise for a position.
//
// Roles       senders, receivers: any threads.
//
// Fields      tail_         claimed by senders     next position to send; the mark; the promises
//             head_         claimed by receivers   next position to receive
//             slot::stamp   written by whoever has claimed the slot
//             slot::message constructed by the sender, destroyed by the receiver that has claimed it
//
// Invariants  I1  A position is claimed by one compare-exchange of tail_, then by one of head_, once each.
//             I2  A slot is touched only between the claim of its position and the store of its next stamp.
//             I3  head_ <= tail_ <= tail_ + promises <= head_ + capacity, and one more for each sender by force that
//                 has claimed a position while the channel was full, until it or a receiver has claimed the message
//                 that was the oldest one then. No other message is displaced for it.
//             I4  After the mark is set positions are claimed only by promises made before, and while receivers are
//                 left: "closed" is said to receivers when there are no more of either.
//
// Orders      O1  send: stamp release -> receive: stamp acquire. The message is visible.
//             O2  receive: stamp release -> send: stamp acquire. The slot is free.
//             O3  claim: compare-exchange seq_cst, then (after the stamp) a seq_cst load of the other side's line; a
//                 thread that goes to sleep does the two in reverse (waiter.hpp, O2). The claim is the barrier: nobody
//                 pays for a second one. The same goes for a promise that is given back.
//             O4  "empty", "full": a thread reads the other side's cursor (seq_cst) after its own, and the two must
//                 match: then both had these values when the second one was read. A slot that is merely not ready yet
//                 is waited for, since an operation that came later may have ended already. Where moving the message
//                 runs code of the user's, which may take its time, that wait has a limit, and then the answer is "not
//                 now".
//             O5  close: fetch_or acq_rel -> tail_ loads. Whoever learns of the end sees what came before it. A sleeper
//                 has entered its line, under the line's lock, before or after close looks into the line under that
//                 lock.
//             O6  The last receiver closes, then destroys what is left. A promise that is traded later, after the mark,
//                 reads that very mark, or what follows it, in tail_, and sees that nobody receives (core.hpp, O3); one
//                 that is traded before is seen by the last receiver.
//
// Progress    a try-operation waits for a move in the middle of its slot; otherwise lock-free.
//
// Checked by  tests/model/channel_model.cpp: array_hands_over (O1, O2), array_no_lost_wakeup (O3), array_empty_is_empty
//             (O4), array_close_wakes (O5); channel_batch_model.cpp: array_many, array_from_two, array_into_freed;
//             channel_promise_model.cpp (I3, I4, O3, O6).
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/detail/held.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/base/detail/zeroed_array.hpp>
#include <weft/channel/detail/core.hpp>
#include <weft/channel/detail/plain.hpp>
#include <weft/seam/cell.hpp>
#include <weft/seam/construct.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft::detail::channels {

/// E: what slots hold, moved without throwing.
template <class E>
class array_channel : public channel_core {
    struct slot {
        slot() noexcept {}  // leaves the room for the message untouched
        atomic<std::size_t> stamp{0};
        storage_cell<E> message;
    };

public:
    /// A claimed slot, ahead of its use.
    struct claim {
        slot* where = nullptr;
        std::size_t stamp = 0;  ///< what to store when done
    };
    /// Claimed slots that are adjacent.
    struct run {
        std::size_t position = 0;
        std::size_t count = 0;
    };

    explicit array_channel(std::size_t capacity)
        : capacity_(checked(capacity)), mark_(std::bit_ceil(capacity + 1)), lap_(mark_ << (1 + promise_bits))
    {
        slots_ = detail::make_zeroed_array<slot>(capacity);
    }

    /// Requires: no message is left; the last receiver has discarded them.
    ~array_channel() { detail::dispose_zeroed_array(slots_, capacity_); }
    array_channel(const array_channel&) = delete;
    array_channel& operator=(const array_channel&) = delete;

    // --- one message ------------------------------------------------------------------------------------------------

    /// Claims a slot to send. If `thorough`, `blocked` means full; otherwise only that the slot is not ready.
    channel_status start_send(claim& c, bool thorough) noexcept
    {
        std::size_t tail = tail_->load(order::relaxed);
        patience pause;
        contention race;
        for (;;) {
            if ((tail & extras()) != 0) [[unlikely]] {
                if (!leaves_room(tail)) return no_room(tail);
            }
            slot& s = slots_[tail & (mark_ - 1)];
            const std::size_t stamp = s.stamp.load(order::acquire);  // O2
            const std::size_t lap = lap_of(tail);
            if (stamp == lap) {
                if (tail_->compare_exchange_weak(tail, after(tail), order::seq_cst, order::relaxed)) {  // I1, O3
                    c = {detail::address_of(s), lap + 1};
                    return channel_status::done;
                }
                race.spin();
                continue;
            }
            if (!thorough) return channel_status::blocked;
            if (stamp + lap_ == lap + 1 && head_->load(order::seq_cst) + lap_ == position_of(tail))  // O4
                return channel_status::blocked;
            if (takes_its_time && pause.is_over()) return channel_status::blocked;
            pause.wait();  // a receiver is in the slot, or tail is old
            tail = tail_->load(order::relaxed);
        }
    }

    /// Puts the message into the slot and publishes it.
    template <class U>
    void finish_send(const claim& c, U&& message) noexcept
    {
        static_assert(std::is_nothrow_constructible_v<E, U&&>);
        c.where->message.construct(std::forward<U>(message));
        c.where->stamp.store(c.stamp, order::release);  // O1
        receivers_.notify_one();
    }

    /// Sends in any case but two. If the channel is full the oldest message makes room, and is given to
    /// `displace(E&&)`, which is called at most once. `closed`; `blocked`: all places have been promised.
    template <class Displace>
    channel_status force_send(E& message, Displace displace) noexcept
    {
        std::size_t tail = tail_->load(order::relaxed);
        for (patience pause;;) {
            if ((tail & mark_) != 0) return channel_status::closed;
            const std::size_t room = capacity_ - promises(tail);
            if (room == 0) {
                const std::size_t again = tail_->load(order::seq_cst);  // order: O4; no scenario crosses two of them
                if (again == tail) return channel_status::blocked;
                tail = again;
                continue;
            }
            // If the channel is full, its oldest message has this position.
            const std::size_t oldest = before(position_of(tail), room);
            slot& old = slots_[oldest & (mark_ - 1)];
            const std::size_t stamp = old.stamp.load(order::acquire);  // O1, O2
            const bool full = stamp == lap_of(oldest) + 1;
            if (!full && stamp != lap_of(oldest) + lap_) {
                pause.wait();  // a sender or a receiver is in the slot, or tail is old
                tail = tail_->load(order::relaxed);
                continue;
            }
            if (!tail_->compare_exchange_weak(tail, after(tail), order::seq_cst, order::relaxed)) continue;  // I1, O3
            // The position is ours, though its slot may not be free yet. If the channel was full it holds one message
            // too many until either we or a receiver has claimed the oldest one.
            slot& s = slots_[tail & (mark_ - 1)];
            const std::size_t lap = lap_of(tail);
            const bool displaces = full && claim_oldest(oldest);
            if (displaces) {
                displace(std::move(old.message.write()));
                old.message.destroy();
                if (detail::address_of(old) != detail::address_of(s))
                    old.stamp.store(lap_of(oldest) + lap_, order::release);  // O2
            }
            if (!displaces || detail::address_of(old) != detail::address_of(s)) {
                for (patience other; s.stamp.load(order::acquire) != lap;) other.wait();  // O2
            }
            finish_send(claim{detail::address_of(s), lap + 1}, std::move(message));
            return channel_status::done;
        }
    }

    /// Claims a message to receive. If `thorough`, `blocked` means empty; otherwise only that the slot is not ready.
    channel_status start_recv(claim& c, bool thorough) noexcept
    {
        std::size_t head = head_->load(order::relaxed);
        patience pause;
        contention race;
        for (;;) {
            slot& s = slots_[head & (mark_ - 1)];
            const std::size_t stamp = s.stamp.load(order::acquire);  // O1
            const std::size_t lap = lap_of(head);
            if (stamp == lap + 1) {
                if (head_->compare_exchange_weak(head, after(head), order::seq_cst, order::relaxed)) {  // I1, O3
                    c = {detail::address_of(s), lap + lap_};
                    return channel_status::done;
                }
                race.spin();
                continue;
            }
            if (!thorough) return channel_status::blocked;
            if (stamp == lap) {
                const std::size_t tail = tail_->load(order::seq_cst);  // O4, O5
                if (position_of(tail) == head) return none(tail);
            }
            if (takes_its_time && pause.is_over()) return channel_status::blocked;
            pause.wait();  // a sender is in the slot, or head is old
            head = head_->load(order::relaxed);
        }
    }

    /// Hands the message to `take(E&&)`, which must not throw, and frees the slot.
    template <class Take>
    void finish_recv(const claim& c, Take&& take) noexcept
    {
        take(std::move(c.where->message.write()));
        c.where->message.destroy();
        c.where->stamp.store(c.stamp, order::release);  // O2
        senders_.notify_one();
    }

    // --- a message that has yet to be made --------------------------------------------------------------------------

    /// Takes a promise: there is a place for a message that comes later. `blocked`: full.
    channel_status promise() noexcept
    {
        std::size_t tail = tail_->load(order::relaxed);
        contention race;
        for (;;) {
            if (!leaves_room(tail) || (tail & extras()) == extras() - mark_) return no_room(tail);
            // Relaxed: it hands over nothing and takes nothing; the trade does.
            if (tail_->compare_exchange_weak(tail, tail + one_promise(), order::relaxed, order::relaxed))
                return channel_status::done;
            race.spin();
        }
    }

    /// Gives back a promise that was not used.
    void withdraw() noexcept
    {
        const std::size_t tail = tail_->fetch_sub(one_promise(), order::seq_cst);  // O3
        senders_.notify_one();
        if ((tail & mark_) != 0) receivers_.notify_all();  // they may have been waiting for nothing but this promise
    }

    /// Trades a promise for a place, and sends. False: nobody receives any more; the message is left alone.
    bool redeem(E& message) noexcept
    {
        std::size_t tail = tail_->load(order::relaxed);
        patience pause;
        contention race;
        for (;;) {
            if ((tail & mark_) != 0 && nobody_receives()) {
                withdraw();
                return false;
            }
            slot& s = slots_[tail & (mark_ - 1)];
            const std::size_t lap = lap_of(tail);
            if (s.stamp.load(order::acquire) == lap) {  // O2
                const std::size_t next = after(tail) - one_promise();
                if (!tail_->compare_exchange_weak(tail, next, order::seq_cst, order::relaxed)) {  // I1, O3, O6
                    race.spin();
                    continue;
                }
                finish_send(claim{detail::address_of(s), lap + 1}, std::move(message));
                if ((tail & mark_) != 0) {
                    receivers_.notify_all();
                    if (nobody_receives()) discard();  // O6
                }
                return true;
            }
            pause.wait();  // a receiver is in the slot, or tail is old
            tail = tail_->load(order::relaxed);
        }
    }

    // --- many messages ----------------------------------------------------------------------------------------------

    /// Claims up to `most` slots that are adjacent in memory; at least one unless the channel is full or closed.
    channel_status start_send_many(run& r, std::size_t most) noexcept
    {
        std::size_t tail = tail_->load(order::relaxed);
        for (;;) {
            if ((tail & mark_) != 0) return channel_status::closed;
            const std::size_t head = head_->load(order::seq_cst);  // order: an old one looks full, and is asked again
            const std::size_t used = distance(head, position_of(tail));
            if (used <= capacity_ && used + promises(tail) < capacity_) {
                const std::size_t room = capacity_ - used - promises(tail);
                r = {position_of(tail), std::min({most, room, capacity_ - (tail & (mark_ - 1))})};
                if (tail_->compare_exchange_weak(tail, after(tail, r.count), order::seq_cst, order::relaxed))  // I1, O3
                    return channel_status::done;
                continue;
            }
            const std::size_t again = tail_->load(order::relaxed);
            if (again == tail) return channel_status::blocked;
            tail = again;
        }
    }

    /// Sends a whole run. `fill(cell, i)` constructs the message with index i, and must not throw. Before it waits for
    /// a receiver that is still in one of the slots it fills all those that are free, doing each step for all of them:
    /// with plain messages that is several times as fast as going slot by slot.
    template <class Fill>
    void finish_send_many(run r, Fill fill) noexcept
    {
        slot* const slots = slots_ + (r.position & (mark_ - 1));
        const std::size_t lap = lap_of(r.position);
        for (std::size_t done = 0; done != r.count;) {
            for (patience pause; slots[done].stamp.load(order::acquire) != lap;) pause.wait();  // O2
            std::size_t end = done + 1;
            while (end != r.count && slots[end].stamp.load(order::acquire) == lap) ++end;  // O2
            for (std::size_t i = done; i != end; ++i) fill(slots[i].message, i);
            for (std::size_t i = done; i != end; ++i) slots[i].stamp.store(lap + 1, order::release);  // O1
            receivers_.notify_some(end - done);
            done = end;
        }
    }

    /// finish_send_many of plain messages that are contiguous.
    void finish_send_many(run r, const E* from) noexcept
        requires plain<E>
    {
        slot* const slots = slots_ + (r.position & (mark_ - 1));
        const std::size_t lap = lap_of(r.position);
        for (std::size_t done = 0; done != r.count;) {
            for (patience pause; slots[done].stamp.load(order::acquire) != lap;) pause.wait();  // O2
            std::size_t end = done + 1;
            while (end != r.count && slots[end].stamp.load(order::acquire) == lap) ++end;  // O2
            for (std::size_t i = done; i != end; ++i) slots[i].message.construct(from[i]);
            for (std::size_t i = done; i != end; ++i) slots[i].stamp.store(lap + 1, order::release);  // O1
            receivers_.notify_some(end - done);
            done = end;
        }
    }

    /// Claims up to `most` messages that are adjacent in memory; at least one unless the channel is empty or closed.
    channel_status start_recv_many(run& r, std::size_t most) noexcept
    {
        std::size_t head = head_->load(order::relaxed);
        patience pause;
        for (;;) {
            const std::size_t tail = tail_->load(order::seq_cst);  // order: an old one looks empty, and is asked again
            const std::size_t used = distance(head, position_of(tail));
            if (used == 0 || used > capacity_) {
                const std::size_t again = head_->load(order::relaxed);
                if (used == 0 && again == head) return none(tail);
                if (again == head) pause.wait();  // a sender by force is about to move head_
                head = again;
                continue;
            }
            std::size_t count = std::min({most, used, capacity_ - (head & (mark_ - 1))});
            if constexpr (takes_its_time) {  // a claimed message must be waited for: claim only those that are there
                count = ready(head, count);
                if (count == 0) {
                    if (pause.is_over()) return channel_status::blocked;
                    pause.wait();
                    head = head_->load(order::relaxed);
                    continue;
                }
            }
            r = {head, count};
            if (head_->compare_exchange_weak(head, after(head, r.count), order::seq_cst, order::relaxed))  // I1, O3
                return channel_status::done;
        }
    }

    /// Receives the run. Before it waits for a sender that is still in one of the slots it takes all messages that are
    /// there. `take(message, i)` gets the one with index i, and must not throw.
    template <class Take>
    void finish_recv_many(run r, Take take) noexcept
    {
        slot* const slots = slots_ + (r.position & (mark_ - 1));
        const std::size_t lap = lap_of(r.position);
        const std::size_t next_lap = lap + lap_;
        for (std::size_t done = 0; done != r.count;) {
            for (patience pause; slots[done].stamp.load(order::acquire) != lap + 1;) pause.wait();  // O1
            std::size_t end = done + 1;
            while (end != r.count && slots[end].stamp.load(order::acquire) == lap + 1) ++end;  // O1
            for (std::size_t i = done; i != end; ++i) {
                take(slots[i].message, i);
                slots[i].message.destroy();
            }
            for (std::size_t i = done; i != end; ++i) slots[i].stamp.store(next_lap, order::release);  // O2
            senders_.notify_some(end - done);
            done = end;
        }
    }

    /// finish_recv_many of plain messages, into contiguous memory.
    void finish_recv_many(run r, E* to) noexcept
        requires plain<E>
    {
        slot* const slots = slots_ + (r.position & (mark_ - 1));
        const std::size_t lap = lap_of(r.position);
        const std::size_t next_lap = lap + lap_;
        for (std::size_t done = 0; done != r.count;) {
            for (patience pause; slots[done].stamp.load(order::acquire) != lap + 1;) pause.wait();  // O1
            std::size_t end = done + 1;
            while (end != r.count && slots[end].stamp.load(order::acquire) == lap + 1) ++end;  // O1
            for (std::size_t i = done; i != end; ++i) {
                to[i] = slots[i].message.read();
                slots[i].message.destroy();
            }
            for (std::size_t i = done; i != end; ++i) slots[i].stamp.store(next_lap, order::release);  // O2
            senders_.notify_some(end - done);
            done = end;
        }
    }

    // --- with the view that a list channel needs --------------------------------------------------------------------

    channel_status start_recv(claim& c, receiver_view&, bool thorough) noexcept { return start_recv(c, thorough); }
    template <class Take>
    void finish_recv(const claim& c, receiver_view&, Take&& take) noexcept
    {
        finish_recv(c, std::forward<Take>(take));
    }
    channel_status start_recv_many(run& r, receiver_view&, std::size_t most, bool) noexcept
    {
        return start_recv_many(r, most);
    }
    template <class To>
    void finish_recv_many(run r, receiver_view&, To to) noexcept
    {
        finish_recv_many(r, to);
    }
    void leave(receiver_view&) noexcept {}

    // --- both sides -------------------------------------------------------------------------------------------------

    [[nodiscard]] bool ready_to_send() const noexcept
    {
        // order: an old tail_ makes a full channel look as if it had room, and then the sender looks again; but a
        // promise that was given back must be seen (O3). The end of the channel is not missed, since close() takes the
        // line's lock.
        const std::size_t tail = tail_->load(order::seq_cst);
        if ((tail & extras()) == 0) return head_->load(order::seq_cst) + lap_ != tail;
        return (tail & mark_) != 0 ||
               distance(head_->load(order::seq_cst), position_of(tail)) + promises(tail) < capacity_;
    }
    [[nodiscard]] bool ready_to_recv() const noexcept
    {
        const std::size_t tail = tail_->load(order::seq_cst);
        if ((tail & extras()) == mark_) return true;
        return position_of(tail) != head_->load(order::relaxed);  // an old head_ makes them differ, too
    }
    wait_line& send_line() noexcept { return senders_; }
    wait_line& recv_line() noexcept { return receivers_; }

    [[nodiscard]] std::optional<std::size_t> capacity() const noexcept { return capacity_; }

    [[nodiscard]] std::size_t len() const noexcept
    {
        for (;;) {
            // order: covered by the second look, except in executions that do not follow the order of seq_cst, which
            // the checker leaves out: this look must not come after the one at head_
            const std::size_t tail = tail_->load(order::seq_cst);
            const std::size_t head = head_->load(order::seq_cst);
            // order: covered by the first look, which is as recent as any other thread's
            if (tail_->load(order::seq_cst) == tail) return std::min(capacity_, distance(head, position_of(tail)));
        }
    }

    /// Whether there is no room. A place that has been promised counts as taken.
    [[nodiscard]] bool full() const noexcept
    {
        for (;;) {
            const std::size_t tail = tail_->load(order::seq_cst);
            const std::size_t head = head_->load(order::seq_cst);
            if (tail_->load(order::seq_cst) == tail)
                return distance(head, position_of(tail)) >= capacity_ - promises(tail);
        }
    }

    /// No more promises, and no more claims without one.
    void close() noexcept
    {
        if ((tail_->fetch_or(mark_, order::acq_rel) & mark_) != 0) return;  // O5, O6
        receivers_.notify_all();
        senders_.notify_all();
    }
    [[nodiscard]] bool is_closed() const noexcept { return (tail_->load(order::acquire) & mark_) != 0; }  // O5

    /// Once no receiver is left: destroys every message, outside its slot.
    void discard() noexcept
    {
        while (len() != 0) {
            claim c;
            if (start_recv(c, true) != channel_status::done) continue;
            std::optional<E> message;
            finish_recv(c, [&](E&& m) { message.emplace(std::move(m)); });
        }
    }

private:
    /// Whether a move may take longer than copying some bytes.
    static constexpr bool takes_its_time = !moves_at_once<E>;

    static constexpr unsigned promise_bits = sizeof(std::size_t) > 4 ? 12 : 4;

    static std::size_t checked(std::size_t capacity)
    {
        if (capacity > (std::numeric_limits<std::size_t>::max() >> (promise_bits + 4)))
            throw_length_error("weft: capacity is too large");
        return capacity;
    }

    /// The bits of tail_ that do not belong to the position.
    [[nodiscard]] std::size_t extras() const noexcept { return lap_ - mark_; }
    [[nodiscard]] std::size_t position_of(std::size_t tail) const noexcept { return tail & ~extras(); }
    [[nodiscard]] std::size_t one_promise() const noexcept { return mark_ * 2; }
    [[nodiscard]] std::size_t promises(std::size_t tail) const noexcept
    {
        return (tail & extras()) >> (std::countr_zero(mark_) + 1);
    }
    [[nodiscard]] std::size_t lap_of(std::size_t position) const noexcept { return position & ~(lap_ - 1); }

    /// Whether there is room besides the promises, and no mark. Brings `tail` up to date if it has to.
    [[nodiscard]] bool leaves_room(std::size_t& tail) const noexcept
    {
        for (;;) {
            if ((tail & mark_) != 0) return false;
            const std::size_t used = distance(head_->load(order::seq_cst), position_of(tail));  // O4
            if (used <= capacity_ && used + promises(tail) < capacity_) return true;
            const std::size_t again = tail_->load(order::seq_cst);
            if (again == tail) return false;
            tail = again;
        }
    }

    /// The answer when leaves_room has said no.
    [[nodiscard]] channel_status no_room(std::size_t tail) const noexcept
    {
        return (tail & mark_) != 0 ? channel_status::closed : channel_status::blocked;
    }

    /// Claims the message at `position`, which is the oldest, or will be when other senders by force have claimed
    /// theirs. False: somebody else has claimed it.
    bool claim_oldest(std::size_t position) noexcept
    {
        for (patience pause;; pause.wait()) {
            std::size_t head = position;
            if (head_->compare_exchange_strong(head, after(position), order::seq_cst, order::relaxed))
                return true;  // I1
            if (static_cast<std::ptrdiff_t>(position - head) < 0) return false;
        }
    }

    /// The answer when head_ is at tail_.
    [[nodiscard]] channel_status none(std::size_t tail) const noexcept
    {
        return (tail & extras()) == mark_ ? channel_status::closed : channel_status::blocked;  // I4
    }

    /// How many of the `n` messages from `head` on are there, before the first one that is not.
    [[nodiscard]] std::size_t ready(std::size_t head, std::size_t n) const noexcept
    {
        const slot* const slots = slots_ + (head & (mark_ - 1));
        const std::size_t full = lap_of(head) + 1;
        std::size_t i = 0;
        while (i != n && slots[i].stamp.load(order::acquire) == full) ++i;  // O1
        return i;
    }

    /// The position `n` after `p` (at most to the end of the ring). The other bits of `p` stay as they are.
    [[nodiscard]] std::size_t after(std::size_t p, std::size_t n = 1) const noexcept
    {
        const std::size_t index = p & (mark_ - 1);
        return index + n < capacity_ ? p + n : p - index + lap_;
    }

    /// The position `n` before `p` (at most capacity()), which has no other bits.
    [[nodiscard]] std::size_t before(std::size_t p, std::size_t n) const noexcept
    {
        const std::size_t index = p & (mark_ - 1);
        return index >= n ? p - n : p + (capacity_ - n) - lap_;
    }

    /// How many positions there are from `head` to `tail`; more than capacity() if one of them is out of date.
    [[nodiscard]] std::size_t distance(std::size_t head, std::size_t tail) const noexcept
    {
        const std::size_t h = head & (mark_ - 1);
        const std::size_t t = tail & (mark_ - 1);
        if (lap_of(tail) == lap_of(head)) return t - h;  // the same lap
        if (lap_of(tail) == lap_of(head) + lap_) return capacity_ + t - h;
        return std::numeric_limits<std::size_t>::max();
    }

    cache_padded<atomic<std::size_t>> tail_{std::size_t{0}};
    cache_padded<atomic<std::size_t>> head_{std::size_t{0}};
    alignas(cache_line_size) slot* slots_ = nullptr;  // read only from here on
    const std::size_t capacity_;
    const std::size_t mark_;
    const std::size_t lap_;
    alignas(cache_line_size) wait_line senders_;
    alignas(cache_line_size) wait_line receivers_;
};

}  // namespace weft::detail::channels
