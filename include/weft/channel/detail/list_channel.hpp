// weft/channel/detail/list_channel.hpp - the unbounded channel: a list of blocks that are used again.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// It has the shape of crossbeam's list channel. An index counts positions. Each block has `width` positions, the last
// of which never holds a message: an index is there while the next block takes the place of its block.
//
// Roles       senders, receivers: any threads.  A view belongs to one receiver's handle.
//
// Fields      tail_.index   claimed by senders     next position to send, times 2; the lowest bit says closed
//             tail_.block   written by the sender of a block's last slot
//             head_.index   claimed by receivers   next position to receive, times 2
//             head_.block   written by the receiver of a block's last slot
//             block::next   written by the sender of the block's last slot
//             block::left   added to by receivers  slots that are done with
//             state         of a slot: written by its sender, and by the sender that reuses the block
//             spare_        exchanged by all       an empty block or null
//             view          written by its handle  the block it received from last, and how many slots it has not yet
//                                                  reported to block::left; an old value of tail_.index
//
// Slot        vacant -send-> filled. Receivers leave the state alone, and so the cache line stays with the senders: all
//             slots of a block are made vacant at once, when the block is reused. A sender that claims a slot has its
//             message in hand: while a slot is claimed nothing runs but a move that cannot throw (held.hpp).
//
// Invariants  I1  A position is claimed by one compare-exchange of tail_.index, then by one of head_.index, once each.
//             I2  A block is reused, or freed, when `left` has reached its number of slots. So a thread that has
//                 claimed a slot, or has not reported one yet, may touch the block.
//             I3  After the mark is set no position is claimed by a sender.
//
// Orders      O1  send: state release -> receive: state acquire. The message is visible.
//             O2  last slot: index and block stores release -> loads acquire. Whoever sees the new index sees its
//                 block.
//             O3  claim: compare-exchange seq_cst, then a seq_cst load of the receivers' line (waiter.hpp, O2).
//             O4  "empty": tail_.index is read (seq_cst) after head_.index and must match it.
//             O5  report: fetch_add acq_rel. Whoever brings `left` to the end sees that all messages are gone; spare_
//                 release -> acquire hands that on to the sender that reuses the block.
//             O6  close: fetch_or release -> tail_.index loads. Whoever learns of the end sees what came before it. A
//                 sleeper has entered its line, under the line's lock, before or after close looks into the line.
//
// Progress    send: lock-free except while the block changes; allocates once per block, unless there is a spare one.
//             receive: waits for a sender in the middle of its slot.
//
// Checked by  tests/model/channel_model.cpp: list_hands_over (O1, O2), list_no_lost_wakeup (O3), list_close_wakes
//             (O6); channel_history_model.cpp: list_next_block (O2), list_used_again (O5);
//             channel_batch_model.cpp: list_many, list_from_two.
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/detail/slot_group.hpp>
#include <weft/channel/detail/core.hpp>
#include <weft/channel/detail/plain.hpp>
#include <weft/seam/cell.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft::detail::channels {

/// E: what slots hold, moved without throwing.
template <class E>
class list_channel : public channel_core {
    enum : std::uint8_t { vacant = 0, filled = 1 };

    using group = slot_group<E>;

    /// Positions in a block: about 2 KiB of slots.
    static constexpr std::uint64_t width =
        std::clamp<std::uint64_t>(std::bit_floor(2304 * group::size / sizeof(group)), 4, 256);
    static constexpr std::uint64_t slots = width - 1;

    struct block {
        block() noexcept {}
        std::array<group, (slots + group::size - 1) / group::size> groups;
        atomic<block*> next{nullptr};
        atomic<std::uint32_t> left{0};

        atomic<std::uint8_t>& state(std::size_t i) noexcept { return detail::state_at(groups.data(), i); }
        storage_cell<E>& message(std::size_t i) noexcept { return detail::value_at(groups.data(), i); }
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

    using view = receiver_view;

    list_channel()
    {
        block* const first = detail::make<block>();
        tail_->block.store(first, order::relaxed);
        head_->block.store(first, order::relaxed);
    }

