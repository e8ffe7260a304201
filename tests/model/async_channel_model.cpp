// tests/model/async_channel_model.cpp - coroutines in the lines of channels: woken, stopped, or out of time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async_channel.hpp>
#include <weft/async/async_select.hpp>
#include <weft/async/detail/channel_wait.hpp>
#include <weft/async/detail/timer.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/async/task.hpp>
#include <weft/channel/channel.hpp>
#include <weft/model/thread.hpp>
#include <weft/pool/thread_pool.hpp>
#include <weft/seam/cell.hpp>
#include <weft/seam/clock.hpp>

#include <chrono>
#include <cstddef>
#include <utility>

#include "small_pool.hpp"

namespace {

using scenarios::enter;
using scenarios::large;
using scenarios::threads;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;

/// What a task that may be stopped has to say: a message, 0 for the end of the channel, -1 for a stop.
weft::task<int> receive(const weft::receiver<int>& rx, cell<int>& data)
{
    try {
        const auto m = co_await rx.async_recv();
        if (!m) co_return 0;
        require(data.read() == *m);
        co_return *m;
    } catch (const weft::stopped&) {
        co_return -1;
    }
}

weft::task<int> send(const weft::sender<int>& tx, int value)
{
    try {
        co_return co_await tx.async_send(value) ? 1 : 0;
    } catch (const weft::stopped&) {
        co_return -1;
    }
}

// --- wake against suspend --------------------------------------------------------------------------------------------

void recv_meets_send(std::size_t capacity)
{
    weft::thread_pool pool(threads(1));
    auto [tx, rx] = weft::bounded<int>(capacity);
    cell<int> data{0};
    auto h = pool.spawn(receive(rx, data));
    data.write() = 7;
    require(static_cast<bool>(tx.send(7)));
    require(h.get() == 7);
}

const enter async_recv_meets_send("async_channel", "async_recv_meets_send", [] { recv_meets_send(1); }, large(2));
const enter async_recv_meets_sender("async_channel", "async_recv_meets_sender", [] { recv_meets_send(0); }, large(2));

const enter async_recv_meets_unlimited(
    "async_channel", "async_recv_meets_unlimited",
    [] {
        weft::thread_pool pool(threads(1));
        auto [tx, rx] = weft::unbounded<int>();
        cell<int> data{0};
        auto h = pool.spawn(receive(rx, data));
        data.write() = 7;
        require(static_cast<bool>(tx.send(7)));
        require(h.get() == 7);
    },
    large(2));

void send_meets_recv(std::size_t capacity)
{
    weft::thread_pool pool(threads(1));
    auto [tx, rx] = weft::bounded<int>(capacity);
    for (std::size_t i = 0; i < capacity; ++i) require(static_cast<bool>(tx.try_send(1)));
    auto h = pool.spawn(send(tx, 7));
    for (std::size_t i = 0; i < capacity; ++i) require(rx.recv() == 1);
    require(rx.recv() == 7);
    require(h.get() == 1);
}

const enter async_send_meets_recv("async_channel", "async_send_meets_recv", [] { send_meets_recv(1); }, large(1));
const enter async_send_meets_receiver(
    "async_channel", "async_send_meets_receiver", [] { send_meets_recv(0); }, large(2));

const enter async_both_sides(
    "async_channel", "async_both_sides",
    [] {
        // Two tasks on two threads, one place: each wakes the other.
        weft::thread_pool pool(threads(2));
        auto [tx, rx] = weft::bounded<int>(1);
        cell<int> data{0};
        const auto sends = [&data](weft::sender<int> to) -> weft::task<> {
            data.write() = 7;
            static_cast<void>(co_await to.async_send(7));
        };
        auto a = pool.spawn(sends(std::move(tx)));
        auto b = pool.spawn(receive(rx, data));
        a.get();
        require(b.get() == 7);
    },
    large(1));

const enter async_close_wakes(
    "async_channel", "async_close_wakes",
    [] {
        weft::thread_pool pool(threads(1));
        auto ends = weft::bounded<int>(1);
        cell<int> data{0};
        auto h = pool.spawn(receive(ends.second, data));
        {
            const auto last = std::move(ends.first);
        }
        require(h.get() == 0);
    },
    large(2));

const enter async_one_message_for_two(
    "async_channel", "async_one_message_for_two",
    [] {
        // A task and a thread wait for the same message: one gets it, the other learns of the end.
        weft::thread_pool pool(threads(1));
        auto ends = weft::bounded<int>(1);
        cell<int> data{7};
        auto h = pool.spawn(receive(ends.second, data));
        int got = 0;
        {
            thread other([&data, &got, rx = ends.second] {
                const auto m = rx.recv();
                if (m) {
                    require(data.read() == 7);
                    got = *m;
                }
            });
            const auto last = std::move(ends.first);
            require(static_cast<bool>(last.send(7)));
        }
        require(h.get() + got == 7);
    },
    large(1));

/// An arm that is never ready, and remembers who has put it in line.
struct noted : weft::detail::channels::arm {
    bool start(bool) override { return false; }
    bool is_ready() noexcept override { return false; }
    weft::detail::channels::registration register_waiter() noexcept override
    {
        ++times.write();
        return weft::detail::channels::registration::queued;
    }
    void unregister() noexcept override { ++times.write(); }
    void accept(weft::detail::channels::verdict) noexcept override {}
    void cancel() noexcept override {}
    cell<int> times{0};
};

/// Receives, with other arms behind it.
class noted_recv : public weft::detail::channel_wait {
public:
    explicit noted_recv(const weft::receiver<int>& from) : channel_wait(false), arm_(from) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller)
    {
        return wait(all_, caller.promise().here(), caller, weft::detail::channels::no_deadline);
    }
    int await_resume()
    {
        require(outcome() == &arm_);
        arm_.finish();
        require(note_.times.read() < 3);
        return *arm_.result();
    }

private:
    weft::detail::channels::recv_arm<int> arm_;
    noted note_;
    weft::detail::channels::arm* all_[2] = {&arm_, &note_};
};

