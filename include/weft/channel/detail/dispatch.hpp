// weft/channel/detail/dispatch.hpp - from a handle to the class of its channel.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// This is the one place that asks for the flavour. What is done with any channel is written once, as a generic function
// that is called with the channel as the class that it is. Where the flavours differ it asks what the class can do
// (buffered, can_be_full, meets), when it is compiled.
#pragma once

#include <weft/channel/detail/kinds.hpp>
#include <weft/channel/detail/timer.hpp>
#include <weft/seam/clock.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace weft::detail::channels {

/// Holds messages, in slots that are claimed.
template <class C>
concept buffered = requires { typename std::remove_cvref_t<C>::claim; };

/// Buffered, and senders may have to wait for room.
template <class C>
concept can_be_full = requires(C& channel) { channel.send_line(); };

/// Sender and receiver must meet.
template <class C>
concept meets = std::derived_from<std::remove_cvref_t<C>, rendezvous_base>;

/// Makes its messages when the time has come.
template <class C>
concept tells_time = requires(const C& channel) { channel.due(); };

/// Calls `f` with the channel of a sender of messages T.
template <class T, class F>
[[gnu::always_inline]] inline auto with_senders_channel(channel_core* core, flavour what, F& f)
{
    if (what == flavour::array) return f(static_cast<typename kinds<T>::array&>(*core));
    if (what == flavour::list) return f(static_cast<typename kinds<T>::list&>(*core));
    return f(static_cast<typename kinds<T>::meeting&>(*core));
}

/// Calls `f` with the channel of a receiver of messages T.
template <class T, class F>
[[gnu::always_inline]] inline auto with_receivers_channel(channel_core* core, flavour what, F& f)
{
    if (what == flavour::array) return f(static_cast<typename kinds<T>::array&>(*core));
    if (what == flavour::list) return f(static_cast<typename kinds<T>::list&>(*core));
    if (what == flavour::rendezvous) return f(static_cast<typename kinds<T>::meeting&>(*core));
    if constexpr (std::same_as<T, clock::time_point>) {
        if (what == flavour::timer) return f(static_cast<timer&>(*core));
    }
    static constexpr never_channel nothing;
    return f(nothing);
}

/// Sends a message that is in hand, if there is room.
template <buffered C, class M>
[[gnu::always_inline]] inline channel_status send_now(C& channel, bool thorough, M&& message)
{
    typename C::claim c;
    const channel_status s = channel.start_send(c, thorough);
    if (s == channel_status::done) channel.finish_send(c, std::forward<M>(message));
    return s;
}

/// Receives a message, if there is one, and hands it to `take`.
template <buffered C, class Take>
[[gnu::always_inline]] inline channel_status recv_now(C& channel, receiver_view& view, bool thorough, Take&& take)
{
    typename C::claim c;
    const channel_status s = channel.start_recv(c, view, thorough);
    if (s == channel_status::done) channel.finish_recv(c, view, std::forward<Take>(take));
    return s;
}

}  // namespace weft::detail::channels
