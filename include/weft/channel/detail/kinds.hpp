// weft/channel/detail/kinds.hpp - the classes behind a channel of messages T, and how messages come out of them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/held.hpp>
#include <weft/channel/detail/array_channel.hpp>
#include <weft/channel/detail/list_channel.hpp>
#include <weft/channel/detail/rendezvous.hpp>
#include <weft/channel/result.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace weft::detail::channels {

/// T must be complete: handles may be declared where it is not.
template <class T>
struct kinds {
    using element = held<T>;
    using array = array_channel<element>;
    using list = list_channel<element>;
    using meeting = rendezvous<element>;
};

/// Whether an argument U&& of a channel of T is a message that can be put into a slot as it is.
template <class T, class U>
inline constexpr bool in_hand =
    held_in_place<T> &&
    (std::same_as<U, T> || (std::is_trivially_copyable_v<T> && std::same_as<std::remove_cvref_t<U>, T> &&
                            std::is_nothrow_constructible_v<T, U&&>));

/// Whether making a message takes something from the argument: then it must wait until there is room.
template <class T, class U>
inline constexpr bool is_spent =
    !std::is_lvalue_reference_v<U> && !std::is_trivially_copyable_v<std::remove_cvref_t<U>>;

/// The U of an argument U&& to which something of type V is passed.
template <class V>
using argument = std::conditional_t<std::is_lvalue_reference_v<V>, V, std::remove_reference_t<V>>;

/// Makes the message for which a place has been promised, and sends it.
template <class T, class Channel, class Make>
channel_status keep_promise(Channel& channel, Make&& make)
{
    const auto message = [&] {
        try {
            return std::forward<Make>(make)();
        } catch (...) {
            channel.withdraw();
            throw;
        }
    };
    held<T> made = message();
    return channel.redeem(made) ? channel_status::done : channel_status::closed;
}

/// Where the message of a result arrives: in place, or in its box, which is opened when nobody waits for the slot.
template <class T, bool = held_in_place<T>>
class landing {
public:
    [[nodiscard]] storage_cell<T>& room(recv_result<T>& result) noexcept { return result_access::room(result); }

    /// What a channel may call with a message.
    [[nodiscard]] auto into(recv_result<T>& result) noexcept
    {
        return [&result](T&& message) { result_access::room(result).construct(std::move(message)); };
    }

    /// When a message has arrived, or it is known that none will.
    void end(recv_result<T>& result, channel_status why) noexcept { result_access::set(result, why); }

    /// Instead of end, after a message has arrived: destroys it.
    void drop(recv_result<T>& result) noexcept { room(result).destroy(); }
};

template <class T>
class landing<T, false> {
public:
    [[nodiscard]] storage_cell<held<T>>& room(recv_result<T>&) noexcept { return box_; }

    [[nodiscard]] auto into(recv_result<T>&) noexcept
    {
        return [this](held<T>&& message) { box_.construct(std::move(message)); };
    }

    void end(recv_result<T>& result, channel_status why)
    {
        if (why == channel_status::done) {
            struct finally {
                storage_cell<held<T>>& box;
                ~finally() { box.destroy(); }
            } const last{box_};
            result_access::room(result).construct(detail::let_go<T>(box_.write()));
        }
        result_access::set(result, why);
    }

    void drop(recv_result<T>&) noexcept { box_.destroy(); }

private:
    storage_cell<held<T>> box_;
};

/// Messages that have left their slots together and have yet to be stored.
template <class T>
class batch {
    using element = held<T>;

public:
    /// About 2 KiB of them.
    static constexpr std::size_t room = std::clamp<std::size_t>(2048 / sizeof(element), 1, 256);

    batch() noexcept {}
    ~batch()
    {
        if constexpr (!std::is_trivially_destructible_v<element>) {
            while (begin_ != end_) detail::destruct(at(begin_++));
        }
    }
    batch(const batch&) = delete;
    batch& operator=(const batch&) = delete;

    /// What a channel may call with a message and its index; tell filled() afterwards how many there are.
    [[nodiscard]] auto filler() noexcept
    {
        return [to = reinterpret_cast<element*>(memory_)](auto& message, std::size_t i) {
            detail::construct(to + i, std::move(message.write()));
        };
    }
    [[nodiscard]] element* begin() noexcept { return reinterpret_cast<element*>(memory_); }
    void filled(std::size_t n) noexcept { end_ = n; }

    [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
    [[nodiscard]] element* data() noexcept { return at(begin_); }

    /// Hands the first one to `f(T&&)` and destroys it, even if that throws.
    template <class F>
    void take_first(F& f)
    {
        struct finally {
            batch& self;
            ~finally() { detail::destruct(self.at(self.begin_++)); }
        } const last{*this};
        f(detail::let_go<T>(*at(begin_)));
    }

private:
    element* at(std::size_t i) noexcept { return std::launder(reinterpret_cast<element*>(memory_) + i); }

    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    alignas(element) unsigned char memory_[room * sizeof(element)];
};

}  // namespace weft::detail::channels
