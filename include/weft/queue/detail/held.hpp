// weft/queue/detail/held.hpp - a value in a slot that another thread has been promised.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/cell.hpp>
#include <weft/base/memory.hpp>

#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace weft::detail {

template <class T>
struct disposer {
    void operator()(T* p) const noexcept { dispose(p); }
};

/// What a queue's slot holds for a T. Once a thread has claimed a slot it must fill it. A T whose move may throw is
/// constructed in an allocation made before the claim; if that throws, the slot is filled with nothing, and consumers
/// pass over it.
template <class T>
inline constexpr bool held_in_place = std::is_nothrow_move_constructible_v<T>;

template <class T>
using held = std::conditional_t<held_in_place<T>, T, std::unique_ptr<T, disposer<T>>>;

/// Room for a value that is about to be pushed: make it before the claim (throws std::bad_alloc), use it after.
template <class T>
class room_for {
public:
    room_for()
    {
        if constexpr (!held_in_place<T>) memory_ = allocate(sizeof(T), alignof(T));
    }
    ~room_for()
    {
        if (memory_ != nullptr) deallocate(memory_, sizeof(T), alignof(T));
    }
    room_for(const room_for&) = delete;
    room_for& operator=(const room_for&) = delete;

    /// Constructs in `cell` a held<T> of `value`, moved. If that throws, the cell holds nothing.
    void fill(storage_cell<held<T>>& cell, T& value) noexcept(held_in_place<T>)
    {
        if constexpr (held_in_place<T>) {
            cell.construct(std::move(value));
        } else {
            try {
                T* const made = ::new (memory_) T(std::move(value));
                memory_ = nullptr;
                cell.construct(made);
            } catch (...) {
                cell.construct(nullptr);
                throw;
            }
        }
    }

private:
    void* memory_ = nullptr;
};

/// Whether a slot was filled with nothing.
template <class T>
[[nodiscard]] bool holds_nothing(const held<T>& h) noexcept
{
    if constexpr (held_in_place<T>) {
        return false;
    } else {
        return h == nullptr;
    }
}

/// The T in a held<T>, to be moved from.
template <class T>
[[nodiscard]] T&& let_go(held<T>& h) noexcept
{
    if constexpr (held_in_place<T>) {
        return std::move(h);
    } else {
        return std::move(*h);
    }
}

}  // namespace weft::detail
