// src/async/ready_queue.hpp - the strands that are ready at one place of a pool, first in, first out.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The thread at the place lays them into a ring without a lock, and whoever looks for work takes them from the other
// end. Everybody else, and the owner when the ring is full, appends them to a list under a lock; the owner moves them over
// when the ring is half empty. While the list has something the owner appends to it as well, so that nobody who is in it
// is overtaken for ever.
//
// Roles       owner: the thread that runs a strand at the place, or looks for one; at most one at a time, which has got the place
//             from the one before.  takers: the owner, and any other thread.  guests: any thread that is not the owner.
//
// Fields      head_, tail_    of the ring; they only grow. written by takers / by the owner
//             slots_          written by the owner before it moves tail_ past them
//             first_, last_   the list, linked by task::next; guarded by lock_
//             listed_         how many are in it; written under the lock, read without
//
// Invariants  I1  head_ <= tail_ <= head_ + size. Slots between head_ and tail_ are not written: what a taker reads there
//                 is right if head_ has not moved meanwhile, which its compare-exchange finds out.
//             I2  A strand lies in the ring or in the list, or is on its way from the list to the ring: whoever looks meanwhile
//                 finds it nowhere, so the owner tells that it is there (docs/sleep.md). Who takes it owns it.
//
// Orders      O1  push: tail_ store release -> take: load acquire. What was written into the slot, and into the strand.
//             O2  take: head_ compare-exchange release -> push: load acquire. A slot is written again only after it has
//                 been read. Also -> take: load acquire, so that the tail that is read then is no older than the head.
//
// Progress    push: wait-free if the ring has room and the list is empty. take: lock-free, if the list is empty. The lock is
//             held for some tens of instructions, and longer by the owner as it moves half a ring over.
//
// Checked by  tests/model/ready_queue_model.cpp: hands_on (O1), two_thieves and outpaced (O2), reuses (O2, I1),
//             overflows and moves_over (I2).
//
// Source      the run queues of Go's scheduler: one thread puts into a ring of fixed size, all take from it.
#pragma once

#include "pool/limits.hpp"

#include <weft/async/detail/strand.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/sync/spinlock.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace weft::detail {

template <std::size_t Size = ready_per_place>
class ready_queue {
    static_assert(Size % 2 == 0);

public:
    ready_queue() noexcept = default;
    ready_queue(const ready_queue&) = delete;
    ready_queue& operator=(const ready_queue&) = delete;

    /// By the owner.
    void push(task& t) noexcept
    {
        const std::uint64_t tail = tail_.load(order::relaxed);  // ours
        // order: else what a thief reads might be written only later; the checker knows no such reads
        const bool has_room = tail - head_.load(order::acquire) < Size;  // O2
        if (!has_room || listed_.load(order::relaxed) != 0) return push_as_guest(t);
        slots_[tail % Size].store(&t, order::relaxed);
        tail_.store(tail + 1, order::release);  // O1
    }

    /// By anybody.
    void push_as_guest(task& t) noexcept
    {
        t.next = nullptr;
        const std::lock_guard hold(lock_);
        append(t, t, 1);
    }

    /// The oldest, or null. By the owner, who also moves over what lies in the list; `moved`: others may have missed that.
    task* take(bool& moved) noexcept
    {
        moved = listed_.load(order::relaxed) != 0 && move_over();
        task* oldest = nullptr;
        return take_from_ring(&oldest, 1) != 0 ? oldest : nullptr;
    }

    /// The oldest of those in the ring, or in the list if the ring is empty; null if both are. By anybody.
    task* steal() noexcept
    {
        task* oldest = nullptr;
        return take_half(&oldest, 1) != 0 ? oldest : nullptr;
    }

    /// Takes the older half into `out`, but at most `most`; returns how many. By anybody.
    std::uint32_t take_half(task** out, std::uint32_t most) noexcept
    {
        if (const std::uint32_t taken = take_from_ring(out, most, 2); taken != 0) return taken;
        return take_from_list(out, most);
    }

    /// How many there are; about, while others are at work here.
    [[nodiscard]] std::uint32_t size() const noexcept
    {
        // The tail first: a head that is ahead of it means that those have been taken.
        const std::uint64_t tail = tail_.load(order::relaxed);
        const std::uint64_t head = head_.load(order::relaxed);
        return (tail > head ? static_cast<std::uint32_t>(tail - head) : 0) + listed_.load(order::relaxed);
    }

private:
    /// Takes one in `divisor` of those in the ring, rounded up, but at most `most`.
    std::uint32_t take_from_ring(task** out, std::uint32_t most, std::uint32_t divisor = 1) noexcept
    {
        std::uint64_t head = head_.load(order::acquire);  // O2
        for (;;) {
            const std::uint64_t tail = tail_.load(order::acquire);  // O1
            const std::uint64_t there = (tail - head + divisor - 1) / divisor;
            const auto share = static_cast<std::uint32_t>(std::min<std::uint64_t>(there, most));
            if (share == 0) return 0;
            for (std::uint32_t i = 0; i < share; ++i) out[i] = slots_[(head + i) % Size].load(order::relaxed);  // I1
            if (head_.compare_exchange_weak(head, head + share, order::release, order::acquire)) return share;  // O2
        }
    }

    std::uint32_t take_from_list(task** out, std::uint32_t most) noexcept
    {
        if (listed_.load(order::relaxed) == 0) return 0;
        const std::lock_guard hold(lock_);
        const std::uint32_t there = listed_.load(order::relaxed);
        return remove(out, std::min((there + 1) / 2, most));
    }

    /// By the owner: brings what is in the list into the ring, if that is half empty.
    bool move_over() noexcept
    {
        std::uint64_t tail = tail_.load(order::relaxed);
        if (tail - head_.load(order::relaxed) > Size / 2) return false;
        const std::lock_guard hold(lock_);
        // order: as in push
        const std::uint64_t end = head_.load(order::acquire) + Size;  // O2
        for (task* t = nullptr; tail != end && remove(&t, 1) != 0; ++tail) {
            slots_[tail % Size].store(t, order::relaxed);
        }
        tail_.store(tail, order::release);  // O1
        return true;
    }

    // Under the lock.
    void append(task& first, task& last, std::uint32_t count) noexcept
    {
        (last_ != nullptr ? last_->next : first_) = &first;
        last_ = &last;
        listed_.store(listed_.load(order::relaxed) + count, order::relaxed);
    }
    std::uint32_t remove(task** out, std::uint32_t count) noexcept
    {
        std::uint32_t removed = 0;
        for (; removed < count && first_ != nullptr; ++removed) {
            out[removed] = first_;
            first_ = first_->next;
        }
        if (first_ == nullptr) last_ = nullptr;
        listed_.store(listed_.load(order::relaxed) - removed, order::relaxed);
        return removed;
    }

    atomic<std::uint64_t> head_{0};
    spinlock lock_;
    atomic<std::uint32_t> listed_{0};
    task* first_ = nullptr;
    task* last_ = nullptr;
    alignas(cache_line_size) atomic<std::uint64_t> tail_{0};  // apart from what thieves write
    atomic<task*> slots_[Size]{};
};

}  // namespace weft::detail
