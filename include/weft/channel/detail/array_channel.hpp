// weft/channel/detail/array_channel.hpp - the bounded channel: a ring of slots with a stamp each.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// After Vyukov's bounded queue. A position is lap | index; the bit between them is the mark, set in tail_ once the
// channel is closed. A stamp says who may use the slot next, in which lap:
//
//   stamp == lap               free for the sender that claims the slot's position of this lap
//   stamp == lap + 1           holds that position's message
//   stamp == (lap + 1) | mark  that position was claimed and given up: a hole, skipped by receivers
//
// So all stamps begin with 0, and the memory of a large ring need not be touched in advance.
//
// Roles       senders, receivers: any threads.
//
// Fields      tail_         claimed by senders     next position to send; the mark
//             head_         claimed by receivers   next position to receive
//             slot::stamp   written by whoever has claimed the slot
//             slot::message constructed by the sender, destroyed by the receiver that has claimed it
//
// Invariants  I1  A position is claimed by one compare-exchange of tail_, then by one of head_, once each.
//             I2  A slot is touched only between the claim of its position and the store of its next stamp.
//             I3  head_ <= tail_ <= head_ + capacity.
//             I4  After the mark is set no position is claimed by a sender.
//
// Orders      O1  send: stamp release -> receive: stamp acquire. The message is visible.
//             O2  receive: stamp release -> send: stamp acquire. The slot is free.
//             O3  claim: compare-exchange seq_cst, then (after the stamp) a seq_cst load of the other side's line; who
//                 sleeps does the reverse (waiter.hpp, O2). The claim is the barrier: nobody pays for a second one.
//             O4  "empty", "full": the other cursor is read (seq_cst) after the own one and must match it: both had
//                 these values when it was read. A slot that is merely not ready yet is waited for, since a later
//                 operation may have ended already.
//             O5  close: fetch_or release -> tail_ loads. Who learns of the end sees what came before it. Those who
//                 sleep have entered their line, under its lock, before or after close looks into it under that lock.
//
// Progress    a try-operation waits for an operation in the middle of its slot; otherwise lock-free.
//
// Checked by  tests/model/channel_model.cpp: array_hands_over (O1, O2), array_no_lost_wakeup (O3), array_empty_is_empty
//             (O4), array_close_wakes (O5); channel_batch_model.cpp: array_many, array_from_two, array_into_freed.
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/cell.hpp>
#include <weft/base/throw.hpp>
#include <weft/base/zeroed_array.hpp>
#include <weft/channel/detail/core.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <type_traits>

namespace weft::detail::channels {

template <class T>
class array_channel : public channel_core {
    struct slot {
        slot() noexcept {}  // leaves the room for the message untouched
        atomic<std::size_t> stamp{0};
        storage_cell<T> message;
    };

public:
    /// A claimed run of slots, ahead of their use.
    struct claim {
        slot* where = nullptr;
        std::size_t stamp = 0;  ///< what to store when done
    };
    struct run {
        std::size_t position = 0;
        std::size_t count = 0;
    };

    explicit array_channel(std::size_t capacity)
        : capacity_(capacity), mark_(std::bit_ceil(checked(capacity) + 1)), lap_(mark_ * 2)
    {
        slots_ = make_zeroed_array<slot>(capacity);
    }

    /// Requires: no message is left; the last receiver has discarded them.
    ~array_channel() { dispose_zeroed_array(slots_, capacity_); }
    array_channel(const array_channel&) = delete;
    array_channel& operator=(const array_channel&) = delete;

    // --- one message ------------------------------------------------------------------------------------------------

    /// Claims a slot to send. Thorough: `blocked` means full. Hasty: it means not ready.
    channel_status start_send(claim& c, bool thorough) noexcept
    {
        std::size_t tail = tail_->load(order::relaxed);
        patience pause;
        contention race;
        for (;;) {
            if ((tail & mark_) != 0) return channel_status::closed;
            slot& s = slots_[tail & (mark_ - 1)];
            const std::size_t stamp = s.stamp.load(order::acquire);  // O2
            const std::size_t lap = lap_of(tail);
            if (stamp == lap) {
                if (tail_->compare_exchange_weak(tail, after(tail), order::seq_cst, order::relaxed)) {  // I1, O3
                    c = {&s, lap + 1};
                    return channel_status::done;
                }
                race.spin();
                continue;
            }
            if (!thorough) return channel_status::blocked;
            if ((stamp & ~mark_) + lap_ == lap + 1 && head_->load(order::seq_cst) + lap_ == tail)  // O4
                return channel_status::blocked;
            pause.wait();  // a receiver is in the slot, or tail is old
            tail = tail_->load(order::relaxed);
        }
    }

