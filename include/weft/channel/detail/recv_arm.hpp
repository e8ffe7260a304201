// weft/channel/detail/recv_arm.hpp - an arm of select that receives from a channel.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/channel/channel.hpp>
#include <weft/channel/detail/arm.hpp>
#include <weft/channel/detail/dispatch.hpp>
#include <weft/seam/construct.hpp>

#include <utility>

namespace weft::detail::channels {

/// Receives from any channel.
template <class T>
class recv_arm : public arm {
    using status = channel_status;

public:
    explicit recv_arm(const receiver<T>& from) noexcept
        : from_(detail::address_of(from)), result_(result_access::nothing<T>())
    {
        place = detail::address_of(land_.room(result_));
    }
    ~recv_arm() override
    {
        if (came_ == status::done) [[unlikely]]
            drop();
    }

    bool start(bool thorough) final
    {
        const status s = with_channel([&](auto& channel) {
            if constexpr (buffered<decltype(channel)>) {
                return channels::recv_now(channel, channel_access::view_of(*from_), thorough, land_.into(result_));
            } else if constexpr (tells_time<decltype(channel)>) {
                return channel.recv_now(land_.room(result_), time);
            } else {
                return channel.recv_now(land_.room(result_));
            }
        });
        if (s == status::blocked) return false;
        came_ = s;
        return true;
    }

    bool is_ready() noexcept final
    {
        return with_channel([&](auto& channel) {
            if constexpr (meets<decltype(channel)>) {
                return channel.is_ready(false, token);
            } else if constexpr (tells_time<decltype(channel)>) {
                return channel.ready_to_recv(time);
            } else {
                return channel.ready_to_recv();
            }
        });
    }

    registration register_waiter() noexcept final
    {
        return with_channel([&](auto& channel) {
            if constexpr (meets<decltype(channel)>) {
                waiter* other = nullptr;
                const registration how = channel.register_waiter(false, other, *this);
                if (how == registration::engaged) {
                    channel.take(*other, land_.room(result_));
                    came_ = status::done;
                }
                return how;
            } else {
                if constexpr (buffered<decltype(channel)>) channel.recv_line().register_waiter(*this);
                return recv_arm::is_ready() ? registration::ready : registration::queued;
            }
        });
    }

    void unregister() noexcept final
    {
        with_channel([&](auto& channel) {
            if constexpr (buffered<decltype(channel)>) channel.recv_line().unregister(*this);
            if constexpr (meets<decltype(channel)>) channel.unregister(false, *this);
        });
    }

    void accept(verdict) noexcept final { came_ = status::done; }

    void cancel() noexcept final
    {
        if (came_ == status::done) drop();
        came_ = status::blocked;
        result_access::reset(result_);
    }

    [[nodiscard]] clock::time_point due() const noexcept final
    {
        return with_channel([](auto& channel) {
            if constexpr (tells_time<decltype(channel)>) {
                return channel.due();
            } else {
                return no_deadline;
            }
        });
    }
    [[nodiscard]] bool hand_to_hand() const noexcept final
    {
        return with_channel([](auto& channel) { return meets<decltype(channel)>; });
    }

    /// After start or accept: opens the message. Throws what moving it throws; it is lost then.
    bool finish()
    {
        land_.end(result_, std::exchange(came_, status::blocked));
        return true;
    }

    [[nodiscard]] recv_result<T>& result() noexcept { return result_; }

private:
    template <class F>
    auto with_channel(F f) const
    {
        return channel_access::with_channel(*from_, f);
    }

    /// Out of line: GCC warns of a message that was never made, since it does not see that there is one.
    [[gnu::noinline]] void drop() noexcept { land_.drop(result_); }

    const receiver<T>* from_;
    status came_ = status::blocked;  // what start has brought; the message lies where it landed
    recv_result<T> result_;
    [[no_unique_address]] landing<T> land_;
};

}  // namespace weft::detail::channels
