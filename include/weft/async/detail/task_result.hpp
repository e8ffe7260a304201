// weft/async/detail/task_result.hpp - what a task has given: a value, or an exception.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/construct.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace weft::detail {

class task_error {
public:
    /// What left the task; null if it has returned.
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }
    [[nodiscard]] std::exception_ptr take_error() noexcept { return std::exchange(error_, nullptr); }

protected:
    void rethrow()
    {
        if (error_ != nullptr) [[unlikely]]
            std::rethrow_exception(take_error());
    }

    std::exception_ptr error_;
};

template <class T>
class task_result : public task_error {
    static constexpr bool is_reference = std::is_reference_v<T>;
    using stored = std::conditional_t<is_reference, std::remove_reference_t<T>*, std::remove_const_t<T>>;

    static_assert(alignof(stored) <= 16, "weft: the value of a task may be aligned to 16 bytes at most");

public:
    task_result() noexcept {}
    task_result(const task_result&) = delete;
    task_result& operator=(const task_result&) = delete;
    ~task_result() { empty(); }

    template <class U>
    void put(U&& value)
    {
        if constexpr (is_reference) {
            T kept = static_cast<U&&>(value);
            detail::construct(detail::address_of(value_), detail::address_of(kept));
        } else {
            detail::construct(detail::address_of(value_), static_cast<U&&>(value));
        }
        full_ = true;
    }

    /// Keeps the current exception; in place of the value, if it came later: from the destructor of a local.
    void fail() noexcept
    {
        empty();
        error_ = std::current_exception();
    }

    /// Takes over what another one has; the exception of the move if that throws.
    void adopt(task_result& from) noexcept
    {
        error_ = from.take_error();
        if (!from.full_) return;
        try {
            detail::construct(detail::address_of(value_), std::move(from.value_));
            full_ = true;
        } catch (...) {
            error_ = std::current_exception();
        }
    }

    [[nodiscard]] bool has_value() const noexcept { return full_; }

    /// Once: gives the value, or throws the exception.
    [[nodiscard]] T take()
    {
        rethrow();
        if constexpr (is_reference) {
            return static_cast<T>(*value_);
        } else {
            return std::move(value_);
        }
    }

private:
    void empty() noexcept
    {
        if (std::exchange(full_, false)) detail::destruct(detail::address_of(value_));
    }

    union {
        stored value_;
    };
    bool full_ = false;
};

template <>
class task_result<void> : public task_error {
public:
    void fail() noexcept { error_ = std::current_exception(); }
    void adopt(task_result& from) noexcept { error_ = from.take_error(); }
    [[nodiscard]] bool has_value() const noexcept { return error_ == nullptr; }
    void take() { rethrow(); }
};

}  // namespace weft::detail
