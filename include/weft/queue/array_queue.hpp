// weft/queue/array_queue.hpp - a bounded queue for any number of producers and consumers.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       producers, consumers: any threads.
//
// Fields      head_, tail_   where the next pop and push happen: {lap, slot index} in one word; only grow
//             slot.stamp     equal to tail: free for the push of that lap
//                            equal to head + 1: holds the value for the pop of that lap
//             slot.value     a held<T>; owned by whoever moved head_ or tail_ over the slot, until it stores the stamp
//
// Invariants  I1  head_ <= tail_ <= head_ + one lap.
//             I2  The answer is "full" only if head_ was one lap behind tail_ at one moment, and "empty" only if head_
//                 was equal to tail_: a stamp alone shows only that somebody is in the middle of something. That makes
//                 the answers linearizable.
//
// Orders      O1  push: stamp store release -> pop: stamp load acquire. The value is visible to the consumer.
//             O2  pop: stamp store release -> push: stamp load acquire. The slot is reused after it has been emptied.
//             O3  head_ and tail_: compare-exchange seq_cst; before "full" or "empty" the other index is read seq_cst.
//                 So if two threads each push to a queue of their own, and then look at the other's, they cannot both
//                 find it empty.
//
// Progress    lock-free between operations; a thread that is stopped between its claim and its stamp makes others that
//             reach the same slot wait.
//
// Checked by  tests/model/array_queue_model.cpp: payload (O1), reuse (O2), empty_is_true (O3, I2), full_is_true (I2).
#pragma once

#include <weft/base/backoff.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/base/detail/array.hpp>
#include <weft/base/detail/held.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <utility>

namespace weft {

/// A bounded first-in-first-out queue for any number of producers and consumers. It allocates once, in its constructor
/// (and for each push, if moving a T may throw, or is a copy that leaves something to destroy). A push that throws
/// leaves no trace. Elements are moved into and out of the queue while others wait for the slot; they are made and
/// destroyed outside it.
///
/// Requires:      T can be moved.
/// Thread safety: all members, any threads.
/// Order:         what a producer did before a push happens before the return of the pop that takes the element.
///                Answers are linearizable: "empty" and "full" are true at one moment during the call.
/// Cost:          one locked operation a push, one a pop.
/// Example:       examples/queue/array_queue.cpp
/// Source:        the sequence-numbered ring of Vyukov (2010), with crossbeam's check of the other index.
template <class T>
class array_queue {
public:
    using value_type = T;

    /// Throws std::invalid_argument if `capacity` is 0, or too large to be addressed; std::bad_alloc.
    explicit array_queue(std::size_t capacity)
        : capacity_(checked(capacity)), one_lap_(lap_of(capacity)), slots_(detail::make_array<slot>(capacity))
    {
        for (std::size_t i = 0; i < capacity_; ++i) slots_[i].stamp.store(i, detail::order::relaxed);
    }

    ~array_queue()
    {
        const std::size_t tail = tail_.load(detail::order::relaxed);
        for (std::size_t i = head_.load(detail::order::relaxed); i != tail; i = next_of(i)) slot_at(i).value.destroy();
        detail::dispose_array(slots_, capacity_);
    }
    array_queue(const array_queue&) = delete;
    array_queue& operator=(const array_queue&) = delete;

    /// Adds an element at the end. Returns false if the queue is full; then `value` is not moved from. Throws what
    /// copying or moving a T throws, and std::bad_alloc if moving may throw; then the queue's content is unchanged.
    [[nodiscard]] bool try_push(T&& value)
    {
        if constexpr (!detail::held_in_place<T>) {
            if (full()) return false;
        }
        return detail::put_held(value, [this](detail::held<T>& held) noexcept { return put(held); });
    }
    [[nodiscard]] bool try_push(const T& value)
    {
        T copy(value);
        return try_push(std::move(copy));
    }

    /// As try_push, of a T that is made from `args`, whether there is room or not.
    template <class... Args>
        requires std::constructible_from<T, Args...>
    [[nodiscard]] bool try_emplace(Args&&... args)
    {
        detail::held<T> held = detail::make_held<T>(std::forward<Args>(args)...);
        return put(held);
    }

    /// As try_push, for code that is written for any queue.
    [[nodiscard]] bool push(T&& value) { return try_push(std::move(value)); }
    [[nodiscard]] bool push(const T& value) { return try_push(value); }

    /// Adds an element at the end. If the queue is full the oldest one makes room, and is returned. Throws as try_push;
    /// if moving the oldest one out throws, that one is lost, and the new one has been added.
    std::optional<T> force_push(T value)
    {
        detail::held<T> held = detail::make_held<T>(std::move(value));
        backoff wait;
        std::size_t tail = tail_.load(detail::order::relaxed);
        while (true) {
            slot& s = slot_at(tail);
            const std::size_t stamp = s.stamp.load(detail::order::acquire);  // O2
            if (stamp == tail) {
                if (claim(tail_, tail)) {  // O3
                    fill(s, tail, held);
                    return std::nullopt;
                }
                wait.spin();
                continue;
            }
            const std::size_t next = next_of(tail);
            std::size_t head = tail - one_lap_;
            // Full, and the oldest element is complete: take its place by moving both ends.
            // order: as the other claims; not observable, since a queue into which elements are pushed by force stays
            // full, and size() orders itself by tail_
            if (stamp == head + 1 && head_.compare_exchange_strong(head, next - one_lap_, detail::order::seq_cst,
                                                                   detail::order::relaxed)) {  // O3
                // While the slot at tail_ is ours nobody else can move tail_.
                tail_.store(next, detail::order::seq_cst);
                detail::held<T> old = s.value.take();
                fill(s, tail, held);
                return detail::let_go<T>(old);
            }
            wait.snooze();
            tail = tail_.load(detail::order::relaxed);
        }
    }

