// weft/channel/detail/send_arm.hpp - an arm of select that sends into a channel.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/channel/channel.hpp>
#include <weft/channel/detail/arm.hpp>
#include <weft/channel/detail/dispatch.hpp>
#include <weft/seam/construct.hpp>

#include <utility>

namespace weft::detail::channels {

/// Sends into any channel: a message that is in hand, or one that is made when the arm is finished.
template <class T>
class send_arm : public arm {
    using element = typename kinds<T>::element;
    using status = channel_status;

public:
    /// `message`: the one that is in hand; null if it is late.
    send_arm(const sender<T>& to, element* message) noexcept : to_(detail::address_of(to)) { place = message; }
    ~send_arm() override { cancel(); }

    bool start(bool thorough) final
    {
        status_ = with_channel([&](auto& channel) {
            if constexpr (buffered<decltype(channel)>) {
                return place != nullptr ? channels::send_now(channel, thorough, std::move(message()))
                                        : channel.promise();
            } else {
                return place != nullptr ? channel.try_send(message()) : channel.engage(partner);
            }
        });
        promised_ = place == nullptr && status_ == status::done;
        return status_ != status::blocked;
    }

    bool is_ready() noexcept final
    {
        return with_channel([&](auto& channel) {
            if constexpr (buffered<decltype(channel)>) {
                return channel.ready_to_send();
            } else {
                return channel.is_ready(true, token);
            }
        });
    }

    registration register_waiter() noexcept final
    {
        return with_channel([&](auto& channel) {
            if constexpr (can_be_full<decltype(channel)>) {
                channel.send_line().register_waiter(*this);
                return channel.ready_to_send() ? registration::ready : registration::queued;
            } else if constexpr (buffered<decltype(channel)>) {
                return registration::ready;
            } else {
                waiter* other = nullptr;
                const registration how = channel.register_waiter(true, other, *this);
                if (how == registration::engaged) {
                    channel.give(*other, message());
                    status_ = status::done;
                }
                return how;
            }
        });
    }

    void unregister() noexcept final
    {
        with_channel([&](auto& channel) {
            if constexpr (can_be_full<decltype(channel)>) channel.send_line().unregister(*this);
            if constexpr (meets<decltype(channel)>) channel.unregister(true, *this);
        });
    }

    void accept(verdict why) noexcept final
    {
        status_ = status::done;
        promised_ = why == verdict::meet;
    }

    void cancel() noexcept final
    {
        if (!std::exchange(promised_, false)) return;
        with_channel([&](auto& channel) {
            if constexpr (buffered<decltype(channel)>) {
                channel.withdraw();
            } else {
                channel.disengage(partner);
            }
        });
    }

    [[nodiscard]] bool hand_to_hand() const noexcept final
    {
        return with_channel([](auto& channel) { return meets<decltype(channel)>; });
    }

    /// After start or accept: makes the message by `make() -> element&`, if it is late, and sends it. False: the
    /// partner has gone. If it throws, nothing is sent and the exception leaves. Throws also std::bad_alloc.
    template <class Make>
    bool finish(Make&& make)
    {
        if (!promised_) return true;  // closed, or complete
        element& made = [&]() -> element& {
            try {
                return make();
            } catch (...) {
                cancel();
                throw;
            }
        }();
        promised_ = false;
        return with_channel([&](auto& channel) {
            if constexpr (buffered<decltype(channel)>) {
                if (!channel.redeem(made)) status_ = status::closed;
                return true;
            } else {
                return channel.give_engaged(partner, made);
            }
        });
    }

    [[nodiscard]] send_result result() const noexcept { return result_access::sent(status_); }

private:
    template <class F>
    auto with_channel(F f) const
    {
        return channel_access::with_channel(*to_, f);
    }
    [[nodiscard]] element& message() const noexcept { return *static_cast<element*>(place); }

    const sender<T>* to_;
    bool promised_ = false;
    status status_ = status::blocked;
};

}  // namespace weft::detail::channels
