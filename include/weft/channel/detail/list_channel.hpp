// weft/channel/detail/list_channel.hpp - the unbounded channel: a list of blocks that are used again.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The shape is that of crossbeam's list channel. An index counts positions; each block has `width` positions, of which
// the last one is never a message: an index stands there while its block is being changed for the next.
//
// Roles       senders, receivers: any threads.  A view belongs to one receiver's handle.
//
// Fields      tail_.index   claimed by senders     next position to send, times 2; the lowest bit says closed
//             tail_.block   written by the sender of a block's last slot
//             head_.index   claimed by receivers   next position to receive, times 2
//             head_.block   written by the receiver of a block's last slot
//             block::next   written by the sender of the block's last slot
//             block::left   added to by receivers  slots that are done with
//             state         of a slot: written by its sender, and by the sender that uses the block again
//             spare_        exchanged by all       an empty block or null
//             view          written by its handle  the block it received from last, and how many slots it has not yet
//                                                  reported to block::left; an old value of tail_.index
//
// Slot        empty -send-> full (or hole, if the sender gave up). Receivers leave the state alone, and the line to the
//             senders: a block's slots are made empty all at once when it is used again.
//
// Invariants  I1  A position is claimed by one compare-exchange of tail_.index, then by one of head_.index, once each.
//             I2  A block is used again, or freed, when `left` has reached its number of slots. Who has claimed a slot,
//                 and who has not reported one, may therefore touch the block.
//             I3  After the mark is set no position is claimed by a sender.
//
// Orders      O1  send: state release -> receive: state acquire. The message is visible.
//             O2  last slot: index and block stores release -> loads acquire. Who sees the new index sees its block.
//             O3  claim: compare-exchange seq_cst, then a seq_cst load of the receivers' line (waiter.hpp, O2).
//             O4  "empty": tail_.index is read (seq_cst) after head_.index and must match it.
//             O5  report: fetch_add acq_rel. Who brings `left` to the end sees all messages gone; spare_ release ->
//                 acquire hands that on to the sender that uses the block again.
//             O6  close: fetch_or release -> tail_.index loads. Who learns of the end sees what came before it. Those
//                 who sleep have entered their line, under its lock, before or after close looks into it.
//
// Progress    send: lock-free but for the change of blocks; allocates once per block, unless one is spare. receive:
//             waits for a sender in the middle of its slot.
//
// Checked by  tests/model/channel_model.cpp: list_hands_over (O1, O2), list_no_lost_wakeup (O3), list_close_wakes
//             (O6); channel_history_model.cpp: list_next_block (O2), list_used_again (O5);
//             channel_batch_model.cpp: list_many, list_from_two.
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/cell.hpp>
#include <weft/base/slot_group.hpp>
#include <weft/channel/detail/core.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace weft::detail::channels {

/// What one receiver remembers. Does not depend on the message, which may be incomplete where a handle is declared.
struct list_view {
    void* home = nullptr;
    std::uint32_t unreported = 0;
    std::uint64_t tail_seen = 0;
};

template <class T>
class list_channel : public channel_core {
    enum : std::uint8_t { empty = 0, full = 1, hole = 2 };

    using group = slot_group<T>;

    /// Positions in a block: about 2 KiB of slots.
    static constexpr std::uint64_t width =
        std::clamp<std::uint64_t>(std::bit_floor(2304 * group::size / sizeof(group)), 4, 256);
    static constexpr std::uint64_t slots = width - 1;

    struct block {
        block() noexcept {}
        std::array<group, (slots + group::size - 1) / group::size> groups;
        atomic<block*> next{nullptr};
        atomic<std::uint32_t> left{0};

        atomic<std::uint8_t>& state(std::size_t i) noexcept { return state_at(groups.data(), i); }
        storage_cell<T>& message(std::size_t i) noexcept { return value_at(groups.data(), i); }
    };

public:
    struct claim {
        block* home = nullptr;
        std::uint32_t index = 0;
    };
    struct run {
        block* home = nullptr;
        std::uint32_t index = 0;
        std::uint32_t count = 0;
    };

    using view = list_view;

