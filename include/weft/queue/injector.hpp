// weft/queue/injector.hpp - the queue through which work enters from outside.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/base/backoff.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/queue/deque.hpp>
#include <weft/queue/steal_result.hpp>

#include <cstddef>
#include <utility>

namespace weft {

/// An unbounded FIFO queue that any thread pushes to and any thread steals from.
///
/// Thread safety: all members, any thread.
/// Order:         what the pusher did before push happens before the return of the steal that takes the element.
/// Cost:          a short spinning section for push and steal; empty() and size() are one load.
template <class T>
class injector {
public:
    using value_type = T;

    injector() = default;
    injector(const injector&) = delete;
    injector& operator=(const injector&) = delete;

    /// Adds an element. Throws std::bad_alloc, and what the move of T throws; the queue is unchanged then.
    void push(const T& value) { push(T(value)); }
    void push(T&& value)
    {
        const guard hold(busy_);
        items_.push(std::move(value));
        size_.store(items_.size(), detail::order::release);
    }

    /// Takes the oldest element.
    steal_result<T> steal()
    {
        if (empty()) return steal_result<T>::nothing();
        const guard hold(busy_);
        steal_result<T> taken = items_.steal();
        size_.store(items_.size(), detail::order::release);
        return taken;
    }

    /// Moves up to half of the elements, at most 32, to `target`, which must belong to the calling thread. Returns how
    /// many. Throws std::bad_alloc before anything is taken.
    template <class Order>
    steal_result<std::size_t> steal_batch(deque<T, Order>& target)
    {
        if (empty()) return steal_result<std::size_t>::nothing();
        const guard hold(busy_);
        auto taken = items_.stealer().steal_batch(target);
        size_.store(items_.size(), detail::order::release);
        return taken;
    }

    /// As steal_batch, but gives the oldest of the elements back instead of moving it.
    template <class Order>
    steal_result<T> steal_batch_and_pop(deque<T, Order>& target)
    {
        if (empty()) return steal_result<T>::nothing();
        const guard hold(busy_);
        auto taken = items_.stealer().steal_batch_and_pop(target);
        size_.store(items_.size(), detail::order::release);
        return taken;
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_.load(detail::order::acquire); }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

private:
    struct guard {
        explicit guard(detail::atomic<bool>& b) noexcept : busy(b)
        {
            backoff wait;
            while (busy.exchange(true, detail::order::acquire)) {
                while (busy.load(detail::order::relaxed)) wait.snooze();
            }
        }
        ~guard() { busy.store(false, detail::order::release); }
        detail::atomic<bool>& busy;
    };

    alignas(cache_line_size) detail::atomic<std::size_t> size_{0};
    detail::atomic<bool> busy_{false};
    deque<T, fifo> items_;
};

}  // namespace weft
