// weft/channel/channel.hpp - channels: bounded, unbounded and rendezvous.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/channel/detail/checks.hpp>
#include <weft/channel/receiver.hpp>
#include <weft/channel/sender.hpp>
#include <weft/channel/weak_sender.hpp>
#include <weft/seam/memory.hpp>

#include <cassert>
#include <cstddef>
#include <optional>
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

    /// Calls `f` with the channel, as the class that it is.
    template <class Handle, class F>
    [[gnu::always_inline]] static auto with_channel(const Handle& h, F& f)
    {
        return h.with_channel(f);
    }

    template <class T>
    static auto& view_of(const receiver<T>& h) noexcept
    {
        return h.view_;
    }

    /// Another handle of a channel that is known to be of this flavour. It is not counted, so it must not be destroyed, and
    /// only be used while `of` is there.
    template <class Handle>
    static Handle uncounted(const Handle& of, flavour f) noexcept
    {
        return Handle(of.core_, f);
    }

    template <class Handle>
    static spin_budget& budget_of(const Handle& h) noexcept
    {
        return h.budget_;
    }

    template <class Handle>
    static const void* identity_of(const Handle& h) noexcept
    {
        return h.core_;
    }
};

}  // namespace detail::channels

/// A channel with room for `capacity` messages, and its two ends. Sending waits while it is full. If the capacity is 0
/// it is a rendezvous: sending waits for a receiver that takes the message directly from the sender.
///
/// Throws:  std::length_error if the capacity is absurd; std::bad_alloc.
/// Cost:    all memory is allocated here, and none afterwards. Memory that comes fresh from the system is not touched
///          until it is used.
/// Example: examples/channel/pipeline.cpp
template <detail::channels::message T>
[[nodiscard]] std::pair<sender<T>, receiver<T>> bounded(std::size_t capacity)
{
    if (capacity == 0)
        return detail::channels::channel_access::both<T>(detail::make<typename detail::channels::kinds<T>::meeting>(),
                                                         detail::channels::flavour::rendezvous);
    return detail::channels::channel_access::both<T>(detail::make<typename detail::channels::kinds<T>::array>(capacity),
                                                     detail::channels::flavour::array);
}

/// A channel that holds any number of messages, and its two ends. Sending never waits, so a sender that is faster than
/// the receivers fills the memory: where that can happen, use bounded().
///
/// Throws:  std::bad_alloc.
/// Cost:    a block of about 2 KiB now, and one for every 2 KiB of messages that are under way; blocks are reused.
/// Example: examples/channel/actors.cpp
template <detail::channels::message T>
[[nodiscard]] std::pair<sender<T>, receiver<T>> unbounded()
{
    return detail::channels::channel_access::both<T>(detail::make<typename detail::channels::kinds<T>::list>(),
                                                     detail::channels::flavour::list);
}

template <class T>
std::optional<receiver<T>> sender<T>::new_receiver() const noexcept
{
    assert(core_ != nullptr && "weft: a moved-from sender was used");
    if (!core_->join_receivers()) return std::nullopt;
    return detail::channels::channel_access::one<T>(core_, flavour_);
}

}  // namespace weft
