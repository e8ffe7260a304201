// tests/queue/common.hpp - one interface for all queues.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace test {

/// Whether a queue has a capacity, and so can be full.
template <class Queue>
constexpr bool bounded = std::is_constructible_v<Queue, std::size_t>;

/// Without a capacity if it takes none.
template <class Queue>
std::unique_ptr<Queue> make(std::size_t capacity)
{
    if constexpr (bounded<Queue>) {
        return std::make_unique<Queue>(capacity);
    } else {
        return std::make_unique<Queue>();
    }
}

/// Whether there was room.
template <class Queue, class T>
bool push(Queue& q, T value)
{
    if constexpr (bounded<Queue>) {
        return q.try_push(std::move(value));
    } else {
        q.push(std::move(value));
        return true;
    }
}

}  // namespace test
