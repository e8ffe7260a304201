// tests/model/async_model.cpp - coroutines on the shipped pool: who makes them ready, who waits, who asks them to stop.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/async/detail/stop_state.hpp>
#include <weft/async/detail/strand.hpp>
#include <weft/async/detail/timer.hpp>
#include <weft/base/spin_hint.hpp>
#include <weft/model/thread.hpp>
#include <weft/pool/thread_pool.hpp>
#include <weft/seam/cell.hpp>
#include <weft/sync/detail/parking_spot.hpp>

#include <utility>

#include "small_pool.hpp"

namespace {

using scenarios::enter;
using scenarios::large;
using scenarios::threads;
using weft::detail::cell;
using weft::detail::parking_spot;
using weft::detail::order::acquire;
using weft::detail::order::relaxed;
using weft::model::require;
using weft::model::thread;

/// Writes into a cell what another one holds.
weft::task<int> copy(cell<int>& from, cell<int>& to)
{
    to.write() = from.read();
    co_return to.read();
}

/// Waits for what does not come.
weft::task<> wait_for(weft::async_event& never) { co_await never.wait(); }

/// Fails with a number.
weft::task<> fail_with(int n)
{
    throw n;
    co_return;
}

/// The number that `f()` throws; 0 if it throws none.
template <class F>
int thrown_by(F&& f)
{
    try {
        f();
    } catch (int n) {
        return n;
    }
    return 0;
}

// --- ready strands ---------------------------------------------------------------------------------------------------

const enter ready_from_outside(
    "async", "ready_from_outside",
    [] {
        // A thread that does not belong to the pool wakes the last task, after which the pool ends.
        cell<int> data{0};
        {
            weft::async_event e;
            weft::thread_pool pool(threads(1));
            const auto waits = [&]() -> weft::task<> {
                co_await e.wait();
                require(data.read() == 1);
                ++data.write();
            };
            auto h = pool.spawn(waits());
            thread other([&] {
                data.write() = 1;
                e.set();
            });
            h.get();
        }
        require(data.read() == 2);
    },
    large(2));

const enter ready_is_taken_once(
    "async", "ready_is_taken_once",
    [] {
        weft::thread_pool pool(threads(2));
        cell<int> ran[2];
        const auto run = [](cell<int>& c) -> weft::task<> {
            ++c.write();
            co_await weft::async_yield();
            ++c.write();
        };
        auto a = pool.spawn(run(ran[0]));
        auto b = pool.spawn(run(ran[1]));
        a.get();
        b.get();
        require(ran[0].read() == 2 && ran[1].read() == 2);
    },
    large(1));

// --- handles ---------------------------------------------------------------------------------------------------------

const enter join_gets_the_result(
    "async", "join_gets_the_result",
    [] {
        weft::thread_pool pool(threads(1));
        cell<int> from{5};
        cell<int> to{0};
        auto h = pool.spawn(copy(from, to));
        require(h.get() == 5);
        require(to.read() == 5);
    },
    large(2));

const enter join_awaited(
    "async", "join_awaited",
    [] {
        weft::thread_pool pool(threads(2));
        cell<int> from{5};
        cell<int> to{0};
        const auto waits = [&]() -> weft::task<int> {
            const int got = co_await weft::spawn(copy(from, to));
            co_return got + to.read();
        };
        require(weft::sync_wait(pool, waits()) == 10);
    },
    large(1));

const enter join_is_done(
    "async", "join_is_done",
    [] {
        weft::thread_pool pool(threads(1));
        cell<int> from{5};
        cell<int> to{0};
        auto h = pool.spawn(copy(from, to));
        if (h.is_done()) require(to.read() == 5);
        static_cast<void>(h.get());
    },
    large(2));

const enter join_dropped(
    "async", "join_dropped",
    [] {
        cell<int> from{5};
        cell<int> to{0};
        weft::thread_pool pool(threads(1));
        {
            auto h = pool.spawn(copy(from, to));
        }
    },
    large(2));

const enter join_stopped(
    "async", "join_stopped",
    [] {
        // The one that waits is stopped, or the one that is waited for ends; whichever comes first, once.
        cell<int> from{5};
        cell<int> to{0};
        weft::thread_pool pool(threads(1));
        const auto waits = [&]() -> weft::task<int> {
            auto inner = weft::spawn(copy(from, to));
            int got = 0;
            try {
                got = co_await inner;
                require(to.read() == 5);
            } catch (const weft::stopped&) {
            }
            co_return got;
        };
        auto h = pool.spawn(waits());
        h.request_stop();
        const int got = h.get();
        require(got == 0 || got == 5);
    },
    large(2));

// --- stop ------------------------------------------------------------------------------------------------------------

const enter stop_is_seen("async", "stop_is_seen", [] {
    weft::detail::stop_state top;
    weft::detail::stop_state below;
    below.open(&top, nullptr);
    cell<int> data{0};
    {
        thread requester([&] {
            data.write() = 1;
            top.request();
        });
        if (below.is_requested()) require(data.read() == 1);
    }
    require(below.is_requested());
    weft::detail::stop_state late;
    late.open(&top, nullptr);
    require(late.is_requested());
    late.close();
    below.close();
});

const enter stop_meets_done(
    "async", "stop_meets_done",
    [] {
        weft::async_event e;
        weft::thread_pool pool(threads(1));
        const auto waits = [&]() -> weft::task<bool> {
            bool done = true;
            try {
                co_await e.wait();
            } catch (const weft::stopped&) {
                done = false;
            }
            co_return done;
        };
        auto h = pool.spawn(waits());
        thread other([&] { e.set(); });
        h.request_stop();
        static_cast<void>(h.get());
    },
    large(2));

const enter stop_meets_the_end(
    "async", "stop_meets_the_end",
    [] {
        // A state ends while the one above it is asked.
        weft::detail::stop_state top;
        {
            thread requester([&] { top.request(); });
            weft::detail::stop_state below;
            below.open(&top, nullptr);
            weft::detail::stop_state bottom;
            bottom.open(&below, nullptr);
            bottom.close();
            below.close();
        }
        require(top.is_empty());
    },
    scenarios::bounded(3));

const enter stop_at_the_end_of_a_pool(
    "async", "stop_at_the_end_of_a_pool",
    [] {
        cell<int> ended{0};
        weft::async_event never;
        {
            weft::thread_pool pool(threads(1));
            const auto waits = [&]() -> weft::task<> {
                struct at_end {
                    cell<int>& c;
                    ~at_end() { ++c.write(); }
                };
                const at_end e{ended};
                co_await never.wait();
            };
            static_cast<void>(pool.spawn(waits()));
        }
        require(ended.read() == 1);
    },
    large(2));

const enter end_meets_the_first_task(
    "async", "end_meets_the_first_task",
    [] {
        // The first task of the pool begins while the pool ends: it is asked to stop all the same.
        weft::async_event never;
        weft::thread_pool pool(threads(1));
        pool.spawn([&] { static_cast<void>(weft::spawn(wait_for(never))); });
    },
    large(2));

const enter end_meets_a_task_elsewhere(
    "async", "end_meets_a_task_elsewhere",
    [] {
        // A task ends on a thread of another pool, while its own pool waits for it.
        cell<int> ended{0};
        weft::thread_pool other(threads(1));
        {
            weft::thread_pool pool(threads(1));
            const auto leaves = [&]() -> weft::task<> {
                co_await other.schedule();
                ++ended.write();
            };
            static_cast<void>(pool.spawn(leaves()));
        }
        require(ended.read() == 1);
    },
    large(2));

// --- groups and scopes -----------------------------------------------------------------------------------------------

const enter group_ends(
    "async", "group_ends",
    [] {
        weft::thread_pool pool(threads(2));
        cell<int> from{1};
        cell<int> to[2];
        auto [a, b] = weft::sync_wait(pool, weft::when_all(copy(from, to[0]), copy(from, to[1])));
        require(a + b + to[0].read() + to[1].read() == 4);
    },
    large(1));

const enter group_fails(
    "async", "group_fails",
    [] {
        // The failure stops the other one, which may wait by then or not; its end by that is not what is thrown.
        weft::thread_pool pool(threads(2));
        weft::async_event never;
        require(thrown_by([&] { weft::sync_wait(pool, weft::when_all(wait_for(never), fail_with(7))); }) == 7);
    },
    large(1));

const enter scope_ends(
    "async", "async_scope_ends",
    [] {
        weft::thread_pool pool(threads(2));
        cell<int> ran[2];
        const auto run = [](cell<int>& c) -> weft::task<> {
            ++c.write();
            co_return;
        };
        weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                            s.spawn(run(ran[0]));
                            s.spawn(run(ran[1]));
                            co_return;
                        }));
        require(ran[0].read() + ran[1].read() == 2);
    },
    large(1));

