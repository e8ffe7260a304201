// weft/queue/seg_queue.hpp - an unbounded queue for any number of producers and consumers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/queue/detail/block_queue.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <utility>

namespace weft {

/// An unbounded first-in-first-out queue for any number of producers and consumers. It allocates blocks of 31 to 127
/// elements, about 2 KiB, and reuses them.
///
/// Requires:      T can be moved.
/// Thread safety: all members, any threads.
/// Order:         what a producer did before a push happens before the return of the pop that takes the element.
///                "Empty" is true at one moment during the call.
/// Cost:          one locked operation a push, one a pop.
/// Example:       examples/queue/seg_queue.cpp
/// Source:        the block list is crossbeam's; blocks are given back without a locked operation per element.
template <class T>
class seg_queue {
public:
    using value_type = T;

    /// An empty queue. Throws std::bad_alloc.
    seg_queue() = default;

    /// Adds an element at the end. Throws std::bad_alloc, and what copying or moving a T throws; then the queue's
    /// content is unchanged. Always true.
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

    /// Takes the oldest element; empty if there is none. If moving it out throws, it is lost.
    std::optional<T> try_pop()
    {
        typename detail::block_queue<T>::outcome why{};
        return queue_.pop(false, why);
    }

    /// The number of elements at one moment during the call.
    [[nodiscard]] std::size_t size() const noexcept { return queue_.size(); }
    [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }

private:
    detail::block_queue<T> queue_;
};

}  // namespace weft
