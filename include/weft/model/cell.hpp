// weft/model/cell.hpp - plain memory under the checker: every unordered access is reported as a data race.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/hooks.hpp>

#include <cstdint>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>

namespace weft::model {

namespace detail {

/// The checker's record of accesses to one plain object.
class watched {
    using where = std::source_location;

public:
    constexpr watched() noexcept
    {
        if (!std::is_constant_evaluated() && execution() != 0) at_ = new_cell(this, false);
    }
    constexpr ~watched()
    {
        if (!std::is_constant_evaluated() && at_.execution != 0 && execution() != 0) end_cell(at_);
    }
    watched(const watched&) = delete;
    watched& operator=(const watched&) = delete;

    void touch(bool writes, const where& w) const noexcept
    {
        const std::uint32_t now = execution();
        if (now == 0) return;
        look_at(this);
        if (at_.execution == 0 || (older_ == yes && at_.execution != now)) {
            at_ = new_cell(this, true);
            older_ = yes;
        }
        touch_cell(at_, writes, w);
    }

private:
    mutable entry at_{};
    mutable std::uint8_t older_ = 0;
};

}  // namespace detail

/// A value that several threads touch, one at a time, ordered by atomics beside it. Two accesses of which at least one
/// writes, and neither of which happens before the other, fail the execution.
///
/// Example: examples/model/message_passing.cpp
template <class T>
class cell {
    using where = std::source_location;

public:
    constexpr cell() = default;
    constexpr explicit cell(T value) : value_(std::move(value)) {}

    /// A read: may run beside other reads.
    [[nodiscard]] const T& read(const where& w = where::current()) const noexcept
    {
        watched_.touch(false, w);
        return value_;
    }

    /// A write: nothing else may touch the cell meanwhile.
    [[nodiscard]] T& write(const where& w = where::current()) noexcept
    {
        watched_.touch(true, w);
        return value_;
    }

private:
    T value_{};
    detail::watched watched_;
};

/// Room for a T whose lifetime is managed by hand; its accesses are watched as a cell's are.
template <class T>
class storage_cell {
    using where = std::source_location;

public:
    constexpr storage_cell() noexcept {}
    constexpr ~storage_cell() {}
    storage_cell(const storage_cell&) = delete;
    storage_cell& operator=(const storage_cell&) = delete;

    /// Begins the lifetime of the value.
    template <class... Args>
    T& construct(Args&&... args)
    {
        watched_.touch(true, where::current());
        return *std::construct_at(std::addressof(value_), std::forward<Args>(args)...);
    }

    [[nodiscard]] const T& read(const where& w = where::current()) const noexcept
    {
        watched_.touch(false, w);
        return value_;
    }
    [[nodiscard]] T& write(const where& w = where::current()) noexcept
    {
        watched_.touch(true, w);
        return value_;
    }

    /// Ends the lifetime of the value.
    void destroy(const where& w = where::current()) noexcept
    {
        watched_.touch(true, w);
        std::destroy_at(std::addressof(value_));
    }

    /// Moves the value out and ends its lifetime, even if the move throws.
    [[nodiscard]] T take(const where& w = where::current())
    {
        watched_.touch(true, w);
        struct finally {
            T* value;
            ~finally() { std::destroy_at(value); }
        } end{std::addressof(value_)};
        return std::move(value_);
    }

private:
    detail::watched watched_;
    union {
        T value_;
    };
};

}  // namespace weft::model
