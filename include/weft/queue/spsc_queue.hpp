// weft/queue/spsc_queue.hpp - a bounded queue from one thread to another.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The ring has one slot more than the capacity: head_ == tail_ is empty, and the slot before head_ stays free.
//
// Roles       producer: the one thread that pushes.  consumer: the one thread that pops.
//
// Fields      head_        written by the consumer   the slot to pop next
//             tail_        written by the producer   the slot to push next
//             seen_head_   producer only             an old value of head_: read again only when the queue seems full
//             seen_tail_   consumer only             an old value of tail_: read again only when it seems empty
//             slots        those from head_ up to tail_ are the consumer's, the others the producer's
//
// Orders      O1  push: tail_ store release -> pop: tail_ load acquire. The element is visible to the consumer.
//             O2  pop: head_ store release -> push: head_ load acquire. The slot is reused after it has been emptied.
//
// Progress    wait-free.
//
// Checked by  tests/model/spsc_queue_model.cpp: payload (O1), reuse (O2).
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/detail/array.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>
#include <weft/seam/construct.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <utility>

namespace weft {

/// A bounded first-in-first-out queue from one producer to one consumer.
///
/// Requires:      T can be moved.
/// Thread safety: one thread pushes, one thread pops, at the same time; size, empty and full by either.
/// Order:         what the producer did before a push happens before the return of the pop that takes the element.
/// Cost:          a plain store and, now and then, a look at the other side's cache line. No locked operation.
/// Example:       examples/queue/spsc_queue.cpp
/// Source:        Lamport's ring (1983) with cached indices, after FastForward and MCRingBuffer (Lee et al., 2010).
template <class T>
class spsc_queue {
public:
    using value_type = T;

    /// Throws std::invalid_argument if `capacity` is 0 or too large to be addressed; std::bad_alloc.
    explicit spsc_queue(std::size_t capacity)
        : begin_(detail::make_array<slot>(checked(capacity) + 1)),
          end_(begin_ + capacity + 1),
          head_(begin_),
          tail_(begin_)
    {
    }

    ~spsc_queue()
    {
        slot* const tail = tail_.load(detail::order::relaxed);
        for (slot* s = head_.load(detail::order::relaxed); s != tail; s = after(s)) s->destroy();
        detail::dispose_array(begin_, slots());
    }
    spsc_queue(const spsc_queue&) = delete;
    spsc_queue& operator=(const spsc_queue&) = delete;

    /// Producer: adds an element at the end. Returns false if the queue is full; then `value` is not moved from. Throws
    /// what moving or copying a T throws; then the queue is unchanged.
    [[nodiscard]] bool try_push(T&& value) { return put(std::move(value)); }
    [[nodiscard]] bool try_push(const T& value) { return put(value); }

    /// Producer: as try_push, of a T that is made from `args` in the queue itself, if there is room.
    template <class... Args>
        requires std::constructible_from<T, Args...>
    [[nodiscard]] bool try_emplace(Args&&... args)
    {
        return put(std::forward<Args>(args)...);
    }

    /// Producer: as try_push, for code that is written for any queue.
    [[nodiscard]] bool push(T&& value) { return try_push(std::move(value)); }
    [[nodiscard]] bool push(const T& value) { return try_push(value); }

    /// Consumer: takes the oldest element; empty if there is none. If moving it out throws, it is lost.
    std::optional<T> try_pop()
    {
        slot* const first = oldest();
        if (first == nullptr) return std::nullopt;
        struct finally {
            detail::atomic<slot*>& head;
            slot* next;
            ~finally() { head.store(next, detail::order::release); }  // O2
        } const end{head_, after(first)};
        return first->take();
    }

    /// Consumer: the oldest element, where it is; null if there is none. It stays there until try_pop.
    [[nodiscard]] T* front() noexcept
    {
        slot* const first = oldest();
        return first != nullptr ? detail::address_of(first->write()) : nullptr;
    }

    /// The number of elements. It is exact as far as the caller's side is concerned, but may be behind about the other
    /// side.
    [[nodiscard]] std::size_t size() const noexcept
    {
        slot* const head = head_.load(detail::order::acquire);  // so the end is not older than this
        const std::ptrdiff_t n = tail_.load(detail::order::relaxed) - head;
        return n >= 0 ? static_cast<std::size_t>(n) : slots() - static_cast<std::size_t>(-n);
    }
    [[nodiscard]] std::size_t capacity() const noexcept { return slots() - 1; }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] bool full() const noexcept { return size() == capacity(); }

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

    [[nodiscard]] std::size_t slots() const noexcept { return static_cast<std::size_t>(end_ - begin_); }

    [[nodiscard]] slot* after(slot* s) const noexcept
    {
        if (s + 1 == end_) [[unlikely]]
            return begin_;
        return s + 1;
    }

    /// Consumer: the slot to pop next; null if it seems empty.
    slot* oldest() noexcept
    {
        slot* const head = head_.load(detail::order::relaxed);
        if (head == seen_tail_) {
            seen_tail_ = tail_.load(detail::order::acquire);  // O1
            if (head == seen_tail_) [[unlikely]]
                return nullptr;
        }
        return head;
    }

    template <class... Args>
    bool put(Args&&... args)
    {
        slot* const tail = tail_.load(detail::order::relaxed);
        slot* const next = after(tail);
        if (next == seen_head_) [[unlikely]] {
            seen_head_ = head_.load(detail::order::acquire);  // O2
            if (next == seen_head_) return false;
        }
        tail->construct(std::forward<Args>(args)...);
        tail_.store(next, detail::order::release);  // O1
        return true;
    }

    // Read by both sides, written by neither.
    slot* const begin_;
    slot* const end_;

    alignas(cache_line_size) detail::atomic<slot*> head_;
    slot* seen_tail_ = begin_;
    alignas(cache_line_size) detail::atomic<slot*> tail_;
    slot* seen_head_ = begin_;
};

}  // namespace weft