const enter async_let_go_on_elsewhere(
    "async_channel", "async_let_go_on_elsewhere",
    [] {
        // Woken while it is still getting in line elsewhere, a task that no stop state guards goes on, on another thread, and
        // sees what was done there until it was suspended.
        weft::thread_pool pool(threads(1));
        auto [tx, rx] = weft::bounded<int>(1);
        const auto run = [](const auto& from) -> weft::task<int> { co_return co_await noted_recv(from); };
        thread other([&tx = tx] { require(static_cast<bool>(tx.send(7))); });
        require(weft::sync_wait(pool, run(rx)) == 7);
    },
    large(2));

// --- stop against hand-over ------------------------------------------------------------------------------------------

void recv_stopped(std::size_t capacity)
{
    weft::thread_pool pool(threads(1));
    auto [tx, rx] = weft::bounded<int>(capacity);
    cell<int> data{7};
    auto h = pool.spawn(receive(rx, data));
    bool sent = false;
    {
        thread other([&sent, &tx = tx] { sent = static_cast<bool>(tx.try_send(7)); });
        h.request_stop();
    }
    const int got = h.get();
    const auto left = rx.try_recv();
    require((got == 7 ? 1 : 0) + (left ? 1 : 0) == (sent ? 1 : 0), "a message is lost, or doubled");
}

const enter async_recv_stopped("async_channel", "async_recv_stopped", [] { recv_stopped(1); }, large(2));
const enter async_recv_stopped_at_meeting(
    "async_channel", "async_recv_stopped_at_meeting", [] { recv_stopped(0); }, large(2));

void send_stopped(std::size_t capacity)
{
    weft::thread_pool pool(threads(1));
    auto [tx, rx] = weft::bounded<int>(capacity);
    for (std::size_t i = 0; i < capacity; ++i) require(static_cast<bool>(tx.try_send(1)));
    auto h = pool.spawn(send(tx, 7));
    int received = 0;
    {
        thread other([&received, &rx = rx] {
            if (const auto m = rx.try_recv()) received += *m;
        });
        h.request_stop();
    }
    const int sent = h.get();
    while (const auto m = rx.try_recv()) received += *m;
    require(received % 7 == (capacity == 0 ? 0 : 1));
    require((received >= 7 ? 1 : -1) == sent, "a message is lost, or doubled");
}

const enter async_send_stopped("async_channel", "async_send_stopped", [] { send_stopped(1); }, large(2));
const enter async_send_stopped_at_meeting(
    "async_channel", "async_send_stopped_at_meeting", [] { send_stopped(0); }, large(2));

const enter async_recv_at_the_end_of_a_pool(
    "async_channel", "async_recv_at_the_end_of_a_pool",
    [] {
        // The pool ends while a thread outside wakes its task.
        auto [tx, rx] = weft::bounded<int>(1);
        cell<int> data{7};
        {
            thread other([&tx = tx] { static_cast<void>(tx.try_send(7)); });
            weft::thread_pool pool(threads(1));
            static_cast<void>(pool.spawn(receive(rx, data)));
        }
    },
    large(2));

// --- select ----------------------------------------------------------------------------------------------------------

weft::task<int> choose(const weft::receiver<int>& a, const weft::receiver<int>& b)
{
    const auto take = [](auto m) { return m ? *m : 0; };
    try {
        co_return co_await weft::async_select(weft::on_recv(a, take), weft::on_recv(b, take));
    } catch (const weft::stopped&) {
        co_return -1;
    }
}