    list_channel()
    {
        block* const first = make<block>();
        tail_->block.store(first, order::relaxed);
        head_->block.store(first, order::relaxed);
    }

    /// Requires: no message is left; the last receiver has discarded them.
    ~list_channel()
    {
        dispose(head_->block.load(order::relaxed));
        if (block* const spare = spare_.load(order::relaxed)) dispose(spare);
    }
    list_channel(const list_channel&) = delete;
    list_channel& operator=(const list_channel&) = delete;

    // --- one message ------------------------------------------------------------------------------------------------

    channel_status start_send(claim& c, bool = true)
    {
        run r;
        const channel_status s = start_send_many(r, 1);
        c = {r.home, r.index};
        return s;
    }

    /// Constructs the message by `put(cell)` and publishes it. If that throws the slot becomes a hole.
    template <class Put>
    void finish_send(const claim& c, Put&& put) noexcept(noexcept(put(c.home->message(0))))
    {
        storage_cell<T>& message = c.home->message(c.index);
        if constexpr (noexcept(put(message))) {
            put(message);
        } else {
            try {
                put(message);
            } catch (...) {
                cancel_send(c);
                throw;
            }
        }
        c.home->state(c.index).store(full, order::release);  // O1
        receivers_.notify_one();
    }

    void cancel_send(const claim& c) noexcept
    {
        c.home->state(c.index).store(hole, order::release);  // order: O1, for the slot's next user
        receivers_.notify_one();
    }

    /// Claims a message to receive. Thorough: `blocked` means empty. Hasty: it means not ready.
    channel_status start_recv(claim& c, view& v, bool thorough) noexcept
    {
        for (;;) {
            run r;
            if (const channel_status s = start_recv_many(r, v, 1, thorough); s != channel_status::done) return s;
            c = {r.home, r.index};
            if (recv_slot(r, 0, v, c)) [[likely]]
                return channel_status::done;
        }
    }

    /// Hands the message to `take(T&&)`, destroys it and frees the slot, also if that throws.
    template <class Take>
    void finish_recv(const claim& c, view& v, Take&& take)
    {
        struct finally {
            list_channel& self;
            const claim& c;
            view& v;
            ~finally()
            {
                c.home->message(c.index).destroy();
                self.done_with(c.home, c.index + 1, 1, v);
            }
        } end{*this, c, v};
        take(std::move(c.home->message(c.index).write()));
    }

    /// Before the view's handle goes: reports what it has not yet reported.
    void leave(view& v) noexcept
    {
        if (v.unreported != 0) report(static_cast<block*>(v.home), v.unreported);
        v.unreported = 0;
    }

    // --- many messages ----------------------------------------------------------------------------------------------

    /// Claims up to `most` slots of one block, at least one unless closed. Throws: std::bad_alloc, nothing claimed.
    [[gnu::always_inline]] channel_status start_send_many(run& r, std::size_t most)
    {
        block* home = nullptr;
        std::uint64_t tail = tail_->where(home);
        block* next = nullptr;
        patience pause;
        contention race;
        for (;;) {
            if ((tail & mark) != 0) {
                put_aside(next);
                return channel_status::closed;
            }
            const std::uint64_t at = tail / 2 % width;
            if (at == slots) {  // the next block is on its way
                pause.wait();
                tail = tail_->where(home);
                continue;
            }
            const std::uint64_t count = std::min<std::uint64_t>(most, slots - at);
            const bool last = at + count == slots;
            if (last && next == nullptr) {
                next = fresh_block();
                tail = tail_->where(home);
                continue;
            }
            if (tail_->index.compare_exchange_weak(tail, tail + 2 * count, order::seq_cst, order::acquire)) {  // I1, O3
                if (last) {
                    tail_->move_to(next);
                    // order: covered by the claim of the block's last slot: the next block was made before that
                    home->next.store(next, order::release);  // O2
                } else {
                    put_aside(next);
                }
                r = {home, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(count)};
                return channel_status::done;
            }
            race.spin();
            home = tail_->home();
        }
    }

    claim send_slot(const run& r, std::size_t i) noexcept { return {r.home, r.index + static_cast<std::uint32_t>(i)}; }