    /// Constructs the message by `put(cell)` and publishes it. If that throws the slot becomes a hole.
    template <class Put>
    void finish_send(const claim& c, Put&& put) noexcept(noexcept(put(c.where->message)))
    {
        if constexpr (noexcept(put(c.where->message))) {
            put(c.where->message);
        } else {
            try {
                put(c.where->message);
            } catch (...) {
                cancel_send(c);
                throw;
            }
        }
        c.where->stamp.store(c.stamp, order::release);  // O1
        receivers_.notify_one();
    }

    void cancel_send(const claim& c) noexcept
    {
        c.where->stamp.store(c.stamp | mark_, order::release);  // order: O1, for the slot's next user
        receivers_.notify_one();
    }

    /// Claims a message to receive. Thorough: `blocked` means empty. Hasty: it means not ready.
    channel_status start_recv(claim& c, bool thorough) noexcept
    {
        std::size_t head = head_->load(order::relaxed);
        patience pause;
        contention race;
        for (;;) {
            slot& s = slots_[head & (mark_ - 1)];
            const std::size_t stamp = s.stamp.load(order::acquire);  // O1
            const std::size_t lap = lap_of(head);
            if ((stamp & ~mark_) == lap + 1) {
                if (!head_->compare_exchange_weak(head, after(head), order::seq_cst, order::relaxed)) {  // I1, O3
                    race.spin();
                    continue;
                }
                c = {&s, lap + lap_};
                if ((stamp & mark_) == 0) [[likely]]
                    return channel_status::done;
                release(c);  // a hole
                head = head_->load(order::relaxed);
                continue;
            }
            if (!thorough) return channel_status::blocked;
            if (stamp == lap) {
                const std::size_t tail = tail_->load(order::seq_cst);  // O4, O5
                if ((tail & ~mark_) == head)
                    return (tail & mark_) != 0 ? channel_status::closed : channel_status::blocked;
            }
            pause.wait();  // a sender is in the slot, or head is old
            head = head_->load(order::relaxed);
        }
    }

    /// Hands the message to `take(T&&)`, destroys it and frees the slot, also if that throws.
    template <class Take>
    void finish_recv(const claim& c, Take&& take)
    {
        struct finally {
            array_channel& self;
            const claim& c;
            ~finally()
            {
                c.where->message.destroy();
                self.release(c);
            }
        } end{*this, c};
        take(std::move(c.where->message.write()));
    }

    // --- many messages ----------------------------------------------------------------------------------------------

    /// Claims up to `most` slots that follow each other in memory, at least one unless full or closed.
    channel_status start_send_many(run& r, std::size_t most) noexcept
    {
        std::size_t tail = tail_->load(order::relaxed);
        for (;;) {
            if ((tail & mark_) != 0) return channel_status::closed;
            const std::size_t head = head_->load(order::seq_cst);  // order: an old one looks full, and is asked again
            const std::size_t used = distance(head, tail);
            if (used < capacity_) {
                r = {tail, std::min({most, capacity_ - used, capacity_ - (tail & (mark_ - 1))})};
                if (tail_->compare_exchange_weak(tail, after(tail, r.count), order::seq_cst, order::relaxed))  // I1, O3
                    return channel_status::done;
                continue;
            }
            const std::size_t again = tail_->load(order::relaxed);
            if (again == tail) return channel_status::blocked;
            tail = again;
        }
    }

    /// The i-th slot of the run; waits for the receiver that may still be in it.
    claim send_slot(const run& r, std::size_t i) noexcept
    {
        slot& s = slots_[(r.position & (mark_ - 1)) + i];
        const std::size_t lap = lap_of(r.position);
        for (patience pause; s.stamp.load(order::acquire) != lap;) pause.wait();  // O2
        return {&s, lap + 1};
    }

    /// Sends the whole run, where that cannot throw: all slots that are free, each step for all of them, before it waits
    /// for a receiver that is still in one. That is several times as fast as slot by slot.
    void fill(run r, const T* from) noexcept
    {
        slot* const slots = slots_ + (r.position & (mark_ - 1));
        const std::size_t lap = lap_of(r.position);
        for (std::size_t done = 0; done != r.count;) {
            static_cast<void>(send_slot(r, done));
            std::size_t end = done + 1;
            while (end != r.count && slots[end].stamp.load(order::acquire) == lap) ++end;  // O2
            for (std::size_t i = done; i != end; ++i) slots[i].message.construct(from[i]);
            for (std::size_t i = done; i != end; ++i) slots[i].stamp.store(lap + 1, order::release);  // O1
            receivers_.notify_some(end - done);
            done = end;
        }
    }

