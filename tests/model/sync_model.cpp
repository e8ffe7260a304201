// tests/model/sync_model.cpp - parker, spinlock, event_count and wait_group under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/thread.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>
#include <weft/sync/event_count.hpp>
#include <weft/sync/parker.hpp>
#include <weft/sync/spinlock.hpp>
#include <weft/sync/wait_group.hpp>

#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;
namespace order = weft::detail::order;

// --- parker ----------------------------------------------------------------------------------------------------------

const enter parker_hands_over("sync", "parker_hands_over", [] {
    weft::detail::parking_spot spot;
    cell<int> data{0};
    thread waker([&] {
        data.write() = 1;
        spot.unpark();
    });
    spot.park();
    require(data.read() == 1);
});

const enter parker_second_unpark("sync", "parker_second_unpark", [] {
    weft::detail::parking_spot spot;
    weft::detail::atomic<int> flag{0};
    cell<int> data{0};
    thread one([&] { spot.unpark(); });
    thread two([&] {
        data.write() = 1;
        flag.store(1, order::relaxed);
        spot.unpark();
    });
    // Whoever takes a token after the second unpark sees what came before it; at most one token may be older.
    spot.park();
    if (flag.load(order::relaxed) == 0) spot.park_until(weft::detail::clock::now() + std::chrono::seconds(1));
});

const enter parker_no_lost_token("sync", "parker_no_lost_token", [] {
    weft::detail::parking_spot spot;
    spot.unpark();
    spot.park();
    thread waker([&] { spot.unpark(); });
    spot.park();
});

const enter parker_elsewhere("sync", "parker_elsewhere", [] {
    // One that sleeps in a system call of its own, for which `bell` stands, and which ends by itself, too.
    weft::detail::parking_spot spot;
    weft::detail::parking_spot bell;
    cell<int> data{0};
    thread waker([&] {
        data.write() = 1;
        if (spot.unpark()) bell.unpark();
    });
    thread event([&] { bell.unpark(); });
    for (bool token = false; !token;) {
        if (spot.leave_for_elsewhere()) {
            bell.park();
            token = spot.come_back_from_elsewhere();
        } else {
            token = true;
        }
    }
    require(data.read() == 1);
});

const enter parker_twice("sync", "parker_twice", [] {
    weft::detail::parking_spot spot;
    weft::detail::parking_spot back;
    cell<int> data{0};
    thread other([&] {
        data.write() = 1;
        spot.unpark();
        back.park();
        data.write() = 2;
        spot.unpark();
    });
    spot.park();
    require(data.read() == 1);
    back.unpark();
    spot.park();
    require(data.read() == 2);
});

const enter parker_times_out("sync", "parker_times_out", [] {
    weft::detail::parking_spot spot;
    cell<int> data{0};
    thread waker([&] {
        data.write() = 1;
        spot.unpark();
    });
    if (!spot.park_until(weft::detail::clock::now() + std::chrono::seconds(1))) spot.park();
    require(data.read() == 1);
});

const enter parker_outlived("sync", "parker_outlived", [] {
    weft::unparker handle = [] {
        weft::parker p;
        return p.unparker();
    }();
    thread waker([handle] { handle.unpark(); });
});

// --- spinlock --------------------------------------------------------------------------------------------------------

const enter spinlock_excludes("sync", "spinlock_excludes", [] {
    weft::spinlock lock;
    cell<int> data{0};
    const auto add = [&] {
        lock.lock();
        ++data.write();
        lock.unlock();
    };
    {
        thread one(add);
        thread two(add);
    }
    require(data.read() == 2);
});

const enter spinlock_tries("sync", "spinlock_tries", [] {
    weft::spinlock lock;
    cell<int> data{0};
    const auto add = [&] {
        if (!lock.try_lock()) return;
        ++data.write();
        lock.unlock();
    };
    thread one(add);
    thread two(add);
    thread three([&] {
        lock.lock();
        ++data.write();
        lock.unlock();
    });
});

// --- event_count -----------------------------------------------------------------------------------------------------

