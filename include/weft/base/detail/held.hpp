// weft/base/detail/held.hpp - a value in a slot that another thread has been promised.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Between the claim of a slot and the store that releases it, other threads wait for the slot. So no code of the user's
// runs there that may throw or take long: what is put into a slot has been made before, and what is taken out is used,
// and destroyed, afterwards. In between it is only moved, if its move cannot throw and leaves an empty shell behind;
// any other value lives in a box of its own, and the slot holds the box.
#pragma once

#include <weft/seam/cell.hpp>
#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>

#include <type_traits>
#include <utility>

namespace weft::detail {

/// Converts to the argument of a copy and to that of a move: for a type that has both constructors this is ambiguous.
template <class T>
struct any_value_of {
    operator const T&() const noexcept;
    operator T&&() const noexcept;
};
struct stranger {};

/// Whether T has no move of its own, so that a move leaves a second T behind. Not known for a T that anything converts
/// to.
template <class T>
inline constexpr bool is_moved_by_copy =
    std::is_class_v<T> && std::is_constructible_v<T, any_value_of<T>> && !std::is_constructible_v<T, stranger>;

/// Whether a T lies in the slot itself. (If moving it may throw, others must not be waiting for it; if the T that is
/// left behind is as good as the other one, its destructor may have work to do.)
template <class T>
inline constexpr bool held_in_place =
    std::is_nothrow_move_constructible_v<T> && (std::is_trivially_destructible_v<T> || !is_moved_by_copy<T>);

/// Owns a value that has an allocation of its own.
template <class T>
class box {
public:
    explicit box(T* value) noexcept : value_(value) {}
    box(box&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
    box& operator=(box&& other) noexcept
    {
        std::swap(value_, other.value_);
        return *this;
    }
    ~box()
    {
        if (value_ != nullptr) detail::dispose(value_);
    }

    [[nodiscard]] T& operator*() const noexcept { return *value_; }

private:
    T* value_;
};

/// Whether moving what a slot holds runs no code of the user's.
template <class E>
inline constexpr bool moves_at_once = std::is_trivially_copyable_v<E>;
template <class T>
inline constexpr bool moves_at_once<box<T>> = true;

/// What a slot holds for a T.
template <class T>
using held = std::conditional_t<held_in_place<T>, T, box<T>>;

/// A held<T> of a T that is made from `args`. Throws what that throws, and std::bad_alloc.
template <class T, class... Args>
[[nodiscard]] held<T> make_held(Args&&... args)
{
    if constexpr (held_in_place<T>) {
        return T(std::forward<Args>(args)...);
    } else {
        return box<T>(detail::make<T>(std::forward<Args>(args)...));
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

/// Returns a value that was moved into a box and that nobody took. Throws what that assignment throws.
template <class T>
void give_back(T& value, box<T>& from)
{
    if constexpr (std::is_move_assignable_v<T>) {
        value = std::move(*from);
    } else {
        // A failure cannot be reported: there is no value to return to.
        [&]() noexcept {
            detail::destruct(detail::address_of(value));
            detail::construct(detail::address_of(value), std::move(*from));
        }();
    }
}

/// Moves the value into a box if it needs one, and lets `put` try to push the held<T>. Gives the value back if `put`
/// returns false or throws.
template <class T, class Put>
bool put_held(T& value, Put put)
{
    if constexpr (held_in_place<T>) {
        return put(value);
    } else {
        held<T> boxed = detail::make_held<T>(std::move(value));
        bool done = false;
        try {
            done = put(boxed);
        } catch (...) {
            detail::give_back(value, boxed);
            throw;
        }
        if (!done) detail::give_back(value, boxed);
        return done;
    }
}

}  // namespace weft::detail