    /// Sends the whole run, where that cannot throw. Each step is done for all slots before the next one: that is faster
    /// than slot by slot.
    void fill(run r, const T* from) noexcept
    {
        group* const groups = r.home->groups.data();
        each_slot(groups, r.index, r.count,
                  [&](auto&, storage_cell<T>& message, std::size_t i) { message.construct(from[i]); });
        each_slot(groups, r.index, r.count,
                  [](atomic<std::uint8_t>& state, auto&, auto) { state.store(full, order::release); });  // O1
        receivers_.notify_some(r.count);
    }

    /// Claims up to `most` messages of one block, at least one unless empty or closed.
    [[gnu::always_inline]] channel_status start_recv_many(run& r, view& v, std::size_t most, bool thorough) noexcept
    {
        block* home = nullptr;
        std::uint64_t head = head_->where(home);
        patience pause;
        contention race;
        for (;;) {
            const std::uint64_t at = head / 2 % width;
            if (at == slots) {  // the next block is on its way
                pause.wait();
                head = head_->where(home);
                continue;
            }
            std::uint64_t count = 1;
            // Fast answers first. Messages that were there at an earlier look are still there if the claim succeeds.
            if (head < v.tail_seen) {
                count = (v.tail_seen - head) / 2;
            } else {
                if (most == 1 && home == v.home && v.unreported != 0) {  // the view's own block: alive (I2)
                    // order: for executions that do not follow the order of seq_cst, which the checker leaves out:
                    // another receiver, who comes after this one's claim, must not look at a tail_ before the message's
                    // claim
                    if (home->state(at).load(order::acquire) != empty) goto claim_them;
                    if (!thorough) return channel_status::blocked;
                }
                const std::uint64_t tail = tail_->index.load(order::seq_cst);  // O4, O6
                if (tail / 2 == head / 2) return (tail & mark) != 0 ? channel_status::closed : channel_status::blocked;
                v.tail_seen = tail & ~mark;
                count = head < v.tail_seen ? (v.tail_seen - head) / 2 : 1;
            }
        claim_them:
            count = std::min<std::uint64_t>({count, most, slots - at});
            if (head_->index.compare_exchange_weak(head, head + 2 * count, order::seq_cst, order::acquire)) {  // I1
                if (at + count == slots) { head_->move_to(next_of(*home)); }
                r = {home, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(count)};
                return channel_status::done;
            }
            race.spin();
            home = head_->home();
        }
    }

    /// The i-th message of the run; waits for the sender that may still be in it. False: a hole, freed here.
    bool recv_slot(const run& r, std::size_t i, view& v, claim& c) noexcept
    {
        c = {r.home, r.index + static_cast<std::uint32_t>(i)};
        if (is_message(*r.home, c.index)) [[likely]]
            return true;
        done_with(c.home, c.index + 1, 1, v);
        return false;
    }

    /// Receives the run up to the first hole, where that cannot throw: all messages that are there before it waits for a
    /// sender that is still in its slot. Returns how many.
    std::size_t drain(run r, view& v, T* to) noexcept
    {
        std::uint32_t done = 0;
        while (done != r.count && is_message(*r.home, r.index + done)) {
            std::uint32_t end = done + 1;
            while (end != r.count && r.home->state(r.index + end).load(order::acquire) == full) ++end;  // O1
            each_slot(r.home->groups.data(), r.index + done, end - done,
                      [&, to = to + done](auto&, storage_cell<T>& message, std::size_t i) {
                          to[i] = message.read();
                          message.destroy();
                      });
            done_with(r.home, r.index + end, end - done, v);
            done = end;
        }
        return done;
    }

    // --- both sides -------------------------------------------------------------------------------------------------

    [[nodiscard]] bool worth_sending() const noexcept { return true; }
    [[nodiscard]] bool worth_receiving() const noexcept
    {
        const std::uint64_t tail = tail_->index.load(order::seq_cst);
        return (tail & mark) != 0 || tail / 2 != head_->index.load(order::relaxed) / 2;  // an old one differs as well
    }
    wait_line& recv_line() noexcept { return receivers_; }

