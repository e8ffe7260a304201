// src/c/channel.cpp - channels of pointers for C.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "guard.hpp"

#include <weft/channel/channel.hpp>
#include <weft/channel/receiver.hpp>
#include <weft/channel/sender.hpp>
#include <weft/pool/spawn.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

using weft::detail::c::failed;
using weft::detail::c::guarded;

/// Holds both sides open. Each call works with copies of its own, since a handle belongs to one thread at a time.
struct weft_channel {
    explicit weft_channel(std::size_t capacity)
        : ends(capacity == WEFT_UNBOUNDED ? weft::unbounded<void*>() : weft::bounded<void*>(capacity))
    {
    }
    std::pair<weft::sender<void*>, weft::receiver<void*>> ends;
};

namespace weft::detail::c {

namespace {

std::chrono::nanoseconds limit_of(std::uint64_t nanoseconds)
{
    return std::chrono::nanoseconds(std::min<std::uint64_t>(nanoseconds, INT64_MAX));
}

template <class Send>
weft_status sent(weft_channel* channel, const Send& send) noexcept
{
    if (channel == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return guarded([&] {
        const sender<void*> own = channel->ends.first;
        const send_result result = send(own);
        if (result) return weft_status{WEFT_OK};
        return failed(result.closed() ? WEFT_CLOSED : result.timed_out() ? WEFT_TIMED_OUT : WEFT_FULL);
    });
}

template <class Receive>
weft_status received(weft_channel* channel, void** message, const Receive& receive) noexcept
{
    if (channel == nullptr || message == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return guarded([&] {
        const receiver<void*> own = channel->ends.second;
        const recv_result<void*> result = receive(own);
        if (result) {
            *message = *result;
            return weft_status{WEFT_OK};
        }
        return failed(result.closed() ? WEFT_CLOSED : result.timed_out() ? WEFT_TIMED_OUT : WEFT_EMPTY);
    });
}

}  // namespace

}  // namespace weft::detail::c

weft_status weft_channel_create(size_t capacity, weft_channel** channel)
{
    if (channel == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return guarded([&] { *channel = new weft_channel(capacity); });
}

void weft_channel_destroy(weft_channel* channel) { delete channel; }

void weft_channel_close(weft_channel* channel)
{
    if (channel != nullptr) channel->ends.first.close();
}

size_t weft_channel_len(const weft_channel* channel) { return channel == nullptr ? 0 : channel->ends.first.len(); }

weft_status weft_channel_send(weft_channel* channel, void* message)
{
    return weft::detail::c::sent(channel, [&](const auto& tx) {
        weft::send_result now = tx.try_send(message);
        if (now.full()) now = weft::blocking([&] { return tx.send(message); });
        return now;
    });
}

weft_status weft_channel_try_send(weft_channel* channel, void* message)
{
    return weft::detail::c::sent(channel, [&](const auto& tx) { return tx.try_send(message); });
}

weft_status weft_channel_send_for(weft_channel* channel, void* message, uint64_t nanoseconds)
{
    return weft::detail::c::sent(channel, [&](const auto& tx) {
        return weft::blocking([&] { return tx.send_for(message, weft::detail::c::limit_of(nanoseconds)); });
    });
}

weft_status weft_channel_recv(weft_channel* channel, void** message)
{
    return weft::detail::c::received(channel, message, [](const auto& rx) {
        weft::recv_result<void*> now = rx.try_recv();
        if (now.empty()) now = weft::blocking([&] { return rx.recv(); });
        return now;
    });
}

weft_status weft_channel_try_recv(weft_channel* channel, void** message)
{
    return weft::detail::c::received(channel, message, [](const auto& rx) { return rx.try_recv(); });
}

weft_status weft_channel_recv_for(weft_channel* channel, void** message, uint64_t nanoseconds)
{
    return weft::detail::c::received(channel, message, [&](const auto& rx) {
        return weft::blocking([&] { return rx.recv_for(weft::detail::c::limit_of(nanoseconds)); });
    });
}
