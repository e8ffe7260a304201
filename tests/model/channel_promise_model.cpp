// tests/model/channel_promise_model.cpp - messages that are made late, operations that fail, and channels that are closed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/select.hpp>
#include <weft/channel/selector.hpp>
#include <weft/model/thread.hpp>
#include <weft/seam/cell.hpp>

#include <chrono>
#include <optional>
#include <utility>

#include "scenarios.hpp"

namespace {

using scenarios::bounded;
using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;

/// Its allocation is missed if it is lost, and noticed if it is destroyed twice.
struct owner {
    int* value;

    explicit owner(int v) : value(weft::detail::make<int>(v)) {}
    owner(owner&& other) noexcept : value(std::exchange(other.value, nullptr)) {}
    owner& operator=(owner&& other) noexcept
    {
        std::swap(value, other.value);
        return *this;
    }
    ~owner()
    {
        if (value != nullptr) weft::detail::dispose(value);
    }
};

/// Sends by a select what a function makes; whether it was sent.
template <class T, class Make>
bool send_made(const weft::sender<T>& to, Make make)
{
    bool sent = false;
    weft::select(weft::on_send(to, make, [&sent](weft::send_result s) { sent = static_cast<bool>(s); }));
    return sent;
}

// --- promises of a place -----------------------------------------------------------------------------------------------

const enter promise_is_kept(
    "channel_promise", "promise_is_kept",
    [] {
        // Another sender may not take the place; the receiver is woken by the message.
        auto ends = weft::bounded<int>(1);
        auto& s = ends.first;
        auto& r = ends.second;
        cell<int> data{0};
        int sum = 0;
        {
            thread other([mine = s] { require(static_cast<bool>(mine.send(1))); });
            thread maker([&, mine = std::move(s)] {
                require(send_made(mine, [&] {
                    data.write() = 1;
                    return 2;
                }));
            });
            for (int i = 0; i < 2; ++i) {
                const auto got = r.recv();
                require(got.has_value());
                if (*got == 2) require(data.read() == 1);
                sum += *got;
            }
        }
        require(sum == 3);
    },
    bounded(2));

const enter promise_is_given_back(
    "channel_promise", "promise_is_given_back",
    [] {
        // The promise is all that keeps the other one from sending: its end wakes him.
        auto ends = weft::bounded<int>(1);
        auto& s = ends.first;
        auto& r = ends.second;
        thread other([mine = s] { require(static_cast<bool>(mine.send(1))); });
        thread maker([mine = std::move(s)] {
            try {
                send_made(mine, []() -> int { throw 1; });
            } catch (int) {
            }
        });
        require(r.recv() == 1);
    },
    bounded(2));

const enter promise_over_the_end(
    "channel_promise", "promise_over_the_end",
    [] {
        // Closed while a message is made: a sender that is told that the message was sent is told the truth.
        auto ends = weft::bounded<int>(1);
        auto& s = ends.first;
        auto& r = ends.second;
        bool sent = false;
        bool came = false;
        {
            thread maker([&] { sent = send_made(s, [] { return 1; }); });
            r.close();
            came = r.recv().has_value();
            require(r.recv().closed());
        }
        require(sent == came);
    },
    bounded(3));

const enter promise_and_nobody_left(
    "channel_promise", "promise_and_nobody_left",
    [] {
        // The last receiver goes: the message is destroyed, by one of them, once, before the channel goes.
        auto ends = weft::bounded<owner>(2);
        auto& s = ends.first;
        auto& r = ends.second;
        {
            thread receiver([mine = std::optional(std::move(r))]() mutable {
                mine->close();
                mine.reset();
            });
            static_cast<void>(send_made(s, [] { return owner(1); }));
        }
        require(s.len() == 0);
    },
    bounded(3));

/// Its move throws if it is negative.
struct fragile {
    int value;

