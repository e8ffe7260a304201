// weft/channel/channel.hpp - channels: bounded, unbounded and rendezvous.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/memory.hpp>
#include <weft/channel/detail/checks.hpp>
#include <weft/channel/receiver.hpp>
#include <weft/channel/sender.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::channels {

/// Makes handles, and opens them to the other files of this layer.
struct channel_access {
    template <class T>
    static std::pair<sender<T>, receiver<T>> both(channel_core* core, flavour f) noexcept
    {
        return {sender<T>(core, f), receiver<T>(core, f)};
    }

    template <class T>
    static receiver<T> one(channel_core* core, flavour f) noexcept
    {
        return receiver<T>(core, f);
    }

    template <class Handle>
    static flavour flavour_of(const Handle& h) noexcept
    {
        return h.flavour_;
    }

    template <class Channel, class Handle>
    static Channel& channel_of(const Handle& h) noexcept
    {
        return h.template as<Channel>();
    }

    template <class T>
    static auto& view_of(const receiver<T>& h) noexcept
    {
        return h.view_;
    }

    template <class Handle>
    static const void* identity_of(const Handle& h) noexcept
    {
        return h.core_;
    }
};

}  // namespace detail::channels

/// A channel with room for `capacity` messages, and its two ends. Sending waits while it is full. With room for none it
/// is a rendezvous: sending waits for a receiver that takes the message from the sender's hand.
///
/// Throws:  std::length_error if the capacity is absurd; std::bad_alloc.
/// Cost:    all memory is taken here; afterwards nothing is allocated. Memory that comes fresh from the system is not
///          touched until it is used.
/// Example: examples/pipeline/main.cpp
template <detail::channels::message T>
[[nodiscard]] std::pair<sender<T>, receiver<T>> bounded(std::size_t capacity)
{
    if (capacity == 0)
        return detail::channels::channel_access::both<T>(detail::make<detail::channels::rendezvous<T>>(),
                                                         detail::channels::flavour::rendezvous);
    return detail::channels::channel_access::both<T>(detail::make<detail::channels::array_channel<T>>(capacity),
                                                     detail::channels::flavour::array);
}

/// A channel that holds any number of messages, and its two ends. Sending never waits, so a sender that is faster than
/// the receivers fills the memory: where that can happen, use bounded().
///
/// Throws:  std::bad_alloc.
/// Cost:    a block of about 2 KiB now and for each 2 KiB of messages on their way; blocks are used again.
/// Example: examples/actors/main.cpp
template <detail::channels::message T>
[[nodiscard]] std::pair<sender<T>, receiver<T>> unbounded()
{
    return detail::channels::channel_access::both<T>(detail::make<detail::channels::list_channel<T>>(),
                                                     detail::channels::flavour::list);
}

}  // namespace weft
