// weft/queue/detail/block_queue.hpp - an unbounded queue made of blocks: what seg_queue and injector share.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       producers, consumers: any threads.
//
// Fields      tail_.index, head_.index   where the next push and pop happen, in steps of 2. An index mod `lap` is a
//                                        slot of the block; lap - 1 means that a thread is moving on to the next block.
//                                        Bit 0 of head_.index: the block is not the last one, so it cannot be empty
//             tail_.where, head_.where   that block; written only by the thread that has taken its last slot, before
//                                        the index moves on
//             slot.state                 vacant -> written (producer)
//             block.read                 a mark for each slot, set by its consumer. The marks have cache lines of their
//                                        own: if consumers changed the state instead, they would take the slots' lines
//                                        from the producers
//             block.next                 set by the producer of the last slot
//             spare_                     one block to reuse
//             retired_                   blocks that the head has left and some consumer still reads from
//
// Invariants  I1  A thread that moves an index over a slot by compare-exchange owns the slot until it stores the slot's
//                 state, or its mark. Only meanwhile does it touch the block: a thread with an old pointer to a block
//                 fails its compare-exchange, because indices never come back. So a block may be reused or freed when
//                 all its slots are read.
//             I2  The answer is "empty" only if both indices were equal at one moment.
//             I3  A producer's last touch of a block is the state "written"; a consumer's is its mark.
//
// Orders      O1  push: state store release -> pop: state load acquire. The value, and block.next, are visible.
//             O2  where store release, then index store release -> index load acquire, where load acquire: whoever sees
//                 an index of the new block sees the new block.
//             O3  mark: store release -> retire: load acquire. Nobody uses the block any more. Blocks are put into
//                 retired_ with release, and taken out of it by an exchange with acquire; spare_ is exchanged with
//                 both.
//             O4  index compare-exchange seq_cst; tail_.index read seq_cst before "empty": as in array_queue.
//
// Progress    lock-free between operations; a thread that is stopped between its claim and its store of the state (or
//             of the next block) makes others that reach that slot wait.
//
// Checked by  tests/model/block_queue_model.cpp: payload (O1), next_block (O2), reuse (O3), empty_is_true (O4).
#pragma once

#include <weft/base/backoff.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/base/detail/held.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>
#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace weft::detail {

/// `Lap` is a power of two, at least 2; a block has one slot fewer. 0: about 2 KiB of slots, so that threads rarely
/// meet while the block changes, but at least 32.
template <class T, std::size_t Lap = 0>
class block_queue {
public:
    /// Why an attempt to pop took nothing.
    enum class outcome { empty, lost_race };

    block_queue()
    {
        block* const first = detail::make<block>();
        head_.where.store(first, order::relaxed);
        tail_.where.store(first, order::relaxed);
    }

    ~block_queue()
    {
        const std::size_t tail = tail_.index.load(order::relaxed) / step;
        block* b = head_.where.load(order::relaxed);
        for (std::size_t i = head_.index.load(order::relaxed) / step; i != tail; ++i) {
            if (i % lap < slots_per_block) {
                b->slots[i % lap].value.destroy();
            } else {
                detail::dispose(std::exchange(b, b->next.load(order::relaxed)));
            }
        }
        detail::dispose(b);
        for (block* r = retired_.load(order::relaxed); r != nullptr;) {
            detail::dispose(std::exchange(r, r->next_retired.read()));
        }
        if (block* const s = spare_.load(order::relaxed)) detail::dispose(s);
    }
    block_queue(const block_queue&) = delete;
    block_queue& operator=(const block_queue&) = delete;

    /// Adds `value`, moved. Throws std::bad_alloc and what moving a T throws, with nothing changed.
    void push(T& value)
    {
        detail::put_held(value, [this](held<T>& h) { return put(h); });
    }

    /// Adds `value`, moved. Throws std::bad_alloc, with nothing changed. Always true.
    bool put(held<T>& value)
    {
        backoff wait;
        fresh_block next(*this);
        std::size_t tail = tail_.index.load(order::acquire);  // O2
        while (true) {
            const std::size_t offset = tail / step % lap;
            if (offset == slots_per_block) {  // a thread is moving on to the next block
                wait.snooze();
                tail = tail_.index.load(order::acquire);  // O2
                continue;
            }
            if (offset + 1 == slots_per_block) next.prepare();  // allocates before anything is claimed
            // order: load buffering, which the checker leaves out: what is read here must not be newer than the index
            // that is claimed next
            block* const here = tail_.where.load(order::acquire);                                         // O2
            if (!tail_.index.compare_exchange_weak(tail, tail + step, order::seq_cst, order::acquire)) {  // O4, O2
                wait.spin();
                continue;
            }
            if (offset + 1 == slots_per_block) {
                block* const following = next.give();
                // order: load buffering, as at the load of where above
                tail_.where.store(following, order::release);        // O2
                tail_.index.store(tail + 2 * step, order::release);  // O2
                here->next.store(following, order::release);         // O1
            }
            slot& s = here->slots[offset];
            s.value.construct(std::move(value));
            s.state.store(written, order::release);  // O1
            return true;
        }
    }