const enter event_count_no_lost_wakeup("sync", "event_count_no_lost_wakeup", [] {
    weft::event_count event;
    weft::detail::atomic<int> ready{0};
    thread notifier([&] {
        ready.store(1, order::relaxed);
        event.notify_one();
    });
    event.await([&] { return ready.load(order::relaxed) == 1; });
});

const enter event_count_order("sync", "event_count_order", [] {
    // The waiter learns of the data through the event alone: its look at the condition gives no order.
    weft::event_count event;
    weft::detail::atomic<int> ready{0};
    cell<int> data{0};
    thread notifier([&] {
        const auto waiting = ready.load(order::relaxed);
        data.write() = waiting + 1;
        event.notify_all();
    });
    const auto key = event.prepare_wait();
    if (event.wait_until(key, weft::detail::clock::now() + std::chrono::seconds(1))) require(data.read() == 1);
});

const enter event_count_wait("sync", "event_count_wait", [] {
    // As event_count_order, for the wait without a deadline: the notifier comes after the announcement.
    weft::event_count event;
    weft::detail::atomic<bool> announced{false};
    cell<int> data{0};
    thread notifier([&] {
        while (!announced.load(order::relaxed)) weft::model::spin_hint();
        data.write() = 1;
        event.notify_all();
    });
    const auto key = event.prepare_wait();
    announced.store(true, order::relaxed);
    event.wait(key);
    require(data.read() == 1);
});

const enter event_count_two_waiters(
    "sync", "event_count_two_waiters",
    [] {
        weft::event_count event;
        weft::detail::atomic<int> ready{0};
        const auto wait = [&] { event.await([&] { return ready.load(order::acquire) == 1; }); };
        thread one(wait);
        thread two(wait);
        ready.store(1, order::release);
        event.notify_all();
    },
    scenarios::bounded(3));

const enter event_count_one_each(
    "sync", "event_count_one_each",
    [] {
        weft::event_count event;
        weft::detail::atomic<int> items{0};
        const auto wait = [&] {
            event.await([&] {
                int n = items.load(order::relaxed);
                while (n > 0) {
                    if (items.compare_exchange_weak(n, n - 1, order::acquire, order::relaxed)) return true;
                }
                return false;
            });
        };
        thread one(wait);
        thread two(wait);
        items.fetch_add(1, order::release);
        event.notify_one();
        items.fetch_add(1, order::release);
        event.notify_one();
    },
    scenarios::bounded(2));

// --- wait_group ------------------------------------------------------------------------------------------------------

const enter wait_group_all_done(
    "sync", "wait_group_all_done",
    [] {
        weft::wait_group group;
        cell<int> a{0};
        cell<int> b{0};
        thread one([&a, group] { a.write() = 1; });
        thread two([&b, mine = weft::wait_group(group)]() mutable {
            b.write() = 1;
            const weft::wait_group gone = std::move(mine);
        });
        {
            // The closures of the threads keep their copies until they end.
            group.wait();
        }
        require(a.read() == 1);
        require(b.read() == 1);
    },
    scenarios::bounded(2));

const enter wait_group_two_waiters("sync", "wait_group_two_waiters", [] {
    weft::wait_group group;
    cell<int> a{0};
    cell<int> b{0};
    thread other([&, mine = group]() mutable {
        a.write() = 1;
        mine.wait();
        require(b.read() == 1);
    });
    b.write() = 1;
    group.wait();
    require(a.read() == 1);
});

// One waiter is slow to come back from a round; the other one ends the next round meanwhile, alone. That must not end
// the round that the slow one then begins.
const enter wait_group_rounds(
    "sync", "wait_group_rounds",
    [] {
        weft::wait_group group;
        cell<int> a{0};
        thread quick([mine = group]() mutable {
            mine.wait();
            const weft::wait_group gone = std::move(mine);
        });
        group.wait();
        thread other([&a, mine = group]() mutable {
            a.write() = 1;
            const weft::wait_group gone = std::move(mine);
        });
        group.wait();
        require(a.read() == 1);
    },
    scenarios::bounded(3));

}  // namespace