const enter scope_spawns_from_a_task(
    "async", "async_scope_spawns_from_a_task",
    [] {
        weft::thread_pool pool(threads(1));
        cell<int> ran{0};
        const auto inner = [&]() -> weft::task<> {
            ++ran.write();
            co_return;
        };
        weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                            const auto outer = [](weft::async_task_scope& in, const auto& next) -> weft::task<> {
                                in.spawn(next());
                                co_return;
                            };
                            s.spawn(outer(s, inner));
                            co_return;
                        }));
        require(ran.read() == 1);
    },
    large(2));

const enter scope_fails(
    "async", "async_scope_fails",
    [] {
        weft::thread_pool pool(threads(2));
        weft::async_event never;
        const auto body = [&](weft::async_task_scope& s) -> weft::task<> {
            s.spawn(wait_for(never));
            s.spawn(fail_with(7));
            co_return;
        };
        require(thrown_by([&] { weft::sync_wait(pool, weft::async_scope(body)); }) == 7);
    },
    large(1));

// --- locks -----------------------------------------------------------------------------------------------------------

const enter mutex_excludes(
    "async", "async_mutex_excludes",
    [] {
        weft::thread_pool pool(threads(2));
        weft::async_mutex m;
        cell<int> data{0};
        const auto add = [&]() -> weft::task<> {
            const auto hold = co_await m.lock();
            ++data.write();
        };
        auto a = pool.spawn(add());
        auto b = pool.spawn(add());
        a.get();
        b.get();
        require(data.read() == 2);
    },
    large(1));

