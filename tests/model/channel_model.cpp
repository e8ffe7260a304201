// tests/model/channel_model.cpp - channels of the three flavours, their sleep and their end, under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/select.hpp>
#include <weft/model/thread.hpp>

#include <utility>

#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;

/// A sender on a thread of its own sends 1 .. n and goes; everything arrives in order, then the channel is closed.
template <class Channel>
void deliver(Channel ends, int n)
{
    auto& s = ends.first;
    auto& r = ends.second;
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
    auto& s = ends.first;
    auto& r = ends.second;
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
        auto ends = weft::unbounded<int>();
        auto& s = ends.first;
        auto& r = ends.second;
        thread one([mine = s]() mutable { require(static_cast<bool>(mine.send(1))); });
        thread two([mine = std::move(s)]() mutable { require(static_cast<bool>(mine.send(2))); });
        const auto a = r.recv();
        const auto b = r.recv();
        require(a && b && *a + *b == 3);
    },
    scenarios::bounded(2));

// No handle goes before everything has arrived: a wake-up that is missing is not made good by the end of the channel.

const enter array_receiver_is_woken("channel", "array_receiver_is_woken", [] {
    auto ends = weft::bounded<int>(1);
    auto& s = ends.first;
    auto& r = ends.second;
    thread sender([&s] { require(static_cast<bool>(s.send(1))); });
    require(r.recv() == 1);
});

const enter array_sender_is_woken("channel", "array_sender_is_woken", [] {
    auto ends = weft::bounded<int>(1);
    auto& s = ends.first;
    auto& r = ends.second;
    require(static_cast<bool>(s.send(1)));
    thread receiver([&r] { require(r.recv() == 1); });
    require(static_cast<bool>(s.send(2)));
});

const enter list_receiver_is_woken("channel", "list_receiver_is_woken", [] {
    auto ends = weft::unbounded<int>();
    auto& s = ends.first;
    auto& r = ends.second;
    thread sender([&s] { require(static_cast<bool>(s.send(1))); });
    require(r.recv() == 1);
});

const enter array_two_are_woken(
    "channel", "array_two_are_woken",
    [] {
        auto ends = weft::bounded<int>(2);
        auto& s = ends.first;
        auto& r = ends.second;
        thread one([&, mine = r] { require(static_cast<bool>(mine.recv())); });
        thread two([&, mine = r] { require(static_cast<bool>(mine.recv())); });
        require(static_cast<bool>(s.send(1)));
        require(static_cast<bool>(s.send(2)));
    },
    scenarios::bounded(2));

// A thread that waits may give up.
const enter array_gives_up("channel", "array_gives_up", [] {
    auto ends = weft::bounded<int>(1);
    auto& s = ends.first;
    auto& r = ends.second;
    cell<int> data{0};
    thread sender([&] {
        data.write() = 1;
        require(static_cast<bool>(s.send(1)));
    });
    if (r.recv_for(std::chrono::seconds(1))) require(data.read() == 1);
});

const enter rendezvous_gives_up(
    "channel", "rendezvous_gives_up",
    [] {
        auto ends = weft::bounded<int>(0);
        auto& s = ends.first;
        auto& r = ends.second;
        bool sent = false;
        bool received = false;
        {
            thread sender([&] { sent = static_cast<bool>(s.send_for(1, std::chrono::seconds(1))); });
            received = static_cast<bool>(r.recv_for(std::chrono::seconds(1)));
        }
        require(sent == received);
    },
    scenarios::bounded(3));

const enter rendezvous_two_senders(
    "channel", "rendezvous_two_senders",
    [] {
        auto ends = weft::bounded<int>(0);
        auto& s = ends.first;
        auto& r = ends.second;
        thread one([mine = s] { require(static_cast<bool>(mine.send(1))); });
        thread two([&s] { require(static_cast<bool>(s.send(2))); });
        const auto a = r.recv();
        const auto b = r.recv();
        require(a && b && *a + *b == 3);
    },
    scenarios::bounded(2));

// --- select ----------------------------------------------------------------------------------------------------------

const enter select_array(
    "channel", "select_array",
    [] {
        auto a_ends = weft::bounded<int>(1);
        auto& sa = a_ends.first;
        auto& ra = a_ends.second;
        auto b_ends = weft::bounded<int>(1);
        auto& sb = b_ends.first;
        auto& rb = b_ends.second;
        thread one([&s = sa] { require(static_cast<bool>(s.send(1))); });
        thread two([&s = sb] { require(static_cast<bool>(s.send(2))); });
        int sum = 0;
        const auto add = [&sum](weft::recv_result<int> got) { sum += got ? *got : 0; };
        for (int i = 0; i < 2; ++i) weft::select(weft::on_recv(ra, add), weft::on_recv(rb, add));
        require(sum == 3);
    },
    scenarios::bounded(1));

const enter select_rendezvous(
    "channel", "select_rendezvous",
    [] {
        // Two that choose among the same two meetings, from opposite ends.
        auto a_ends = weft::bounded<int>(0);
        auto& sa = a_ends.first;
        auto& ra = a_ends.second;
        auto b_ends = weft::bounded<int>(0);
        auto& sb = b_ends.first;
        auto& rb = b_ends.second;
        int got = 0;
        const auto take = [&got](weft::recv_result<int> m) { got = m ? *m : 0; };
        {
            thread other([&] {
                weft::select(weft::on_send(sa, 1, [](weft::send_result) {}),
                             weft::on_send(sb, 2, [](weft::send_result) {}));
            });
            weft::select(weft::on_recv(rb, take), weft::on_recv(ra, take));
        }
        require(got == 1 || got == 2);
    },
    scenarios::bounded(2));

const enter array_empty_is_empty("channel", "array_empty_is_empty", [] {
    // A thread that has sent, and sees nobody else receive, finds something.
    auto ends = weft::bounded<int>(2);
    auto& s = ends.first;
    auto& r = ends.second;
    thread other([mine = s]() mutable { static_cast<void>(mine.try_send(1)); });
    require(static_cast<bool>(s.try_send(2)));
    require(static_cast<bool>(r.try_recv()));
});

}  // namespace