void two_ready(std::size_t capacity, bool stops)
{
    weft::thread_pool pool(threads(1));
    auto one = weft::bounded<int>(capacity);
    auto two = weft::bounded<int>(capacity);
    auto h = pool.spawn(choose(one.second, two.second));
    int sent = 0;
    {
        bool is_sent = false;
        {
            thread other([&] { is_sent = static_cast<bool>(two.first.try_send(7)); });
            if (stops) {
                h.request_stop();
            } else if (one.first.try_send(7)) {
                ++sent;
            }
        }
        if (is_sent) ++sent;
    }
    if (!stops && sent == 0) h.request_stop();  // at a rendezvous both may have come too early
    int got = h.get() == 7 ? 1 : 0;
    for (const auto* rx : {&one.second, &two.second}) {
        if (rx->try_recv()) ++got;
    }
    require(got == sent, "a message is lost, or doubled");
}

const enter async_select_two_ready("async_channel", "async_select_two_ready", [] { two_ready(1, false); }, large(1));
const enter async_select_two_meetings(
    "async_channel", "async_select_two_meetings", [] { two_ready(0, false); }, large(1));
const enter async_select_stopped("async_channel", "async_select_stopped", [] { two_ready(1, true); }, large(1));
const enter async_select_stopped_at_meeting(
    "async_channel", "async_select_stopped_at_meeting", [] { two_ready(0, true); }, large(1));

const enter async_selects_meet(
    "async_channel", "async_selects_meet",
    [] {
        // A task and a thread select at the same two rendezvous, each the other's partner: one operation on each side.
        weft::thread_pool pool(threads(1));
        auto [atx, arx] = weft::bounded<int>(0);
        auto [btx, brx] = weft::bounded<int>(0);
        const auto run = [](const auto& tx, const auto& rx) -> weft::task<int> {
            co_return co_await weft::async_select(weft::on_send(tx, 1, [](auto s) { return s ? 10 : 0; }),
                                                  weft::on_recv(rx, [](auto m) { return m ? *m : 0; }));
        };
        auto h = pool.spawn(run(atx, brx));
        const int mine = weft::select(weft::on_send(btx, 2, [](auto s) { return s ? 10 : 0; }),
                                      weft::on_recv(arx, [](auto m) { return m ? *m : 0; }));
        const int its = h.get();
        require((its == 10 && mine == 1) || (its == 2 && mine == 10));
    },
    large(1));

// --- the time-out ----------------------------------------------------------------------------------------------------

/// Receives until a deadline, which a queue of the scenario's own keeps.
class timed_recv : public weft::detail::channel_wait {
public:
    timed_recv(const weft::receiver<int>& from, weft::detail::timer_queue& queue) : channel_wait(false), arm_(from)
    {
        sleepers_ = &queue;
    }
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller)
    {
        return wait(all_, caller.promise().here(), caller, weft::detail::clock::now() + std::chrono::hours(1000));
    }
    bool await_resume()
    {
        if (outcome() == nullptr) return false;
        arm_.finish();
        return true;
    }

private:
    weft::detail::channels::recv_arm<int> arm_;
    noted note_;
    weft::detail::channels::arm* all_[2] = {&arm_, &note_};
};

/// The keeper is a thread of the model's. An alarm that comes too early is not mistaken for the deadline.
void alarm_meets_send(std::size_t pool_threads)
{
    weft::thread_pool pool(threads(pool_threads));
    auto [tx, rx] = weft::bounded<int>(1);
    weft::detail::timer_queue queue;
    const auto run = [&, &from = rx]() -> weft::task<bool> { co_return co_await timed_recv(from, queue); };
    {
        thread keeper([&] { static_cast<void>(queue.fire(weft::detail::clock::time_point::max())); });
        thread other([&tx = tx] { require(static_cast<bool>(tx.send(7))); });
        require(weft::sync_wait(pool, run()));
    }
    require(queue.first_deadline() == weft::detail::clock::time_point::max(), "an alarm is still there");
}

const enter async_alarm_meets_send("async_channel", "async_alarm_meets_send", [] { alarm_meets_send(1); }, large(2));
const enter async_alarm_rings_elsewhere(
    "async_channel", "async_alarm_rings_elsewhere", [] { alarm_meets_send(2); }, large(2));

const enter async_alarm_meets_stop(
    "async_channel", "async_alarm_meets_stop",
    [] {
        weft::thread_pool pool(threads(1));
        auto [tx, rx] = weft::bounded<int>(1);
        weft::detail::timer_queue queue;
        const auto run = [&, &from = rx]() -> weft::task<bool> {
            try {
                co_return co_await timed_recv(from, queue);
            } catch (const weft::stopped&) {
            }
            co_return false;
        };
        auto h = pool.spawn(run());
        {
            thread keeper([&] { static_cast<void>(queue.fire(weft::detail::clock::time_point::max())); });
            h.request_stop();
        }
        require(!h.get());
        require(queue.first_deadline() == weft::detail::clock::time_point::max(), "an alarm is still there");
    },
    large(1));

}  // namespace
