// weft/async/async_channel.hpp - the ends of channels in coroutines: async_send, async_recv, async_changed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/channel_wait.hpp>
#include <weft/channel/broadcast.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/detail/handle_arm.hpp>
#include <weft/channel/detail/recv_arm.hpp>
#include <weft/channel/detail/send_arm.hpp>
#include <weft/channel/watch.hpp>
#include <weft/seam/construct.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::channels {

/// A wait with one arm. Made only if there is something to wait for: to make it costs as much as a message.
template <class Arm>
class lone_wait : public channel_wait {
public:
    template <class... Args>
    explicit lone_wait(const Args&... args) noexcept : arm_(args...)
    {
    }

    /// After a look in vain; without one, too: who gets in line looks.
    bool begin(strand& s, std::coroutine_handle<> caller) noexcept
    {
        return wait_in_line({detail::address_of(only_), 1}, s, caller, no_deadline);
    }
    Arm& end()
    {
        static_cast<void>(outcome());
        return arm_;
    }
    using channel_wait::has_started;

    [[nodiscard]] Arm& its_arm() noexcept { return arm_; }

private:
    Arm arm_;
    arm* only_ = detail::address_of(arm_);
};

/// `co_await rx.async_recv()`.
template <class T>
class [[nodiscard]] awaited_recv : public strand_awaiter {
    using waiting = lone_wait<recv_arm<T>>;

public:
    explicit awaited_recv(const receiver<T>& from) noexcept
        : from_(detail::address_of(from)), result_(result_access::nothing<T>())
    {
    }
    awaited_recv(const awaited_recv&) = delete;
    awaited_recv& operator=(const awaited_recv&) = delete;
    ~awaited_recv()
    {
        if (waits_) detail::destruct(detail::address_of(wait_));
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller)
    {
        strand& s = caller.promise().here();
        const auto look = [&](auto& channel) {
            if constexpr (buffered<decltype(channel)>) {
                return channels::recv_now(channel, channel_access::view_of(*from_), false, land_.into(result_));
            } else {
                return channel_status::blocked;
            }
        };
        came_ = channel_access::with_channel(*from_, look);
        if (came_ != channel_status::blocked) [[likely]]
            return channel_wait::at_once(s, caller);
        detail::construct(detail::address_of(wait_), *from_);
        waits_ = true;
        return wait_.begin(s, caller);
    }
    recv_result<T> await_resume()
    {
        if (came_ != channel_status::blocked) [[likely]] {
            land_.end(result_, came_);
            return std::move(result_);
        }
        recv_arm<T>& arm = wait_.end();
        arm.finish();
        return std::move(arm.result());
    }

private:
    const receiver<T>* from_;
    channel_status came_ = channel_status::blocked;
    bool waits_ = false;
    recv_result<T> result_;
    [[no_unique_address]] landing<T> land_;
    union {
        waiting wait_;
    };
};

/// `co_await tx.async_send(m)`. U: T if the message is moved from, const T& if it is copied.
template <class T, class U>
class [[nodiscard]] awaited_send : public strand_awaiter {
    using element = typename kinds<T>::element;
    using waiting = lone_wait<send_arm<T>>;
    static constexpr bool moves = std::is_same_v<T, U>;
    static constexpr bool as_it_is = moves && held_in_place<T>;  // where the caller has it
    static constexpr bool comes_back = moves && !as_it_is;       // if it could not be sent

public:
    awaited_send(const sender<T>& to, std::remove_reference_t<U>& message) noexcept
        : to_(detail::address_of(to)), message_(detail::address_of(message))
    {
    }
    awaited_send(const awaited_send&) = delete;
    awaited_send& operator=(const awaited_send&) = delete;
    ~awaited_send()
    {
        if (waits_) detail::destruct(detail::address_of(wait_));
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller)
    {
        strand& s = caller.promise().here();
        if constexpr (in_hand<T, U>) {
            const auto look = [&](auto& channel) {
                if constexpr (buffered<decltype(channel)>) {
                    return channels::send_now(channel, false, static_cast<U&&>(*message_));
                } else {
                    return channel_status::blocked;
                }
            };
            came_ = channel_access::with_channel(*to_, look);
            if (came_ != channel_status::blocked) [[likely]]
                return channel_wait::at_once(s, caller);
        }
        element* offered = nullptr;
        if constexpr (as_it_is) {
            offered = message_;
        } else {
            offered = detail::address_of(own_.emplace(detail::make_held<T>(static_cast<U&&>(*message_))));
        }
        detail::construct(detail::address_of(wait_), *to_, offered);
        waits_ = true;
        return wait_.begin(s, caller);
    }
    send_result await_resume()
    {
        if (came_ != channel_status::blocked) [[likely]]
            return result_access::sent(came_);
        if constexpr (comes_back) {
            if (!wait_.has_started() || !wait_.its_arm().result()) detail::give_back(*message_, *own_);
        }
        return wait_.end().result();
    }

private:
    struct nothing {};
    const sender<T>* to_;
    std::remove_reference_t<U>* message_;
    channel_status came_ = channel_status::blocked;
    bool waits_ = false;
    [[no_unique_address]] std::conditional_t<as_it_is, nothing, std::optional<element>> own_;
    union {
        waiting wait_;
    };
};

/// Waits for what a handle of handle_arm.hpp sees.
template <class Handle>
class [[nodiscard]] awaited_look : public strand_awaiter {
public:
    explicit awaited_look(const Handle& from) noexcept : wait_(from) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller)
    {
        return wait_.begin(caller.promise().here(), caller);
    }
    typename outcome_of<Handle>::type await_resume() { return std::move(wait_.end().result()); }

private:
    lone_wait<handle_arm<Handle>> wait_;
};

}  // namespace detail::channels

template <class T>
detail::channels::awaited_recv<T> receiver<T>::async_recv() const
{
    return detail::channels::awaited_recv<T>(*this);
}

template <class T>
detail::channels::awaited_send<T, T> sender<T>::async_send(T&& message) const
{
    return detail::channels::awaited_send<T, T>(*this, message);
}

template <class T>
template <std::copy_constructible U>
detail::channels::awaited_send<T, const T&> sender<T>::async_send(const std::type_identity_t<U>& message) const
{
    return detail::channels::awaited_send<T, const T&>(*this, message);
}

template <class T>
detail::channels::awaited_look<broadcast_receiver<T>> broadcast_receiver<T>::async_recv() const
{
    return detail::channels::awaited_look<broadcast_receiver<T>>(*this);
}

template <class T>
detail::channels::awaited_look<watch_receiver<T>> watch_receiver<T>::async_changed() const
{
    return detail::channels::awaited_look<watch_receiver<T>>(*this);
}

}  // namespace weft