    [[nodiscard]] std::size_t len() const noexcept
    {
        for (;;) {
            // order: covered by the second look, but for executions that do not follow the order of seq_cst, which the
            // checker leaves out: this look must not come after that at head_
            const std::uint64_t tail = tail_->index.load(order::seq_cst) / 2;
            const std::uint64_t head = head_->index.load(order::seq_cst) / 2;
            // order: covered by the first look, which is as new as any other thread's
            if (tail_->index.load(order::seq_cst) / 2 == tail)
                return static_cast<std::size_t>(messages_before(tail) - messages_before(head));
        }
    }

    void close() noexcept
    {
        if ((tail_->index.fetch_or(mark, order::release) & mark) == 0) receivers_.notify_all();  // O6
    }

    /// The last receiver: destroys every message. Waits for senders in the middle of their slots.
    void discard() noexcept
    {
        claim c;
        view v;
        while (start_recv(c, v, true) == channel_status::done) finish_recv(c, v, [](T&&) {});
        leave(v);
    }

private:
    static constexpr std::uint64_t mark = 1;

    struct cursor {
        atomic<std::uint64_t> index{0};
        atomic<list_channel::block*> block{nullptr};

        /// The next position, and in `home` its block or a later one.
        std::uint64_t where(list_channel::block*& home) const noexcept
        {
            const std::uint64_t position = index.load(order::acquire);  // O2
            home = this->home();
            return position;
        }
        [[nodiscard]] list_channel::block* home() const noexcept
        {
            // order: load buffering, which the checker leaves out: what is read here must not be newer than the
            // position that is claimed next
            return block.load(order::acquire);  // O2
        }
        /// By who has claimed a block's last slot.
        void move_to(list_channel::block* next) noexcept
        {
            // order: load buffering, as in home
            block.store(next, order::release);   // O2
            index.fetch_add(2, order::release);  // O2
        }
    };

    /// The block behind `home`, whose last slot the caller has claimed.
    static block* next_of(const block& home) noexcept
    {
        for (patience pause;;) {
            // order: covered by the claim of the block's last slot, which the receiver has seen
            if (block* const next = home.next.load(order::acquire)) return next;  // O2
            pause.wait();
        }
    }

    /// Messages at the positions before `p`: one position in each block is none.
    static constexpr std::uint64_t messages_before(std::uint64_t p) noexcept
    {
        return p / width * slots + std::min(p % width, slots);
    }

    /// Waits for the sender that may still be in the slot. False: it left a hole.
    static bool is_message(block& home, std::size_t i) noexcept
    {
        std::uint8_t state = home.state(i).load(order::acquire);  // O1
        for (patience pause; state == empty; state = home.state(i).load(order::acquire)) pause.wait();
        return state == full;
    }

    /// The receiver has emptied `n` slots of the block, up to the index `end`.
    void done_with(block* home, std::uint32_t end, std::uint32_t n, view& v) noexcept
    {
        if (v.home != home) {
            leave(v);
            v.home = home;
        }
        v.unreported += n;
        if (end == slots) leave(v);
    }

    void report(block* b, std::uint32_t n) noexcept
    {
        if (b->left.fetch_add(n, order::acq_rel) + n < slots) return;  // O5
        b->left.store(0, order::relaxed);
        b->next.store(nullptr, order::relaxed);
        put_aside(b);
    }

    block* fresh_block()
    {
        block* const spare = spare_.exchange(nullptr, order::acquire);  // O5
        if (spare == nullptr) return make<block>();
        for (group& g : spare->groups) {
            for (auto& state : g.states) state.store(empty, order::relaxed);
        }
        return spare;
    }

    void put_aside(block* b) noexcept
    {
        if (b == nullptr) return;
        block* expected = nullptr;
        if (!spare_.compare_exchange_strong(expected, b, order::release, order::relaxed)) dispose(b);  // O5
    }

    cache_padded<cursor> tail_;
    cache_padded<cursor> head_;
    alignas(cache_line_size) atomic<block*> spare_{nullptr};
    alignas(cache_line_size) wait_line receivers_;
};

}  // namespace weft::detail::channels