    /// Requires: no message is left; the last receiver has discarded them.
    ~list_channel()
    {
        detail::dispose(head_->block.load(order::relaxed));
        if (block* const spare = spare_.load(order::relaxed)) detail::dispose(spare);
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

    /// Puts the message into the slot and publishes it.
    template <class U>
    void finish_send(const claim& c, U&& message) noexcept
    {
        static_assert(std::is_nothrow_constructible_v<E, U&&>);
        c.home->message(c.index).construct(std::forward<U>(message));
        c.home->state(c.index).store(filled, order::release);  // O1
        receivers_.notify_one();
    }

    /// Claims a message to receive, and waits for the sender that may still be in its slot. If `thorough`, `blocked`
    /// means empty; otherwise only that the slot is not ready.
    channel_status start_recv(claim& c, view& v, bool thorough) noexcept
    {
        run r;
        const channel_status s = start_recv_many(r, v, 1, thorough);
        if (s != channel_status::done) return s;
        c = {r.home, r.index};
        await_message(*c.home, c.index);
        return s;
    }

    /// Hands the message to `take(E&&)`, which must not throw, and frees the slot.
    template <class Take>
    void finish_recv(const claim& c, view& v, Take&& take) noexcept
    {
        take(std::move(c.home->message(c.index).write()));
        c.home->message(c.index).destroy();
        done_with(c.home, c.index + 1, 1, v);
    }

    /// Before the view's handle ends: reports what it has not reported yet.
    void leave(view& v) noexcept
    {
        if (v.unreported != 0) report(static_cast<block*>(v.home), v.unreported);
        v.unreported = 0;
    }

    // --- a message that has yet to be made --------------------------------------------------------------------------

    /// There is always a place for it, unless the channel is closed.
    channel_status promise() const noexcept { return is_closed() ? channel_status::closed : channel_status::done; }
    void withdraw() noexcept {}

    /// Sends. False: the channel has been closed; the message is left alone. Throws: std::bad_alloc, nothing sent.
    bool redeem(E& message)
    {
        claim c;
        if (start_send(c) != channel_status::done) return false;
        finish_send(c, std::move(message));
        return true;
    }

    // --- many messages ----------------------------------------------------------------------------------------------

    /// Claims up to `most` slots of one block; at least one unless the channel is closed. Throws: std::bad_alloc, with
    /// nothing claimed.
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

    /// Sends a whole run. `fill(cell, i)` constructs the message with index i, and must not throw. Each step is done
    /// for all slots before the next one: with plain messages that is faster than going slot by slot.
    template <class Fill>
    void finish_send_many(run r, Fill fill) noexcept
    {
        group* const groups = r.home->groups.data();
        detail::each_slot(groups, r.index, r.count,
                          [fill](auto&, storage_cell<E>& message, std::size_t i) { fill(message, i); });
        detail::each_slot(groups, r.index, r.count,
                          [](atomic<std::uint8_t>& state, auto&, auto) { state.store(filled, order::release); });  // O1
        receivers_.notify_some(r.count);
    }

    /// Claims up to `most` messages of one block; at least one unless the channel is empty or closed.
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
            // The fast answers first. Messages that an earlier look has found are still there if the claim succeeds.
            if (head < v.tail_seen) {
                count = (v.tail_seen - head) / 2;
            } else {
                bool has_come = false;
                if (most == 1 && home == v.home && v.unreported != 0) {  // the view's block: alive (I2)
                    // order: for executions that do not follow the order of seq_cst, which the checker leaves out:
                    // another receiver, which comes after this one's claim, must not see tail_ as it was before the
                    // message's claim
                    has_come = home->state(static_cast<std::size_t>(at)).load(order::acquire) != vacant;
                    if (!has_come && !thorough) return channel_status::blocked;
                }
                if (!has_come) {
                    const std::uint64_t tail = tail_->index.load(order::seq_cst);  // O4, O6
                    if (tail / 2 == head / 2)
                        return (tail & mark) != 0 ? channel_status::closed : channel_status::blocked;
                    v.tail_seen = tail & ~mark;
                    if (head < v.tail_seen) count = (v.tail_seen - head) / 2;
                }
            }
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

    /// Receives the run. Before it waits for a sender that is still in one of the slots it takes all messages that are
    /// there. `take(message, i)` gets the one with index i, and must not throw.
    template <class Take>
    void finish_recv_many(run r, view& v, Take take) noexcept
    {
        for (std::uint32_t done = 0; done != r.count;) {
            await_message(*r.home, r.index + done);
            std::uint32_t end = done + 1;
            while (end != r.count && r.home->state(r.index + end).load(order::acquire) == filled) ++end;  // O1
            detail::each_slot(r.home->groups.data(), r.index + done, end - done,
                              [take, done](auto&, storage_cell<E>& message, std::size_t i) {
                                  take(message, done + i);
                                  message.destroy();
                              });
            done_with(r.home, r.index + end, end - done, v);
            done = end;
        }
    }

    /// finish_recv_many of plain messages, into contiguous memory.
    [[gnu::noinline]] void finish_recv_many(run r, view& v, E* to) noexcept
        requires plain<E>
    {
        for (std::uint32_t done = 0; done != r.count;) {
            await_message(*r.home, r.index + done);
            std::uint32_t end = done + 1;
            while (end != r.count && r.home->state(r.index + end).load(order::acquire) == filled) ++end;  // O1
            detail::each_slot(r.home->groups.data(), r.index + done, end - done,
                              [&, to = to + done](auto&, storage_cell<E>& message, std::size_t i) {
                                  to[i] = message.read();
                                  message.destroy();
                              });
            done_with(r.home, r.index + end, end - done, v);
            done = end;
        }
    }

    // --- both sides -------------------------------------------------------------------------------------------------

    [[nodiscard]] bool ready_to_send() const noexcept { return true; }
    [[nodiscard]] bool ready_to_recv() const noexcept
    {
        const std::uint64_t tail = tail_->index.load(order::seq_cst);
        return (tail & mark) != 0 || tail / 2 != head_->index.load(order::relaxed) / 2;  // an old head differs, too
    }
    wait_line& recv_line() noexcept { return receivers_; }

    [[nodiscard]] static std::optional<std::size_t> capacity() noexcept { return std::nullopt; }
    [[nodiscard]] static bool full() noexcept { return false; }

    [[nodiscard]] std::size_t len() const noexcept
    {
        for (;;) {
            // order: covered by the second look, except in executions that do not follow the order of seq_cst, which
            // the checker leaves out: this look must not come after the one at head_
            const std::uint64_t tail = tail_->index.load(order::seq_cst) / 2;
            const std::uint64_t head = head_->index.load(order::seq_cst) / 2;
            // order: covered by the first look, which is as recent as any other thread's
            if (tail_->index.load(order::seq_cst) / 2 == tail)
                return static_cast<std::size_t>(messages_before(tail) - messages_before(head));
        }
    }

    void close() noexcept
    {
        if ((tail_->index.fetch_or(mark, order::release) & mark) == 0) receivers_.notify_all();  // O6
    }

    [[nodiscard]] bool is_closed() const noexcept
    {
        return (tail_->index.load(order::acquire) & mark) != 0;  // O6
    }

    /// By the last receiver: destroys every message, outside its slot.
    void discard() noexcept
    {
        claim c;
        view v;
        while (start_recv(c, v, true) == channel_status::done) {
            std::optional<E> message;
            finish_recv(c, v, [&](E&& m) { message.emplace(std::move(m)); });
        }
        leave(v);
    }

private:
    static constexpr std::uint64_t mark = 1;

    struct cursor {
        atomic<std::uint64_t> index{0};
        atomic<list_channel::block*> block{nullptr};

        /// The next position; `home` becomes its block, or a later one.
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
        /// By the thread that has claimed a block's last slot.
        void move_to(list_channel::block* next) noexcept
        {
            // order: load buffering, as in home
            block.store(next, order::release);   // O2
            index.fetch_add(2, order::release);  // O2
        }
    };

    /// The block after `home`, whose last slot the caller has claimed.
    static block* next_of(const block& home) noexcept
    {
        for (patience pause;;) {
            // order: covered by the claim of the block's last slot, which this receiver has seen
            if (block* const next = home.next.load(order::acquire)) return next;  // O2
            pause.wait();
        }
    }

    /// How many messages the positions before `p` hold: one position of each block holds none.
    static constexpr std::uint64_t messages_before(std::uint64_t p) noexcept
    {
        return p / width * slots + std::min(p % width, slots);
    }

    /// Waits for the sender that may still be in the slot.
    static void await_message(block& home, std::size_t i) noexcept
    {
        for (patience pause; home.state(i).load(order::acquire) == vacant;) pause.wait();  // O1
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
        if (spare == nullptr) return detail::make<block>();
        for (group& g : spare->groups) {
            for (auto& state : g.states) state.store(vacant, order::relaxed);
        }
        return spare;
    }

    void put_aside(block* b) noexcept
    {
        if (b == nullptr) return;
        block* expected = nullptr;
        if (!spare_.compare_exchange_strong(expected, b, order::release, order::relaxed)) detail::dispose(b);  // O5
    }

    cache_padded<cursor> tail_;
    cache_padded<cursor> head_;
    alignas(cache_line_size) atomic<block*> spare_{nullptr};
    alignas(cache_line_size) wait_line receivers_;
};

}  // namespace weft::detail::channels