    explicit fragile(int v) : value(v) {}
    fragile(fragile&& other) : value(other.value)
    {
        if (value < 0) throw value;
    }
};

/// What throws leaves no trace, for nobody, at any time.
template <class Ends>
void no_trace(Ends ends)
{
    auto& s = ends.first;
    auto& r = ends.second;
    {
        thread sender([&, mine = s] {
            try {
                static_cast<void>(mine.send(fragile(-1)));
            } catch (int) {
            }
        });
        require(r.len() == 0);
        require(r.try_recv().empty());
        require(static_cast<bool>(s.send(fragile(2))));
        require(s.len() == 1);
    }
    const auto got = r.try_recv();
    require(got && got->value == 2);
}

const enter array_no_trace(
    "channel_promise", "array_no_trace", [] { no_trace(weft::bounded<fragile>(2)); }, bounded(2));
const enter list_no_trace("channel_promise", "list_no_trace", [] { no_trace(weft::unbounded<fragile>()); }, bounded(2));

// --- late senders at a rendezvous --------------------------------------------------------------------------------------

const enter late_meets(
    "channel_promise", "late_meets",
    [] {
        auto ends = weft::bounded<int>(0);
        auto& s = ends.first;
        auto& r = ends.second;
        cell<int> data{0};
        thread maker([&] {
            require(send_made(s, [&] {
                data.write() = 1;
                return 1;
            }));
        });
        require(r.recv() == 1);
        require(data.read() == 1);
    },
    bounded(3));

const enter late_and_hasty(
    "channel_promise", "late_and_hasty",
    [] {
        // The receiver may go while the message is made: then nothing was sent, and the next receiver gets it.
        auto ends = weft::bounded<int>(0);
        auto& s = ends.first;
        auto& r = ends.second;
        thread maker([&] { require(send_made(s, [] { return 1; })); });
        if (!r.recv_for(std::chrono::seconds(1))) require(r.recv() == 1);
    },
    bounded(2));

const enter late_fails(
    "channel_promise", "late_fails",
    [] {
        // The receiver that was engaged by a sender that fails meets the other one.
        auto ends = weft::bounded<int>(0);
        auto& s = ends.first;
        auto& r = ends.second;
        thread maker([mine = s] {
            try {
                send_made(mine, []() -> int { throw 1; });
            } catch (int) {
            }
        });
        thread other([&, mine = s] { require(static_cast<bool>(mine.send(2))); });
        // The sender that fails may have come first, and have waited for a partner.
        const auto first = r.recv();
        require(first == 2);
        s.close();
    },
    bounded(2));

const enter late_reserved(
    "channel_promise", "late_reserved",
    [] {
        auto ends = weft::bounded<int>(0);
        auto& s = ends.first;
        auto& r = ends.second;
        bool sent = false;
        bool received = false;
        {
            thread receiver([&] { received = static_cast<bool>(r.recv_for(std::chrono::seconds(1))); });
            weft::selector choice;
            choice.send(s);
            if (auto op = choice.wait_for(std::chrono::seconds(1))) sent = static_cast<bool>(op->send(s, 1));
        }
        require(sent == received);
    },
    bounded(2));

const enter late_among_two(
    "channel_promise", "late_among_two",
    [] {
        // A receiver that chooses between two late senders gets one message.
        auto a_ends = weft::bounded<int>(0);
        auto& sa = a_ends.first;
        auto& ra = a_ends.second;
        auto b_ends = weft::bounded<int>(0);
        auto& sb = b_ends.first;
        auto& rb = b_ends.second;
        int got = 0;
        int sent = 0;
        {
            thread one([&] {
                weft::select(weft::on_send(
                                 sa, [] { return 1; }, [&](weft::send_result s) { sent = s ? 1 : 0; }),
                             weft::on_recv(rb, [](weft::recv_result<int>) {}));
            });
            const auto take = [&got](weft::recv_result<int> m) { got = m ? *m : 0; };
            weft::select(weft::on_recv(ra, take), weft::on_send(sb, [] { return 2; }, [](weft::send_result) {}));
        }
        require(got == sent);
    },
    bounded(2));

// --- by force ----------------------------------------------------------------------------------------------------------

const enter force_displaces(
    "channel_promise", "force_displaces",
    [] {
        // Each message is received, displaced, or left, once; and none waits for another.
        auto ends = weft::bounded<int>(1);
        auto& s = ends.first;
        auto& r = ends.second;
        require(static_cast<bool>(s.send(1)));
        int other_sum = 0;
        int sum = 0;
        {
            thread other([&, mine = s] {
                if (const auto got = mine.force_send(2); got.displaced) other_sum += *got.displaced;
            });
            if (const auto got = s.force_send(4); got.displaced) sum += *got.displaced;
            if (const auto got = r.try_recv()) sum += *got;
        }
        while (const auto got = r.try_recv()) sum += *got;
        require(sum + other_sum == 7);
    },
    bounded(2));

const enter force_wakes("channel_promise", "force_wakes", [] {
    auto ends = weft::bounded<int>(1);
    auto& s = ends.first;
    auto& r = ends.second;
    thread sender([&s] { require(static_cast<bool>(s.force_send(1))); });
    require(r.recv() == 1);
});

const enter force_and_receive(
    "channel_promise", "force_and_receive",
    [] {
        auto ends = weft::bounded<owner>(2);
        auto& s = ends.first;
        auto& r = ends.second;
        require(static_cast<bool>(s.send(owner(1))));
        require(static_cast<bool>(s.send(owner(2))));
        int first = 0;
        int displaced = 0;
        {
            thread receiver([&] {
                if (const auto got = r.try_recv()) first = *got->value;
            });
            if (auto got = s.force_send(owner(4)); got.displaced) displaced = *got.displaced->value;
        }
        require(first == 1 || displaced == 1);
        require(first != displaced);
        require(s.len() <= 2);
    },
    bounded(2));

const enter force_beside_a_promise(
    "channel_promise", "force_beside_a_promise",
    [] {
        // Three places, one of them promised: each sender by force displaces one message at most, and loses none.
        auto ends = weft::bounded<owner>(3);
        auto& s = ends.first;
        auto& r = ends.second;
        require(static_cast<bool>(s.send(owner(1))));
        require(static_cast<bool>(s.send(owner(2))));
        weft::selector choice;
        choice.send(s);
        auto op = choice.wait();
        int other_sum = 0;
        int sum = 0;
        {
            thread other([&, mine = s] {
                if (const auto got = mine.force_send(owner(4)); got.displaced) other_sum += *got.displaced->value;
            });
            if (const auto got = s.force_send(owner(8)); got.displaced) sum += *got.displaced->value;
            if (const auto got = r.try_recv()) sum += *got->value;
        }
        require(s.len() <= 2);
        require(static_cast<bool>(op.send(s, owner(16))));
        while (const auto got = r.try_recv()) sum += *got->value;
        require(sum + other_sum == 31);
    },
    bounded(2));

const enter force_against_a_promise(
    "channel_promise", "force_against_a_promise",
    [] {
        // The promise is traded, or given back, meanwhile; a place is never taken twice.
        auto ends = weft::bounded<owner>(2);
        auto& s = ends.first;
        auto& r = ends.second;
        require(static_cast<bool>(s.send(owner(1))));
        int sum = 0;
        bool refused = false;
        {
            weft::selector choice;
            choice.send(s);
            auto op = choice.wait();
            thread other([&] {
                auto mine = std::move(op);
                require(static_cast<bool>(mine.send(s, owner(4))));
            });
            auto got = s.force_send(owner(2));
            refused = !got;
            if (got.displaced) sum += *got.displaced->value;
        }
        require(!refused);
        require(s.len() <= 2);
        int last = 0;
        while (const auto got = r.try_recv()) sum += last = *got->value;
        require(sum == 7);
        require(last != 1);
    },
    bounded(2));

const enter force_where_all_is_promised(
    "channel_promise", "force_where_all_is_promised",
    [] {
        // There is nothing to displace until the promise has been given back.
        auto ends = weft::bounded<owner>(1);
        auto& s = ends.first;
        auto& r = ends.second;
        bool sent = false;
        {
            weft::selector choice;
            choice.send(s);
            thread other([op = std::optional(choice.wait())]() mutable { op.reset(); });
            const auto got = s.force_send(owner(1));
            sent = static_cast<bool>(got);
            require(!got.displaced);
            require(sent || got.full());
        }
        require(s.len() == (sent ? 1u : 0u));
        require(static_cast<bool>(r.try_recv()) == sent);
        require(static_cast<bool>(s.try_send(owner(2))));
    },
    bounded(3));

// --- handles that come and go ------------------------------------------------------------------------------------------

template <class Ends>
void weak_handles(Ends ends)
{
    auto& r = ends.second;
    std::optional s(std::move(ends.first));
    {
        thread watcher([weak = std::optional(s->downgrade())]() mutable {
            if (const auto again = weak->upgrade()) static_cast<void>(again->try_send(1));
            weak.reset();
        });
        s.reset();
        auto gone = std::move(r);
        while (gone.recv()) {}
    }
}

const enter array_weak("channel_promise", "array_weak", [] { weak_handles(weft::bounded<int>(1)); }, bounded(2));
const enter list_weak("channel_promise", "list_weak", [] { weak_handles(weft::unbounded<int>()); }, bounded(2));

const enter array_new_receiver(
    "channel_promise", "array_new_receiver",
    [] {
        // The side that has ended does not begin again.
        auto ends = weft::bounded<owner>(1);
        auto& s = ends.first;
        thread other([mine = std::optional(std::move(ends.second))]() mutable { mine.reset(); });
        static_cast<void>(s.try_send(owner(1)));
        if (const auto again = s.new_receiver()) {
            static_cast<void>(again->try_recv());
            require(!s.is_closed());
        }
    },
    bounded(2));

template <class Ends>
void closed_by_hand(Ends ends)
{
    auto& s = ends.first;
    auto& r = ends.second;
    bool sent = false;
    bool came = false;
    {
        thread sender([&] { sent = static_cast<bool>(s.send(1)); });
        thread closer([mine = r] { mine.close(); });
        came = r.recv().has_value();
        require(!came || r.recv().closed());
    }
    require(sent == came);
}

const enter array_closed_by_hand(
    "channel_promise", "array_closed_by_hand", [] { closed_by_hand(weft::bounded<int>(1)); }, bounded(2));
const enter list_closed_by_hand(
    "channel_promise", "list_closed_by_hand", [] { closed_by_hand(weft::unbounded<int>()); }, bounded(2));
const enter rendezvous_closed_by_hand(
    "channel_promise", "rendezvous_closed_by_hand", [] { closed_by_hand(weft::bounded<int>(0)); }, bounded(2));

}  // namespace