    /// Takes the oldest element; empty if there is none. If moving it out throws, it is lost.
    std::optional<T> try_pop()
    {
        backoff wait;
        std::size_t head = head_.load(detail::order::relaxed);
        while (true) {
            slot& s = slot_at(head);
            const std::size_t stamp = s.stamp.load(detail::order::acquire);  // O1
            if (stamp == head + 1) {
                if (claim(head_, head)) {  // O3
                    std::optional<detail::held<T>> out(s.value.take());
                    s.stamp.store(head + one_lap_, detail::order::release);  // O2
                    if constexpr (detail::held_in_place<T>) {
                        return out;
                    } else {
                        return detail::let_go<T>(*out);
                    }
                }
                wait.spin();
                continue;
            }
            if (stamp == head && tail_.load(detail::order::seq_cst) == head) return std::nullopt;  // O3
            wait.snooze();
            head = head_.load(detail::order::relaxed);
        }
    }

    /// The number of elements at one moment during the call.
    [[nodiscard]] std::size_t size() const noexcept
    {
        while (true) {
            // order: covered by the second look, except in executions that do not follow the order of seq_cst, which
            // the checker leaves out: this look must not come after the one at head_
            const std::size_t tail = tail_.load(detail::order::seq_cst);
            const std::size_t head = head_.load(detail::order::seq_cst);
            // order: covered by the first look, which is as recent as any other thread's
            if (tail_.load(detail::order::seq_cst) != tail) continue;  // both were true at once
            const std::size_t from = head & (one_lap_ - 1);
            const std::size_t to = tail & (one_lap_ - 1);
            if (from < to) return to - from;
            if (from > to) return capacity_ - from + to;
            return tail == head ? 0 : capacity_;
        }
    }

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] bool full() const noexcept { return size() == capacity_; }

private:
    struct slot {
        detail::atomic<std::size_t> stamp{0};
        detail::storage_cell<detail::held<T>> value;
    };

    static std::size_t checked(std::size_t capacity)
    {
        if (capacity == 0) detail::throw_invalid_argument("weft::array_queue: the capacity must be at least 1");
        if (capacity > static_cast<std::size_t>(-1) / 4) {
            detail::throw_invalid_argument("weft::array_queue: the capacity is too large");
        }
        return capacity;
    }

    /// The least power of two above the capacity: the slot index is in the bits below it, the lap in those from it on.
    static std::size_t lap_of(std::size_t capacity) noexcept
    {
        std::size_t lap = 1;
        while (lap <= capacity) lap *= 2;
        return lap;
    }

    slot& slot_at(std::size_t index) noexcept { return slots_[index & (one_lap_ - 1)]; }

    [[nodiscard]] std::size_t next_of(std::size_t index) const noexcept
    {
        const std::size_t slot_index = index & (one_lap_ - 1);
        return slot_index + 1 < capacity_ ? index + 1 : index - slot_index + one_lap_;
    }

    /// Moves an index from `at` to the next one. If another thread has moved it, `at` is where it is now.
    bool claim(detail::atomic<std::size_t>& index, std::size_t& at) noexcept
    {
        return index.compare_exchange_weak(at, next_of(at), detail::order::seq_cst, detail::order::relaxed);
    }

    void fill(slot& s, std::size_t tail, detail::held<T>& value) noexcept
    {
        s.value.construct(std::move(value));
        s.stamp.store(tail + 1, detail::order::release);  // O1
    }

    /// False if the queue is full; then `value` is not moved from.
    bool put(detail::held<T>& value) noexcept
    {
        backoff wait;
        std::size_t tail = tail_.load(detail::order::relaxed);
        while (true) {
            slot& s = slot_at(tail);
            const std::size_t stamp = s.stamp.load(detail::order::acquire);  // O2
            if (stamp == tail) {
                if (claim(tail_, tail)) {  // O3
                    fill(s, tail, value);
                    return true;
                }
                wait.spin();
                continue;
            }
            if (stamp + one_lap_ == tail + 1 && head_.load(detail::order::seq_cst) + one_lap_ == tail) {  // O3
                return false;
            }
            wait.snooze();
            tail = tail_.load(detail::order::relaxed);
        }
    }

    alignas(cache_line_size) detail::atomic<std::size_t> head_{0};
    alignas(cache_line_size) detail::atomic<std::size_t> tail_{0};
    alignas(cache_line_size) const std::size_t capacity_;
    const std::size_t one_lap_;
    slot* const slots_;
};

}  // namespace weft
