// weft/seam/cell.hpp - the seam for plain memory that more than one thread touches in turn.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A cell is an ordinary object here. A model build replaces this file by cells that report every unordered access.
#pragma once

#include <weft/seam/construct.hpp>

#include <utility>

namespace weft::detail {

/// A value that several threads touch, one at a time, ordered by atomics beside it.
template <class T>
class cell {
public:
    constexpr cell() = default;
    constexpr explicit cell(T value) : value_(std::move(value)) {}

    /// A read: may run beside other reads.
    [[nodiscard]] constexpr const T& read() const noexcept { return value_; }

    /// A write: nothing else may touch the cell meanwhile.
    [[nodiscard]] constexpr T& write() noexcept { return value_; }

private:
    T value_{};
};

/// Room for a T whose lifetime is managed by hand.
template <class T>
class storage_cell {
public:
    constexpr storage_cell() noexcept {}
    constexpr ~storage_cell() {}
    storage_cell(const storage_cell&) = delete;
    storage_cell& operator=(const storage_cell&) = delete;

    /// Begins the lifetime of the value.
    template <class... Args>
    T& construct(Args&&... args)
    {
        return *detail::construct(detail::address_of(value_), std::forward<Args>(args)...);
    }

    /// The value while it is alive. These count as a read and a write.
    [[nodiscard]] const T& read() const noexcept { return value_; }
    [[nodiscard]] T& write() noexcept { return value_; }

    /// Ends the lifetime of the value.
    void destroy() noexcept { detail::destruct(detail::address_of(value_)); }

    /// Moves the value out and ends its lifetime, even if the move throws.
    [[nodiscard]] T take()
    {
        struct finally {
            storage_cell& self;
            ~finally() { self.destroy(); }
        } end{*this};
        return std::move(value_);
    }

private:
    union {
        T value_;
    };
};

}  // namespace weft::detail