const enter mutex_hands_over(
    "async", "async_mutex_hands_over",
    [] {
        // A thread holds the lock, and a task comes for it.
        weft::thread_pool pool(threads(1));
        weft::async_mutex m;
        cell<int> data{0};
        auto hold = m.try_lock();
        const auto add = [&]() -> weft::task<> {
            const auto mine = co_await m.lock();
            ++data.write();
        };
        auto h = pool.spawn(add());
        ++data.write();
        hold.unlock();
        if (auto again = m.try_lock()) ++data.write();
        h.get();
        require(data.read() >= 2);
    },
    large(2));

const enter mutex_stopped(
    "async", "async_mutex_stopped",
    [] {
        weft::thread_pool pool(threads(1));
        weft::async_mutex m;
        cell<int> data{0};
        auto hold = m.try_lock();
        const auto wants = [&]() -> weft::task<bool> {
            try {
                const auto mine = co_await m.lock();
                co_return true;
            } catch (const weft::stopped&) {
            }
            co_return false;
        };
        auto h = pool.spawn(wants());
        {
            thread other([&] {
                data.write() = 1;
                hold.unlock();
            });
            h.request_stop();
            static_cast<void>(h.get());
            if (const auto again = m.try_lock()) require(data.read() == 1);
        }
        require(static_cast<bool>(m.try_lock()), "the lock is lost");
    },
    large(2));

const enter event_ends(
    "async", "async_event_ends",
    [] {
        // The event ends as soon as the wait has returned, while the thread that sets it is still at it.
        weft::thread_pool pool(threads(1));
        cell<int> data{0};
        const auto run = [&]() -> weft::task<> {
            auto* const e = weft::detail::make<weft::async_event>();
            const auto sets = [&data, e]() -> weft::task<> {
                data.write() = 1;
                e->set();
                co_return;
            };
            auto h = weft::spawn(sets());
            co_await e->wait();
            require(data.read() == 1);
            weft::detail::dispose(e);
            co_await h;
        };
        weft::sync_wait(pool, run());
    },
    large(2));

/// Sleeps in a queue of the scenario's own.
struct sleeps : weft::detail::timer, weft::detail::strand_awaiter {
    explicit sleeps(weft::detail::timer_queue& q) : queue(q) {}
    weft::detail::timer_queue& queue;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept
    {
        return queue.join(*this, caller.promise().here(), caller, weft::detail::clock::now());
    }
    bool await_resume() noexcept { return queue.wake(*this); }
};

const enter timer_meets_stop(
    "async", "timer_meets_stop",
    [] {
        // A sleeper whose time has come is asked to stop. The keeper is a thread of the model's, and the queue its own.
        weft::thread_pool pool(threads(1));
        weft::detail::timer_queue queue;
        const auto run = [&]() -> weft::task<bool> { co_return co_await sleeps(queue); };
        auto h = pool.spawn(run());
        thread keeper([&] { static_cast<void>(queue.fire(weft::detail::clock::now())); });
        h.request_stop();
        static_cast<void>(h.get());
        require(queue.first_deadline() == weft::detail::clock::time_point::max(), "a sleeper is still there");
    },
    large(1));

/// Sets a limit in a queue of the scenario's own.
struct limits : weft::detail::strand_awaiter {
    limits(weft::detail::time_limit& l, weft::detail::timer_queue& q) : limit(l), queue(q) {}
    weft::detail::time_limit& limit;
    weft::detail::timer_queue& queue;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept
    {
        limit.begin_in(&queue, caller.promise().here(), weft::detail::clock::now());
        return false;
    }
    void await_resume() const noexcept {}
};

