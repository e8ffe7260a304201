// tests/model/channel_history_model.cpp - whether the answers of channels are true at one moment, under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/selector.hpp>
#include <weft/model/thread.hpp>

#include <array>
#include <optional>
#include <utility>

#include "channel_history.hpp"
#include "scenarios.hpp"

namespace {

using scenarios::bounded;
using scenarios::channel_calls;
using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;

/// A message so large that a block of the list has three slots.
struct wide {
    int value = 0;
    std::array<char, 1500> rest{};
};

// --- linearizability -------------------------------------------------------------------------------------------------

/// Each thread sends and looks for a message.
template <std::size_t Capacity, class Ends>
void both_ways(Ends ends)
{
    auto& s = ends.first;
    auto& r = ends.second;
    channel_calls<Capacity> calls;
    {
        thread other([&, s2 = s, r2 = r] {
            calls.send(s2, 1);
            calls.receive(r2);
        });
        calls.send(s, 2);
        calls.receive(r);
    }
    calls.receive(r);
    calls.receive(r);
    require(calls.linearizable(), "the history is linearizable");
}

const enter array_both_ways(
    "channel_history", "array_both_ways", [] { both_ways<1>(weft::bounded<int>(1)); }, bounded(2));
const enter array_two_slots(
    "channel_history", "array_two_slots", [] { both_ways<2>(weft::bounded<int>(2)); }, bounded(2));
const enter list_both_ways(
    "channel_history", "list_both_ways", [] { both_ways<0>(weft::unbounded<int>()); }, bounded(2));

/// Sends, and leaves; the other one receives what is there, and learns of the end.
template <std::size_t Capacity, class Ends>
void to_the_end(Ends ends)
{
    std::optional s(std::move(ends.first));
    auto& r = ends.second;
    channel_calls<Capacity> calls;
    {
        thread sender([&] {
            calls.send(*s, 1);
            calls.send(*s, 2);
            calls.leave(s);
        });
        calls.receive(r);
        calls.receive(r);
        calls.receive(r);
    }
    require(calls.linearizable(), "the history is linearizable");
}

const enter array_to_the_end(
    "channel_history", "array_to_the_end", [] { to_the_end<1>(weft::bounded<int>(1)); }, bounded(2));
const enter list_to_the_end(
    "channel_history", "list_to_the_end", [] { to_the_end<0>(weft::unbounded<int>()); }, bounded(2));

/// The receiver goes while two messages are sent.
template <std::size_t Capacity, class Ends>
void nobody_listens(Ends ends)
{
    std::optional r(std::move(ends.second));
    auto& s = ends.first;
    channel_calls<Capacity> calls;
    {
        thread receiver([&] {
            calls.receive(*r);
            calls.leave(r);
        });
        calls.send(s, 1);
        calls.send(s, 2);
    }
    calls.send(s, 3);
    require(calls.linearizable(), "the history is linearizable");
}

const enter array_nobody_listens(
    "channel_history", "array_nobody_listens", [] { nobody_listens<1>(weft::bounded<int>(1)); }, bounded(2));
const enter list_nobody_listens(
    "channel_history", "list_nobody_listens", [] { nobody_listens<0>(weft::unbounded<int>()); }, bounded(2));

const enter rendezvous_both_ways("channel_history", "rendezvous_both_ways", [] {
    // A meeting: each side sees what the other did before it came.
    auto ends = weft::bounded<int>(0);
    auto& s = ends.first;
    auto& r = ends.second;
    cell<int> of_sender{0};
    cell<int> of_receiver{0};
    thread receiver([&, mine = std::move(r)] {
        of_receiver.write() = 1;
        require(mine.recv() == 7);
        require(of_sender.read() == 1);
    });
    of_sender.write() = 1;
    require(static_cast<bool>(s.send(7)));
    require(of_receiver.read() == 1);
});

const enter rendezvous_tries(
    "channel_history", "rendezvous_tries",
    [] {
        // A try succeeds only if somebody waits, and then exactly one of two tries does.
        auto ends = weft::bounded<int>(0);
        auto& s = ends.first;
        auto& r = ends.second;
        int sent = 0;
        {
            thread receiver([&r] { static_cast<void>(r.recv_for(std::chrono::seconds(1))); });
            thread other([&, mine = s] { sent += mine.try_send(1) ? 1 : 0; });
            sent += s.try_send(2) ? 1 : 0;
        }
        require(sent <= 1);
    },
    bounded(2));

// --- one order over several channels ---------------------------------------------------------------------------------

/// Each sends into one channel and finds the other empty: one of them must be wrong.
template <class Make>
void crossed_sends(Make make)
{
    auto a_ends = make();
    auto& sa = a_ends.first;
    auto& ra = a_ends.second;
    auto b_ends = make();
    auto& sb = b_ends.first;
    auto& rb = b_ends.second;
    bool saw_a = false;
    bool saw_b = false;
    {
        thread other([&] {
            require(static_cast<bool>(sb.try_send(1)));
            saw_a = static_cast<bool>(ra.try_recv());
        });
        require(static_cast<bool>(sa.try_send(1)));
        saw_b = static_cast<bool>(rb.try_recv());
    }
    require(saw_a || saw_b);
}

/// Each takes the one message of one channel and sees one in the other.
template <class Make>
void crossed_receives(Make make)
{
    auto a_ends = make();
    auto& sa = a_ends.first;
    auto& ra = a_ends.second;
    auto b_ends = make();
    auto& sb = b_ends.first;
    auto& rb = b_ends.second;
    require(sa.try_send(1) && sb.try_send(1));
    bool none_in_a = false;
    bool none_in_b = false;
    {
        thread other([&] {
            require(static_cast<bool>(rb.try_recv()));
            none_in_a = sa.empty();
        });
        require(static_cast<bool>(ra.try_recv()));
        none_in_b = sb.len() == 0;
    }
    require(none_in_a || none_in_b);
}

template <class Make>
void crossed_sizes(Make make)
{
    auto a_ends = make();
    auto& sa = a_ends.first;
    auto& ra = a_ends.second;
    auto b_ends = make();
    auto& sb = b_ends.first;
    auto& rb = b_ends.second;
    bool none_in_a = false;
    bool none_in_b = false;
    {
        thread other([&] {
            require(static_cast<bool>(sb.try_send(1)));
            none_in_a = ra.empty();
        });
        require(static_cast<bool>(sa.try_send(1)));
        none_in_b = rb.len() == 0;
    }
    require(!none_in_a || !none_in_b);
}

const auto one_slot = [] { return weft::bounded<int>(1); };
const auto no_bound = [] { return weft::unbounded<int>(); };

const enter array_crossed_sends("channel_history", "array_crossed_sends", [] { crossed_sends(one_slot); });
const enter list_crossed_sends("channel_history", "list_crossed_sends", [] { crossed_sends(no_bound); });
const enter array_crossed_receives("channel_history", "array_crossed_receives", [] { crossed_receives(one_slot); });
const enter list_crossed_receives("channel_history", "list_crossed_receives", [] { crossed_receives(no_bound); });
const enter array_crossed_sizes("channel_history", "array_crossed_sizes", [] { crossed_sizes(one_slot); });
const enter list_crossed_sizes("channel_history", "list_crossed_sizes", [] { crossed_sizes(no_bound); });

const enter array_crossed_full("channel_history", "array_crossed_full", [] {
    // Each takes from one full channel and finds the other one full.
    auto a_ends = one_slot();
    auto& sa = a_ends.first;
    auto& ra = a_ends.second;
    auto b_ends = one_slot();
    auto& sb = b_ends.first;
    auto& rb = b_ends.second;
    require(sa.try_send(1) && sb.try_send(1));
    bool into_a = false;
    bool into_b = false;
    {
        thread other([&] {
            require(static_cast<bool>(rb.try_recv()));
            into_a = static_cast<bool>(sa.try_send(2));
        });
        require(static_cast<bool>(ra.try_recv()));
        into_b = static_cast<bool>(sb.try_send(2));
    }
    require(into_a || into_b);
});

// --- the end ---------------------------------------------------------------------------------------------------------

/// A receiver that is told that nothing more comes sees everything that the senders did.
template <class Ends>
void closing_orders(Ends ends)
{
    auto& s = ends.first;
    auto& r = ends.second;
    cell<int> a{0};
    cell<int> b{0};
    thread one([&a, mine = std::optional(s)]() mutable {
        a.write() = 1;
        mine.reset();
    });
    thread two([&b, mine = std::optional(std::move(s))]() mutable {
        b.write() = 1;
        mine.reset();
    });
    if (r.try_recv().closed()) require(a.read() + b.read() == 2);
}

const enter array_closing_orders(
    "channel_history", "array_closing_orders", [] { closing_orders(weft::bounded<int>(1)); }, bounded(3));
const enter list_closing_orders(
    "channel_history", "list_closing_orders", [] { closing_orders(weft::unbounded<int>()); }, bounded(3));
const enter rendezvous_closing_orders(
    "channel_history", "rendezvous_closing_orders", [] { closing_orders(weft::bounded<int>(0)); }, bounded(3));

/// Two handles of each side use the channel and go: whoever is last frees it, after all the others.
template <class Ends>
void all_leave(Ends ends)
{
    thread one([s = std::optional(ends.first)]() mutable {
        static_cast<void>(s->try_send(1));
        s.reset();
    });
    thread two([r = std::optional(ends.second)]() mutable {
        static_cast<void>(r->try_recv());
        r.reset();
    });
    thread three([s = std::optional(std::move(ends.first))]() mutable {
        static_cast<void>(s->try_send(2));
        s.reset();
    });
    static_cast<void>(ends.second.try_recv());
    auto gone = std::move(ends.second);
}

const enter array_all_leave("channel_history", "array_all_leave", [] { all_leave(weft::bounded<int>(2)); }, bounded(2));
const enter list_all_leave("channel_history", "list_all_leave", [] { all_leave(weft::unbounded<int>()); }, bounded(2));

// --- what throws -----------------------------------------------------------------------------------------------------

/// Its move throws if it is negative.
struct fragile {
    int value;

