// weft/queue/steal_result.hpp - the outcome of an attempt to steal.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <optional>
#include <utility>

namespace weft {

/// The outcome of steal(): a value, "there was nothing", or "a race was lost: try again".
///
/// Thread safety: an ordinary value.
template <class T>
class [[nodiscard]] steal_result {
public:
    /// A result that carries `value`.
    static steal_result success(T&& value) { return steal_result(std::optional<T>(std::move(value)), false); }

    /// The queue was empty at some moment during the call.
    static steal_result nothing() noexcept { return steal_result(std::nullopt, false); }

    /// Another thread was faster. The queue may hold more.
    static steal_result lost_race() noexcept { return steal_result(std::nullopt, true); }

    /// True if there is a value.
    explicit operator bool() const noexcept { return value_.has_value(); }

    /// True if the queue was empty.
    [[nodiscard]] bool empty() const noexcept { return !value_ && !retry_; }

    /// True if a race was lost and trying again makes sense.
    [[nodiscard]] bool retry() const noexcept { return retry_; }

    /// The value. Requires: there is one.
    T& operator*() & noexcept { return *value_; }
    const T& operator*() const& noexcept { return *value_; }
    T&& operator*() && noexcept { return *std::move(value_); }
    T* operator->() noexcept { return value_.operator->(); }
    const T* operator->() const noexcept { return value_.operator->(); }

private:
    steal_result(std::optional<T> value, bool retry) : value_(std::move(value)), retry_(retry) {}

    std::optional<T> value_;
    bool retry_;
};

}  // namespace weft
