// tests/model/broadcast_model.cpp - broadcast channels and watched values under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/broadcast.hpp>
#include <weft/channel/selector.hpp>
#include <weft/channel/watch.hpp>
#include <weft/model/thread.hpp>
#include <weft/seam/cell.hpp>

#include <optional>
#include <utility>

#include "scenarios.hpp"

namespace {

using scenarios::bounded;
using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;

/// A value whose copies are watched: reading it while it is destroyed is a race.
struct watched {
    cell<int> value;

    explicit watched(int v) : value(v) {}
    watched(const watched& other) : value(other.value.read()) {}
    watched& operator=(const watched&) = delete;
};

const enter broadcast_to_all(
    "broadcast", "broadcast_to_all",
    [] {
        auto ends = weft::broadcast_channel<watched>(2);
        auto& tx = ends.first;
        auto& rx = ends.second;
        cell<int> data{0};
        {
            thread other([&, mine = rx] {
                require(mine.recv()->value.read() == 1);
                require(data.read() == 1);
            });
            thread sender([&] {
                data.write() = 1;
                require(tx.send(watched(1)) == 2);
            });
            require(rx.recv()->value.read() == 1);
            require(data.read() == 1);
        }
    },
    bounded(2));

const enter broadcast_overruns(
    "broadcast", "broadcast_overruns",
    [] {
        auto ends = weft::broadcast_channel<watched>(1);
        auto& tx = ends.first;
        auto& rx = ends.second;
        {
            thread sender([&tx] {
                static_cast<void>(tx.send(watched(1)));
                static_cast<void>(tx.send(watched(2)));
            });
            const auto got = rx.recv();
            require(got->value.read() == 1 ? got.missed() == 0 : got.missed() == 1);
        }
    },
    bounded(2));

const enter broadcast_ends(
    "broadcast", "broadcast_ends",
    [] {
        auto ends = weft::broadcast_channel<watched>(2);
        cell<int> data{0};
        thread sender([&data, tx = std::optional(std::move(ends.first))]() mutable {
            static_cast<void>(tx->send(watched(1)));
            data.write() = 1;
            tx.reset();
        });
        const auto rx = std::move(ends.second);
        require(rx.recv()->value.read() == 1);
        require(rx.recv().closed());
        require(data.read() == 1);
    },
    bounded(2));

/// A receiver that learns of the end sees what all senders did before they left.
template <class Ends, class AtEnd>
void closing_orders(Ends ends, AtEnd at_end)
{
    cell<int> a{0};
    cell<int> b{0};
    auto& tx = ends.first;
    thread one([&a, mine = std::optional(tx)]() mutable {
        a.write() = 1;
        mine.reset();
    });
    thread two([&b, mine = std::optional(std::move(tx))]() mutable {
        b.write() = 1;
        mine.reset();
    });
    if (at_end(ends.second)) require(a.read() + b.read() == 2);
}

const enter broadcast_closing_orders(
    "broadcast", "broadcast_closing_orders",
    [] { closing_orders(weft::broadcast_channel<int>(1), [](const auto& rx) { return rx.try_recv().closed(); }); },
    bounded(3));

const enter watch_closing_orders(
    "broadcast", "watch_closing_orders",
    [] { closing_orders(weft::watch(0), [](const auto& rx) { return rx.is_closed(); }); }, bounded(3));

const enter broadcast_leaves(
    "broadcast", "broadcast_leaves",
    [] {
        // Copies are made, and go, while a message is sent and another one is overwritten.
        auto ends = weft::broadcast_channel<watched>(1);
        auto& tx = ends.first;
        auto& rx = ends.second;
        static_cast<void>(tx.send(watched(1)));
        {
            thread sender([&tx] { static_cast<void>(tx.send(watched(2))); });
            thread other([mine = std::optional(rx)]() mutable {
                const auto copy = *mine;
                mine.reset();
                static_cast<void>(copy.try_recv());
            });
            static_cast<void>(rx.try_recv());
        }
    },
    bounded(2));

const enter watch_changes(
    "broadcast", "watch_changes",
    [] {
        auto ends = weft::watch(watched(0));
        auto& tx = ends.first;
        auto& rx = ends.second;
        cell<int> data{0};
        thread sender([&] {
            data.write() = 1;
            require(static_cast<bool>(tx.send(watched(1))));
        });
        require(rx.changed());
        require(data.read() == 1);
        require(rx.get().value.read() == 1);
    },
    bounded(3));

const enter watch_ends(
    "broadcast", "watch_ends",
    [] {
        auto ends = weft::watch(watched(0));
        cell<int> data{0};
        thread sender([&data, tx = std::optional(std::move(ends.first))]() mutable {
            data.write() = 1;
            tx.reset();
        });
        const auto rx = std::move(ends.second);
        require(!rx.changed());
        require(data.read() == 1);
    },
    bounded(3));

/// A selector that waits on a broadcast channel and on a watched value misses neither, whichever comes first.
const enter broadcast_selects(
    "broadcast", "broadcast_selects",
    [] {
        auto ends = weft::broadcast_channel<int>(1);
        auto value_ends = weft::watch(0);
        auto& rx = ends.second;
        auto& value = value_ends.second;
        cell<int> a{0};
        cell<int> b{0};
        thread one([&a, &tx = ends.first] {
            a.write() = 1;
            static_cast<void>(tx.send(1));
        });
        thread two([&b, &tx = value_ends.first] {
            b.write() = 1;
            require(static_cast<bool>(tx.send(1)));
        });
        weft::selector s;
        s.recv(rx);
        s.changed(value);
        for (int left = 2; left != 0; --left) {
            auto op = s.wait();
            if (op.index() == 0) {
                require(op.recv(rx) == 1);
                require(a.read() == 1);
            } else {
                require(op.changed(value));
                require(b.read() == 1);
            }
        }
    },
    bounded(2));

/// One that only looks is told, too, and takes nothing from a receiver that waits for the same message.
const enter broadcast_is_ready(
    "broadcast", "broadcast_is_ready",
    [] {
        auto ends = weft::broadcast_channel<int>(1);
        auto& tx = ends.first;
        auto& rx = ends.second;
        {
            thread other([mine = rx] { require(mine.recv() == 1); });
            thread sender([&tx] { require(tx.send(1) == 2); });
            weft::selector s;
            s.recv(rx);
            require(s.ready() == 0);
            require(rx.try_recv() == 1);
        }
    },
    bounded(2));

const enter watch_is_ready(
    "broadcast", "watch_is_ready",
    [] {
        auto ends = weft::watch(0);
        auto& rx = ends.second;
        thread sender([tx = std::optional(std::move(ends.first))]() mutable { tx.reset(); });
        weft::selector s;
        s.changed(rx);
        require(s.ready() == 0);
        require(!s.wait().changed(rx));
    },
    bounded(3));

const enter watch_updates(
    "broadcast", "watch_updates",
    [] {
        auto ends = weft::watch(watched(0));
        auto& tx = ends.first;
        auto& rx = ends.second;
        const auto add = [](const watched& w) { return watched(w.value.read() + 1); };
        {
            thread one([&, mine = tx] { mine.update(add); });
            thread two([&, mine = tx] { mine.update(add); });
            static_cast<void>(rx.get());
        }
        require(rx.get().value.read() == 2);
    },
    bounded(2));

}  // namespace