    /// Claims up to `most` messages that follow each other in memory, at least one unless empty or closed.
    channel_status start_recv_many(run& r, std::size_t most) noexcept
    {
        std::size_t head = head_->load(order::relaxed);
        for (;;) {
            const std::size_t tail = tail_->load(order::seq_cst);  // order: an old one looks empty, and is asked again
            const std::size_t used = distance(head, tail & ~mark_);
            if (used == 0 || used > capacity_) {
                const std::size_t again = head_->load(order::relaxed);
                if (used == 0 && again == head)
                    return (tail & mark_) != 0 ? channel_status::closed : channel_status::blocked;
                head = again;
                continue;
            }
            r = {head, std::min({most, used, capacity_ - (head & (mark_ - 1))})};
            if (head_->compare_exchange_weak(head, after(head, r.count), order::seq_cst, order::relaxed))  // I1, O3
                return channel_status::done;
        }
    }

    /// The i-th message of the run; waits for the sender that may still be in it. False: a hole, freed here.
    bool recv_slot(const run& r, std::size_t i, claim& c) noexcept
    {
        c = {&slots_[(r.position & (mark_ - 1)) + i], lap_of(r.position) + lap_};
        if (is_message(r, i)) return true;
        release(c);
        return false;
    }

    /// Receives the run up to the first hole, where that cannot throw: all messages that are there before it waits for a
    /// sender that is still in its slot. Returns how many.
    std::size_t drain(run r, T* to) noexcept
    {
        slot* const slots = slots_ + (r.position & (mark_ - 1));
        const std::size_t lap = lap_of(r.position);
        const std::size_t next_lap = lap + lap_;
        std::size_t done = 0;
        while (done != r.count && is_message(r, done)) {
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
        return done;
    }

    // --- both sides -------------------------------------------------------------------------------------------------

    [[nodiscard]] bool worth_sending() const noexcept
    {
        // Relaxed: an old tail_ makes a full channel look as if it had room, and the sender looks again. The end of the
        // channel is not missed: close() and the line have a lock in common.
        const std::size_t tail = tail_->load(order::relaxed);
        return (tail & mark_) != 0 || head_->load(order::seq_cst) + lap_ != tail;
    }
    [[nodiscard]] bool worth_receiving() const noexcept
    {
        const std::size_t tail = tail_->load(order::seq_cst);
        return tail != head_->load(order::relaxed);  // the mark also makes them differ, and so does an old head_
    }
    wait_line& send_line() noexcept { return senders_; }
    wait_line& recv_line() noexcept { return receivers_; }

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    [[nodiscard]] std::size_t len() const noexcept
    {
        for (;;) {
            // order: covered by the second look, but for executions that do not follow the order of seq_cst, which the
            // checker leaves out: this look must not come after that at head_
            const std::size_t tail = tail_->load(order::seq_cst);
            const std::size_t head = head_->load(order::seq_cst);
            // order: covered by the first look, which is as new as any other thread's
            if (tail_->load(order::seq_cst) == tail) return distance(head, tail & ~mark_);
        }
    }

    void close() noexcept
    {
        if ((tail_->fetch_or(mark_, order::release) & mark_) != 0) return;  // O5
        receivers_.notify_all();
        senders_.notify_all();
    }

    /// The last receiver: destroys every message. Waits for senders in the middle of their slots.
    void discard() noexcept
    {
        claim c;
        while (start_recv(c, true) == channel_status::done) finish_recv(c, [](T&&) {});
    }

private:
    static std::size_t checked(std::size_t capacity)
    {
        if (capacity > std::numeric_limits<std::size_t>::max() / 16) throw_length_error("weft: capacity is too large");
        return capacity;
    }

    [[nodiscard]] std::size_t lap_of(std::size_t position) const noexcept { return position & ~(lap_ - 1); }

    /// The position `n` (at most to the end of the ring) after `p`.
    [[nodiscard]] std::size_t after(std::size_t p, std::size_t n = 1) const noexcept
    {
        const std::size_t index = (p & (mark_ - 1)) + n;
        return index < capacity_ ? p + n : lap_of(p) + lap_;
    }

    /// Positions from `head` to `tail`; more than capacity() if one of them is old.
    [[nodiscard]] std::size_t distance(std::size_t head, std::size_t tail) const noexcept
    {
        const std::size_t h = head & (mark_ - 1);
        const std::size_t t = tail & (mark_ - 1);
        if (lap_of(tail) == lap_of(head)) return t - h;  // the same lap
        if (lap_of(tail) == lap_of(head) + lap_) return capacity_ + t - h;
        return std::numeric_limits<std::size_t>::max();
    }

    /// Waits for the sender that may still be in the i-th slot of the run. False: it left a hole.
    bool is_message(const run& r, std::size_t i) const noexcept
    {
        const slot& s = slots_[(r.position & (mark_ - 1)) + i];
        const std::size_t full = lap_of(r.position) + 1;
        std::size_t stamp = s.stamp.load(order::acquire);  // O1
        for (patience pause; (stamp & ~mark_) != full; stamp = s.stamp.load(order::acquire)) pause.wait();
        return (stamp & mark_) == 0;
    }

    void release(const claim& c) noexcept
    {
        c.where->stamp.store(c.stamp, order::release);  // O2
        senders_.notify_one();
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