    /// Takes the oldest element. With `once` it gives up after one lost race. `why` says why there is none.
    std::optional<T> pop(bool once, outcome& why)
    {
        backoff wait;
        std::size_t head = head_.index.load(order::acquire);  // O2
        while (true) {
            const std::size_t offset = head / step % lap;
            if (offset == slots_per_block) {
                if (once) return none(why, outcome::lost_race);
                wait.snooze();
                head = head_.index.load(order::acquire);  // O2
                continue;
            }
            std::size_t next = head + step;
            if ((head & not_last) == 0) {
                const std::size_t tail = tail_.index.load(order::seq_cst);  // O4
                if (head / step == tail / step) return none(why, outcome::empty);
                if (head / step / lap != tail / step / lap) next |= not_last;
            }
            // order: load buffering, as in push
            block* const here = head_.where.load(order::acquire);                                  // O2
            if (!head_.index.compare_exchange_weak(head, next, order::seq_cst, order::acquire)) {  // O4, O2
                if (once) return none(why, outcome::lost_race);
                wait.spin();
                continue;
            }
            const bool last = offset + 1 == slots_per_block;
            if (last) move_on(*here, next);
            held<T> out = empty_out(*here, offset, last);
            return detail::let_go<T>(out);
        }
    }

    /// The number of elements at one moment during the call.
    [[nodiscard]] std::size_t size() const noexcept
    {
        while (true) {
            // order: covered by the second look, except in executions that do not follow the order of seq_cst, which
            // the checker leaves out: this look must not come after the one at head_
            const std::size_t tail = tail_.index.load(order::seq_cst) / step;
            const std::size_t head = head_.index.load(order::seq_cst) / step;
            // order: covered by the first look, which is as recent as any other thread's
            if (tail_.index.load(order::seq_cst) / step != tail) continue;  // both were true at once
            const auto elements = [](std::size_t index) {                   // up to this index, from the first
                const std::size_t offset = index % lap;
                return index / lap * slots_per_block + (offset < slots_per_block ? offset : slots_per_block);
            };
            return elements(tail) - elements(head);
        }
    }

    [[nodiscard]] bool empty() const noexcept
    {
        const std::size_t head = head_.index.load(order::seq_cst) / step;
        const std::size_t tail = tail_.index.load(order::seq_cst) / step;
        return head == tail;
    }

private:
    struct slot;

    static constexpr std::size_t lap = Lap != 0 ? Lap : sizeof(slot) <= 16 ? 128 : sizeof(slot) <= 32 ? 64 : 32;
    static constexpr std::size_t slots_per_block = lap - 1;
    static constexpr std::size_t step = 2;
    static constexpr std::size_t not_last = 1;

    static constexpr std::uint32_t vacant = 0;
    static constexpr std::uint32_t written = 1;

    struct slot {
        storage_cell<held<T>> value;
        atomic<std::uint32_t> state{vacant};
    };

    struct block {
        atomic<block*> next{nullptr};
        cell<block*> next_retired{nullptr};
        slot slots[slots_per_block];
        alignas(cache_line_size) atomic<std::uint8_t> read[slots_per_block]{};
    };

    struct alignas(cache_line_size) end_of_queue {
        atomic<std::size_t> index{0};
        atomic<block*> where{nullptr};
    };

    /// A block that a producer may need.
    class fresh_block {
    public:
        explicit fresh_block(block_queue& queue) noexcept : queue_(queue) {}
        ~fresh_block()
        {
            if (block_ != nullptr) queue_.keep(block_);
        }
        fresh_block(const fresh_block&) = delete;
        fresh_block& operator=(const fresh_block&) = delete;

        void prepare()
        {
            if (block_ != nullptr) return;
            block_ = queue_.spare_.exchange(nullptr, order::acquire);  // O3
            if (block_ == nullptr) block_ = detail::make<block>();
        }
        block* give() noexcept { return std::exchange(block_, nullptr); }

    private:
        block_queue& queue_;
        block* block_ = nullptr;
    };

    /// By the consumer of the last slot: moves the head to the next block.
    void move_on(block& here, std::size_t index) noexcept
    {
        backoff wait;
        block* next = nullptr;
        while ((next = here.next.load(order::acquire)) == nullptr) wait.snooze();  // O1
        std::size_t to = (index & ~not_last) + step;
        if (next->next.load(order::relaxed) != nullptr) to |= not_last;
        // order: load buffering, as in push
        head_.where.store(next, order::release);  // O2
        head_.index.store(to, order::release);    // O2
    }

    static std::optional<T> none(outcome& why, outcome because) noexcept
    {
        why = because;
        return std::nullopt;
    }

    held<T> empty_out(block& here, std::size_t offset, bool last) noexcept
    {
        slot& s = here.slots[offset];
        backoff wait;
        while (s.state.load(order::acquire) != written) wait.snooze();  // O1
        held<T> out = s.value.take();
        here.read[offset].store(1, order::release);  // O3
        if (last) retire(here);
        return out;
    }

    /// Nobody will claim slots of `left` any more. Reuses the blocks that nobody reads from; looks at the others next
    /// time.
    void retire(block& left) noexcept
    {
        left.next_retired.write() = retired_.exchange(nullptr, order::acquire);  // O3
        for (block* b = detail::address_of(left); b != nullptr;) {
            block* const following = b->next_retired.read();
            if (all_read(*b)) {
                for (slot& s : b->slots) s.state.store(vacant, order::relaxed);
                for (auto& r : b->read) r.store(0, order::relaxed);
                b->next.store(nullptr, order::relaxed);
                keep(b);
            } else {
                block* others = retired_.load(order::relaxed);
                do {
                    b->next_retired.write() = others;
                } while (!retired_.compare_exchange_weak(others, b, order::release, order::relaxed));  // O3
            }
            b = following;
        }
    }

    static bool all_read(const block& b) noexcept
    {
        for (const auto& r : b.read) {
            if (r.load(order::acquire) == 0) return false;  // O3
        }
        return true;
    }

    void keep(block* b) noexcept
    {
        if (block* const old = spare_.exchange(b, order::acq_rel)) detail::dispose(old);  // O3
    }

    end_of_queue head_;
    end_of_queue tail_;
    alignas(cache_line_size) atomic<block*> spare_{nullptr};
    atomic<block*> retired_{nullptr};
};

}  // namespace weft::detail