const enter limit_meets_end(
    "async", "limit_meets_end",
    [] {
        // The time of a limit comes as what ran under it has ended: either nobody is asked to stop, or the owner goes on after
        // that, and may end it all.
        weft::thread_pool pool(threads(1));
        weft::detail::timer_queue queue;
        const auto run = [&]() -> weft::task<bool> {
            weft::detail::time_limit limit;
            co_await limits(limit, queue);
            if (!limit.end()) co_await limit.settled();
            co_return limit.has_stopped();
        };
        auto h = pool.spawn(run());
        thread keeper([&] { static_cast<void>(queue.fire(weft::detail::clock::now())); });
        static_cast<void>(h.get());
        require(queue.first_deadline() == weft::detail::clock::time_point::max(), "a limit is still there");
    },
    large(1));

const enter stop_finds_all(
    "async", "stop_finds_all",
    [] {
        // Tasks of one scope have a state together: a second wait of one is found, and so is one under a limit.
        weft::detail::timer_queue queue;
        weft::async_event first;
        weft::async_event never;
        const auto again = [&]() -> weft::task<> {
            co_await first.wait();
            co_await never.wait();
        };
        const auto limited = [&]() -> weft::task<> {
            weft::detail::time_limit limit;
            co_await limits(limit, queue);
            try {
                co_await never.wait();
            } catch (const weft::stopped&) {
            }
            if (!limit.end()) co_await limit.settled();
        };
        const auto all = [&]() -> weft::task<> {
            co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                s.spawn(again());
                s.spawn(limited());
                first.set();
                co_return;
            });
        };
        weft::thread_pool pool(threads(1));
        auto h = pool.spawn(all());
        h.request_stop();
        try {
            h.get();
        } catch (const weft::stopped&) {
        }
    },
    large(2));

const enter stop_refuses(
    "async", "stop_refuses",
    [] {
        // A wait that is refused, since a request has come before, sees what the requester did before it, although that one has
        // yet to look at the task.
        weft::async_event never;
        cell<int> data{0};
        parking_spot begun;
        const auto run = [&]() -> weft::task<> {
            begun.unpark();
            try {
                co_await never.wait();
            } catch (const weft::stopped&) {
                require(data.read() == 1);
            }
        };
        weft::thread_pool pool(threads(1));
        auto h = pool.spawn(run());
        begun.park();
        data.write() = 1;
        h.request_stop();
        h.get();
    },
    large(2));

const enter stop_spares(
    "async", "stop_spares",
    [] {
        // What must not be stopped is not, although its strand is linked where it is asked, and the wait is under a state.
        weft::async_event late;
        cell<int> begun{0};
        cell<int> ended{0};
        const auto waits = [&](weft::async_task_scope&) -> weft::task<> { co_await late.wait(); };
        const auto shielded = [&]() -> weft::task<> {
            ++begun.write();
            co_await weft::detached_from_stop(weft::async_scope(waits));
            ++ended.write();
        };
        weft::thread_pool pool(threads(1));
        auto h = pool.spawn(shielded());
        h.request_stop();
        late.set();
        try {
            h.get();
        } catch (const weft::stopped&) {
        }
        require(begun.read() == ended.read());
    },
    large(2));

const enter limit_stops(
    "async", "limit_stops",
    [] {
        // What a limit stops goes on while the thread that has asked it may still be at it.
        weft::thread_pool pool(threads(2));
        weft::detail::timer_queue queue;
        weft::async_event never;
        const auto run = [&]() -> weft::task<bool> {
            weft::detail::time_limit limit;
            co_await limits(limit, queue);
            bool stopped = false;
            try {
                co_await never.wait();
            } catch (const weft::stopped&) {
                stopped = true;
            }
            if (!limit.end()) co_await limit.settled();
            co_return stopped&& limit.has_stopped();
        };
        auto h = pool.spawn(run());
        thread keeper([&] {
            while (queue.first_deadline() == weft::detail::clock::time_point::max()) weft::spin_hint();
            static_cast<void>(queue.fire(weft::detail::clock::now()));
        });
        require(h.get(), "not stopped");
    },
    large(1));

const enter latch_counts(
    "async", "async_latch_counts",
    [] {
        weft::thread_pool pool(threads(1));
        weft::async_latch l(2);
        cell<int> data[2];
        const auto waits = [&]() -> weft::task<> {
            co_await l.wait();
            require(data[0].read() + data[1].read() == 2);
        };
        auto h = pool.spawn(waits());
        thread other([&] {
            data[1].write() = 1;
            l.count_down();
        });
        data[0].write() = 1;
        l.count_down();
        h.get();
    },
    large(1));

}  // namespace
