// weft/queue/injector.hpp - the queue through which work enters from outside.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/queue/deque.hpp>
#include <weft/queue/detail/block_queue.hpp>
#include <weft/queue/steal_result.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <utility>

namespace weft {

/// An unbounded first-in-first-out queue that any thread pushes to and any thread steals from.
///
/// Requires:      T can be moved.
/// Thread safety: all members, any threads; the target of a batch belongs to the calling thread.
/// Order:         what the pusher did before push happens before the return of the steal that takes the element.
/// Cost:          one locked operation a push, one a steal.
/// Example:       examples/sync/event_count.cpp
template <class T>
class injector {
public:
    using value_type = T;

    /// An empty queue. Throws std::bad_alloc.
    injector() = default;

    /// Adds an element. Throws std::bad_alloc, and what copying or moving a T throws; then the content is unchanged.
    /// Always true.
    bool push(T&& value)
    {
        queue_.push(value);
        return true;
    }
    bool push(const T& value)
    {
        T copy(value);
        return push(std::move(copy));
    }

    /// As push, of a T that is made from `args`.
    template <class... Args>
        requires std::constructible_from<T, Args...>
    bool emplace(Args&&... args)
    {
        detail::held<T> held = detail::make_held<T>(std::forward<Args>(args)...);
        return queue_.put(held);
    }

    /// As push and emplace, since there is always room; for code that is written for any queue.
    bool try_push(T&& value) { return push(std::move(value)); }
    bool try_push(const T& value) { return push(value); }
    template <class... Args>
        requires std::constructible_from<T, Args...>
    bool try_emplace(Args&&... args)
    {
        return emplace(std::forward<Args>(args)...);
    }

    /// Takes the oldest element. If it loses a race it gives up, with retry().
    steal_result<T> steal()
    {
        outcome why{};
        if (std::optional<T> out = queue_.pop(true, why)) return steal_result<T>::success(*std::move(out));
        return why == outcome::empty ? steal_result<T>::nothing() : steal_result<T>::lost_race();
    }

    /// Moves up to half of the elements, at most 32, to `target`, which must belong to the calling thread. Returns how
    /// many. Throws std::bad_alloc if there is no memory for the first one in `target`; if there is none for a later
    /// one it moves fewer. Throws what moving a T throws; then that element is lost.
    template <class Order>
    steal_result<std::size_t> steal_batch(deque<T, Order>& target)
    {
        std::size_t moved = 0;
        bool lost = false;
        for (std::size_t want = share(size()); moved < want; ++moved) {
            std::optional<place_in<Order>> room;
            try {
                room.emplace(*target.core_);  // before anything is taken
            } catch (...) {
                if (moved == 0) throw;
                break;
            }
            auto next = steal();
            lost = next.retry();
            if (!next) break;
            room->fill(*std::move(next));
        }
        if (moved > 0) return steal_result<std::size_t>::success(std::move(moved));
        return lost ? steal_result<std::size_t>::lost_race() : steal_result<std::size_t>::nothing();
    }

    /// As steal_batch, but returns the oldest of the elements instead of moving it.
    template <class Order>
    steal_result<T> steal_batch_and_pop(deque<T, Order>& target)
    {
        const std::size_t want = share(size());
        steal_result<T> first = steal();
        if (!first) return first;
        for (std::size_t moved = 1; moved < want; ++moved) {
            std::optional<place_in<Order>> room;
            try {
                room.emplace(*target.core_);
            } catch (...) {
                break;  // there is no room: the rest stays here
            }
            auto next = steal();
            if (!next) break;
            room->fill(*std::move(next));
        }
        return first;
    }

    /// The number of elements at one moment during the call.
    [[nodiscard]] std::size_t size() const noexcept { return queue_.size(); }
    [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }

private:
    static constexpr std::size_t max_batch = 32;

    using outcome = typename detail::block_queue<T, max_batch>::outcome;
    template <class Order>
    using place_in = typename detail::deque_core<T, Order>::place;

    static std::size_t share(std::size_t size) noexcept
    {
        return size / 2 + size % 2 < max_batch ? size / 2 + size % 2 : max_batch;
    }

    detail::block_queue<T, max_batch> queue_;
};

}  // namespace weft
