// weft/queue/spsc_queue.hpp - a bounded queue from one thread to one other.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       producer: the one thread that pushes.  consumer: the one thread that pops.
//
// Fields      head_        written by the consumer   the number of elements ever popped
//             tail_        written by the producer   the number ever pushed
//             seen_head_   producer only             an old value of head_: read again only when the queue seems full
//             seen_tail_   consumer only             an old value of tail_: read again only when it seems empty
//             slots_       slot i mod size belongs to the producer if i is in [tail_, head_ + capacity), else to the
//                          consumer
//
// Orders      O1  push: tail_ store release -> pop: tail_ load acquire. The element is visible to the consumer.
//             O2  pop: head_ store release -> push: head_ load acquire. The slot is reused after it has been emptied.
//
// Progress    wait-free.
//
// Checked by  tests/model/spsc_queue_model.cpp: payload (O1), reuse (O2).
#pragma once

#include <weft/base/array.hpp>
#include <weft/base/atomic.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/base/cell.hpp>
#include <weft/base/throw.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace weft {

/// A bounded first-in-first-out queue from one producer to one consumer.
///
/// Requires:      T can be moved.
/// Thread safety: one thread pushes, one thread pops, at the same time; size, empty and full by either.
/// Order:         what the producer did before a push happens before the return of the pop that takes the element.
/// Cost:          a plain store and, once in a while, a look at the other side's cache line. No locked operation.
/// Example:       examples/queue/spsc_queue.cpp
/// Source:        Lamport's ring (1983) with cached indices, after FastForward and MCRingBuffer (Lee et al., 2010).
template <class T>
class spsc_queue {
public:
    using value_type = T;

    /// Throws std::invalid_argument if `capacity` is 0 or too large to be addressed; std::bad_alloc.
    explicit spsc_queue(std::size_t capacity)
        : capacity_(checked(capacity)), mask_(size_for(capacity) - 1), slots_(detail::make_array<slot>(mask_ + 1))
    {
    }

    ~spsc_queue()
    {
        const std::size_t tail = tail_.load(detail::order::relaxed);
        for (std::size_t i = head_.load(detail::order::relaxed); i != tail; ++i) slots_[i & mask_].destroy();
        detail::dispose_array(slots_, mask_ + 1);
    }
    spsc_queue(const spsc_queue&) = delete;
    spsc_queue& operator=(const spsc_queue&) = delete;

    /// Producer: adds an element at the end. Returns false if the queue is full; `value` is then not moved from. Throws
    /// what moving or copying a T throws; the queue is unchanged then.
    [[nodiscard]] bool try_push(T&& value) { return push(std::move(value)); }
    [[nodiscard]] bool try_push(const T& value) { return push(value); }

    /// Consumer: takes the oldest element; empty if there is none. If moving it out throws, it is lost.
    std::optional<T> try_pop()
    {
        const std::size_t head = head_.load(detail::order::relaxed);
        if (head == seen_tail_) {
            seen_tail_ = tail_.load(detail::order::acquire);  // O1
            if (head == seen_tail_) return std::nullopt;
        }
        struct finally {
            detail::atomic<std::size_t>& head;
            std::size_t next;
            ~finally() { head.store(next, detail::order::release); }  // O2
        } const end{head_, head + 1};
        return slots_[head & mask_].take();
    }

    /// Consumer: the oldest element, where it lies; null if there is none. It stays until try_pop.
    [[nodiscard]] T* front() noexcept
    {
        const std::size_t head = head_.load(detail::order::relaxed);
        if (head == seen_tail_) {
            seen_tail_ = tail_.load(detail::order::acquire);  // O1
            if (head == seen_tail_) return nullptr;
        }
        return &slots_[head & mask_].write();
    }

    /// The number of elements: exact for the caller's own side, and old news about the other's.
    [[nodiscard]] std::size_t size() const noexcept
    {
        const std::size_t head = head_.load(detail::order::acquire);  // the end is then not older than this
        const std::size_t n = tail_.load(detail::order::relaxed) - head;
        return n < capacity_ ? n : capacity_;  // head may be older than tail
    }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] bool full() const noexcept { return size() == capacity_; }

private:
    using slot = detail::storage_cell<T>;

    static std::size_t checked(std::size_t capacity)
    {
        if (capacity == 0) detail::throw_invalid_argument("weft::spsc_queue: the capacity must be at least 1");
        if (capacity > static_cast<std::size_t>(-1) / 4) {
            detail::throw_invalid_argument("weft::spsc_queue: the capacity is too large");
        }
        return capacity;
    }

    static std::size_t size_for(std::size_t capacity) noexcept
    {
        std::size_t size = 1;
        while (size < capacity) size *= 2;
        return size;
    }

    template <class U>
    bool push(U&& value)
    {
        const std::size_t tail = tail_.load(detail::order::relaxed);
        if (tail - seen_head_ == capacity_) {
            seen_head_ = head_.load(detail::order::acquire);  // O2
            if (tail - seen_head_ == capacity_) return false;
        }
        slots_[tail & mask_].construct(std::forward<U>(value));
        tail_.store(tail + 1, detail::order::release);  // O1
        return true;
    }

    // Read by both sides, written by neither.
    const std::size_t capacity_;
    const std::size_t mask_;
    slot* const slots_;

    alignas(cache_line_size) detail::atomic<std::size_t> head_{0};
    std::size_t seen_tail_ = 0;
    alignas(cache_line_size) detail::atomic<std::size_t> tail_{0};
    std::size_t seen_head_ = 0;
};

}  // namespace weft