    explicit fragile(int v) : value(v) {}
    fragile(fragile&& other) : value(other.value)
    {
        if (value < 0) throw value;
    }
};

/// A sender whose message throws does not keep the receiver from the next one.
template <class Ends>
void goes_on(Ends ends)
{
    auto& s = ends.first;
    auto& r = ends.second;
    cell<int> data{0};
    {
        thread sender([&, mine = std::optional(std::move(s))]() mutable {
            data.write() = 1;
            try {
                static_cast<void>(mine->send(fragile(-1)));
            } catch (int) {
            }
            require(static_cast<bool>(mine->send(fragile(2))));
            mine.reset();
        });
        const auto got = r.recv();
        require(got && got->value == 2);
        require(data.read() == 1);
        require(!r.recv());
    }
}

const enter array_goes_on("channel_history", "array_goes_on", [] { goes_on(weft::bounded<fragile>(1)); }, bounded(2));
const enter list_goes_on("channel_history", "list_goes_on", [] { goes_on(weft::unbounded<fragile>()); }, bounded(2));

const enter rendezvous_ready(
    "channel_history", "rendezvous_ready",
    [] {
        // Waiting without receiving: a thread that is told that a partner is there finds it, or looks again.
        auto ends = weft::bounded<int>(0);
        auto& s = ends.first;
        auto& r = ends.second;
        cell<int> data{0};
        thread sender([&data, mine = std::optional(std::move(s))]() mutable {
            data.write() = 1;
            mine.reset();
        });
        weft::selector ready;
        ready.recv(r);
        static_cast<void>(ready.ready());
        if (r.try_recv().closed()) require(data.read() == 1);
    },
    bounded(2));

// --- blocks of the list ----------------------------------------------------------------------------------------------

template <class R>
int taken(const R& r)
{
    auto got = r.try_recv();
    return got ? got->value : 0;
}

void send_wide(const weft::sender<wide>& s, int value)
{
    wide message;
    message.value = value;
    require(static_cast<bool>(s.send(std::move(message))));
}

const enter list_next_block(
    "channel_history", "list_next_block",
    [] {
        auto ends = weft::unbounded<wide>();
        auto& s = ends.first;
        auto& r = ends.second;
        int sum = 0;
        {
            thread receiver([&sum, &r] {
                for (int i = 0; i < 3; ++i) sum += taken(r);
            });
            for (int i = 1; i <= 8; i *= 2) send_wide(s, i);
        }
        for (int i = 0; i < 4; ++i) sum += taken(r);
        require(sum == 15);
    },
    bounded(2));

const enter list_two_senders(
    "channel_history", "list_two_senders",
    [] {
        auto ends = weft::unbounded<wide>();
        auto& s = ends.first;
        auto& r = ends.second;
        send_wide(s, 1);
        send_wide(s, 2);
        {
            thread other([&s] { send_wide(s, 4); });
            send_wide(s, 8);
        }
        int sum = 0;
        for (int i = 0; i < 4; ++i) sum += taken(r);
        require(sum == 15);
    },
    bounded(3));

const enter list_two_receivers(
    "channel_history", "list_two_receivers",
    [] {
        auto ends = weft::unbounded<wide>();
        auto& s = ends.first;
        auto& r = ends.second;
        for (int i = 1; i <= 16; i *= 2) send_wide(s, i);
        int sum = 0;
        int other_sum = 0;
        {
            thread other([&other_sum, mine = r] {
                for (int i = 0; i < 2; ++i) other_sum += taken(mine);
            });
            for (int i = 0; i < 3; ++i) sum += taken(r);
        }
        for (int i = 0; i < 3; ++i) sum += taken(r);
        require(sum + other_sum == 31);
    },
    bounded(3));

const enter list_used_again(
    "channel_history", "list_used_again",
    [] {
        // The receivers report the slots of the first block; the sender of the third one may take it.
        auto ends = weft::unbounded<wide>();
        auto& s = ends.first;
        auto& r = ends.second;
        for (int i = 0; i < 3; ++i) send_wide(s, 1);
        int sum = 0;
        int other_sum = 0;
        {
            thread other([&other_sum, mine = r] { other_sum += taken(mine); });
            thread receiver([&sum, &r] {
                for (int i = 0; i < 2; ++i) sum += taken(r);
            });
            for (int i = 0; i < 5; ++i) send_wide(s, 1);
        }
        for (int i = 0; i < 8; ++i) sum += taken(r);
        require(sum + other_sum == 8);
    },
    bounded(2));

}  // namespace
