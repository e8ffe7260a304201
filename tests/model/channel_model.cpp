// tests/model/channel_model.cpp - channels of the three flavours, their sleep and their end, under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/model/thread.hpp>

#include <utility>

#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::model::require;
using weft::model::thread;

/// A sender on a thread of its own sends 1 .. n and goes; everything arrives in order, then the channel is closed.
template <class Channel>
void deliver(Channel ends, int n)
{
    auto& [s, r] = ends;
    thread sender([n, mine = std::move(s)]() mutable {
        for (int i = 1; i <= n; ++i) require(static_cast<bool>(mine.send(i)));
    });
    for (int i = 1; i <= n; ++i) {
        auto got = r.recv();
        require(got && *got == i);
    }
    require(!r.recv());
}

/// The receiver goes; a sender that waits, or comes later, is told.
template <class Channel>
void receiver_goes(Channel ends, int n)
{
    auto& [s, r] = ends;
    thread receiver([mine = std::move(r)]() mutable { static_cast<void>(mine.try_recv()); });
    for (int i = 0; i < n; ++i) static_cast<void>(s.send(i));
}

const enter array_hands_over(
    "channel", "array_hands_over", [] { deliver(weft::bounded<int>(1), 2); }, scenarios::bounded(2));
const enter array_close_wakes(
    "channel", "array_close_wakes", [] { receiver_goes(weft::bounded<int>(1), 3); }, scenarios::bounded(2));
const enter list_hands_over(
    "channel", "list_hands_over", [] { deliver(weft::unbounded<int>(), 2); }, scenarios::bounded(2));
const enter list_close_wakes(
    "channel", "list_close_wakes", [] { receiver_goes(weft::unbounded<int>(), 2); }, scenarios::bounded(2));
const enter rendezvous_meets(
    "channel", "rendezvous_meets", [] { deliver(weft::bounded<int>(0), 1); }, scenarios::bounded(2));
const enter rendezvous_closes(
    "channel", "rendezvous_closes", [] { receiver_goes(weft::bounded<int>(0), 1); }, scenarios::bounded(2));

const enter array_no_lost_wakeup(
    "channel", "array_no_lost_wakeup",
    [] {
        // Both sides sleep in turn: the sender while the one slot is full, the receiver while it is empty.
        deliver(weft::bounded<int>(1), 3);
    },
    scenarios::bounded(2));

const enter list_no_lost_wakeup(
    "channel", "list_no_lost_wakeup",
    [] {
        auto [s, r] = weft::unbounded<int>();
        thread one([mine = s]() mutable { require(static_cast<bool>(mine.send(1))); });
        thread two([mine = std::move(s)]() mutable { require(static_cast<bool>(mine.send(2))); });
        const auto a = r.recv();
        const auto b = r.recv();
        require(a && b && *a + *b == 3);
    },
    scenarios::bounded(2));

const enter array_empty_is_empty("channel", "array_empty_is_empty", [] {
    // Who has sent, and sees nobody else receive, finds something.
    auto [s, r] = weft::bounded<int>(2);
    thread other([mine = s]() mutable { static_cast<void>(mine.try_send(1)); });
    require(static_cast<bool>(s.try_send(2)));
    require(static_cast<bool>(r.try_recv()));
});

}  // namespace
