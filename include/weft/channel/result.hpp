// weft/channel/result.hpp - what sending and receiving return.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/cell.hpp>
#include <weft/seam/construct.hpp>

#include <cassert>
#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::channels {

/// How an operation on a channel ended.
enum class channel_status : std::uint8_t { done, blocked, closed, timed_out };

struct result_access;

}  // namespace detail::channels

/// Whether a message was sent and, if not, why not. True if it was. A message that was not sent has not been moved
/// from.
class [[nodiscard]] send_result {
public:
    /// Nothing has been sent.
    send_result() noexcept : status_(detail::channels::channel_status::blocked) {}

    /// True if the message was sent.
    explicit operator bool() const noexcept { return status_ == detail::channels::channel_status::done; }

    /// No receiver is left: nothing can be sent on this channel any more.
    [[nodiscard]] bool closed() const noexcept { return status_ == detail::channels::channel_status::closed; }

    /// There was no room (try_send): the buffer was full, or no receiver was waiting at the rendezvous.
    [[nodiscard]] bool full() const noexcept { return status_ == detail::channels::channel_status::blocked; }

    /// The time was up (send_for, send_until).
    [[nodiscard]] bool timed_out() const noexcept { return status_ == detail::channels::channel_status::timed_out; }

private:
    friend struct detail::channels::result_access;
    explicit send_result(detail::channels::channel_status status) noexcept : status_(status) {}
    detail::channels::channel_status status_;
};

/// How sending by force ended, and what had to make room for it.
template <class T>
struct [[nodiscard]] force_result : send_result {
    force_result() noexcept = default;
    force_result& operator=(send_result how) noexcept
    {
        static_cast<send_result&>(*this) = how;
        return *this;
    }

    std::optional<T> displaced;  ///< the oldest message, if the channel was full
};

/// A received message or, if there is none, why not. Used like std::optional: true if there is a message, to which `*`
/// and `->` give access.
template <class T>
class [[nodiscard]] recv_result {
public:
    using value_type = T;

    /// Nothing has been received: empty().
    recv_result() noexcept : status_(detail::channels::channel_status::blocked) {}
    recv_result(recv_result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : status_(other.status_)
    {
        if (has_value()) room_.construct(std::move(other.room_.write()));
    }
    recv_result(const recv_result& other)
        requires std::copy_constructible<T>
        : status_(other.status_)
    {
        if (has_value()) room_.construct(other.room_.read());
    }
    recv_result& operator=(recv_result&& other) noexcept(std::is_nothrow_move_constructible_v<T>)
    {
        if (this != detail::address_of(other)) {
            reset();
            if (other.has_value()) room_.construct(std::move(other.room_.write()));
            status_ = other.status_;
        }
        return *this;
    }
    recv_result& operator=(const recv_result& other)
        requires std::copy_constructible<T>
    {
        if (this != detail::address_of(other)) {
            reset();
            if (other.has_value()) room_.construct(other.room_.read());
            status_ = other.status_;
        }
        return *this;
    }
    ~recv_result() { reset(); }

    [[nodiscard]] bool has_value() const noexcept { return status_ == detail::channels::channel_status::done; }
    explicit operator bool() const noexcept { return has_value(); }

    /// The message. Requires: there is one.
    [[nodiscard]] T& operator*() & noexcept { return get(); }
    [[nodiscard]] const T& operator*() const& noexcept { return get(); }
    [[nodiscard]] T&& operator*() && noexcept { return std::move(get()); }
    [[nodiscard]] T* operator->() noexcept { return detail::address_of(get()); }
    [[nodiscard]] const T* operator->() const noexcept { return detail::address_of(get()); }

    /// The message. Throws: std::bad_optional_access if there is none.
    [[nodiscard]] T& value() & { return present().get(); }
    [[nodiscard]] const T& value() const& { return present().get(); }
    [[nodiscard]] T&& value() && { return std::move(present().get()); }

    /// The message, or `otherwise` if there is none.
    template <class U>
    [[nodiscard]] T value_or(U&& otherwise) &&
    {
        return has_value() ? std::move(get()) : static_cast<T>(std::forward<U>(otherwise));
    }
    template <class U>
    [[nodiscard]] T value_or(U&& otherwise) const&
    {
        return has_value() ? get() : static_cast<T>(std::forward<U>(otherwise));
    }

    /// The message in a std::optional, which is empty if there is none.
    [[nodiscard]] operator std::optional<T>() &&
    {
        return has_value() ? std::optional<T>(std::move(get())) : std::nullopt;
    }
    [[nodiscard]] operator std::optional<T>() const&
        requires std::copy_constructible<T>
    {
        return has_value() ? std::optional<T>(get()) : std::nullopt;
    }

    /// No sender is left and every message has been received: nothing will come any more.
    [[nodiscard]] bool closed() const noexcept { return status_ == detail::channels::channel_status::closed; }

    /// There was no message (try_recv).
    [[nodiscard]] bool empty() const noexcept { return status_ == detail::channels::channel_status::blocked; }

    /// The time was up (recv_for, recv_until).
    [[nodiscard]] bool timed_out() const noexcept { return status_ == detail::channels::channel_status::timed_out; }

    /// True if there is a message and it equals `value`.
    friend bool operator==(const recv_result& result, const T& value)
        requires requires(const T& a, const T& b) { static_cast<bool>(a == b); }
    {
        return result.has_value() && result.get() == value;
    }

private:
    friend struct detail::channels::result_access;
    recv_result& present()
    {
        if (!has_value()) throw std::bad_optional_access();
        return *this;
    }
    const recv_result& present() const
    {
        if (!has_value()) throw std::bad_optional_access();
        return *this;
    }

    T& get() noexcept
    {
        check();
        return room_.write();
    }
    const T& get() const noexcept
    {
        check();
        return room_.read();
    }
    /// Requires a message, and tells the compiler so, which otherwise warns of values that were never made.
    void check() const noexcept
    {
        assert(has_value() && "weft: there is no message");
#if defined(__GNUC__)
        if (!has_value()) __builtin_unreachable();
#endif
    }
    void reset() noexcept
    {
        if (has_value()) room_.destroy();
        status_ = detail::channels::channel_status::blocked;
    }

    detail::storage_cell<T> room_;
    detail::channels::channel_status status_;
};

namespace detail::channels {

/// How the channels make results.
struct result_access {
    static send_result sent(channel_status status) noexcept { return send_result(status); }

    template <class T>
    static recv_result<T> nothing() noexcept
    {
        return recv_result<T>();
    }

    template <class T>
    static void set(recv_result<T>& result, channel_status why) noexcept
    {
        result.status_ = why;
    }

    template <class T>
    static void reset(recv_result<T>& result) noexcept
    {
        result.reset();
    }

    /// The room for the message: construct it there, then set `done`.
    template <class T>
    static storage_cell<T>& room(recv_result<T>& result) noexcept
    {
        return result.room_;
    }
};

}  // namespace detail::channels
}  // namespace weft
