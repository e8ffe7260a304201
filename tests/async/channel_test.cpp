// tests/async/channel_test.cpp - coroutines, and threads beside them, at both ends of channels.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async_channel.hpp>
#include <weft/async/async_scope.hpp>
#include <weft/async/schedule.hpp>
#include <weft/async/sleep.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/async/task.hpp>
#include <weft/async/when_all.hpp>
#include <weft/async/when_any.hpp>
#include <weft/channel/bounded_queue.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/timer.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../channel/flavours.hpp"
#include "../pool/watchdog.hpp"
#include "test.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

using test::counted;

template <class T>
weft::task<int> send_all(weft::sender<T> tx, int from, int to)
{
    int sent = 0;
    for (int i = from; i < to; ++i) {
        if (co_await tx.async_send(T(i))) ++sent;
    }
    co_return sent;
}

weft::task<std::vector<int>> collect(weft::receiver<int> rx)
{
    std::vector<int> all;
    while (auto m = co_await rx.async_recv()) all.push_back(*m);
    co_return all;
}

/// Each of `to` numbers once, those below each multiple of `share` in ascending order.
bool is_complete(std::vector<int> got, int to, int share)
{
    std::vector<int> next;
    for (int first = 0; first < to; first += share) next.push_back(first);
    for (const int m : got) {
        int& expected = next[static_cast<std::size_t>(m / share)];
        if (m < expected) return false;
        expected = m + 1;
    }
    std::sort(got.begin(), got.end());
    std::vector<int> all(static_cast<std::size_t>(to));
    std::iota(all.begin(), all.end(), 0);
    return got == all;
}

/// A message whose move may throw, so that it travels in a box.
struct heavy {
    explicit heavy(int v) : value(std::make_unique<int>(v)) {}
    heavy(heavy&& other) noexcept(false) : value(std::move(other.value)) {}
    heavy& operator=(heavy&& other) noexcept(false)
    {
        value = std::move(other.value);
        return *this;
    }
    std::unique_ptr<int> value;
};

/// Spins a little, then lets others run.
template <class F>
void wait_until(F is_so)
{
    for (int i = 0; !is_so(); ++i) {
        if (i > 1000) std::this_thread::yield();
    }
}

/// What it costs to wait until a task waits.
void let_it_wait() { std::this_thread::sleep_for(1ms); }

}  // namespace

// --- one task and one channel ----------------------------------------------------------------------------------------

EACH_CHANNEL("async channel: a task sends, another receives, in order, to the end")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const int n = static_cast<int>(test::scaled(20'000));
    auto ends = test::channel<int>(capacity);
    auto sent = pool.spawn(send_all(std::move(ends.first), 0, n));
    const std::vector<int> got = weft::sync_wait(pool, collect(std::move(ends.second)));
    CHECK(sent.get() == n);
    CHECK(is_complete(got, n, n));
}

EACH_CHANNEL("async channel: a thread sends, a task receives")
{
    weft::thread_pool pool{{.num_threads = 1}};
    const int n = static_cast<int>(test::scaled(20'000));
    auto ends = test::channel<int>(capacity);
    auto got = pool.spawn(collect(std::move(ends.second)));
    {
        const auto tx = std::move(ends.first);
        for (int i = 0; i < n; ++i) static_cast<void>(tx.send(i));
    }
    CHECK(is_complete(got.get(), n, n));
}

EACH_CHANNEL("async channel: a task sends, a thread receives")
{
    weft::thread_pool pool{{.num_threads = 1}};
    const int n = static_cast<int>(test::scaled(20'000));
    auto ends = test::channel<int>(capacity);
    auto sent = pool.spawn(send_all(std::move(ends.first), 0, n));
    std::vector<int> got;
    while (const auto m = ends.second.recv()) got.push_back(*m);
    CHECK(sent.get() == n);
    CHECK(is_complete(got, n, n));
}

EACH_CHANNEL("async channel: threads and tasks on both sides give what a single thread gives")
{
    const test::watchdog limit("async channel: threads and tasks on both sides", 120s);
    weft::thread_pool pool{{.num_threads = 2}};
    const int each = static_cast<int>(test::scaled(3000));
    constexpr int senders = 4;
    auto ends = test::channel<int>(capacity);
    std::vector<weft::join_handle<std::vector<int>>> tasks;
    for (int i = 0; i < 2; ++i) tasks.push_back(pool.spawn(collect(ends.second)));
    std::vector<std::vector<int>> taken(2);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : taken) {
            threads.emplace_back([&mine, rx = ends.second] {
                while (const auto m = rx.recv()) mine.push_back(*m);
            });
        }
        ends.second = weft::never<int>();
        for (int s = 0; s < senders; ++s) {
            if (s % 2 == 0) {
                static_cast<void>(pool.spawn(send_all(ends.first, s * each, (s + 1) * each)));
            } else {
                threads.emplace_back([each, s, tx = ends.first] {
                    for (int i = s * each; i < (s + 1) * each; ++i) static_cast<void>(tx.send(i));
                });
            }
        }
        test::drop(std::move(ends.first));
    }
    for (auto& h : tasks) taken.push_back(h.get());
    std::vector<int> all;
    for (auto& part : taken) {
        // What one receiver gets of one sender is in order.
        std::vector<int> last(senders, -1);
        for (const int m : part) {
            int& before = last[static_cast<std::size_t>(m / each)];
            CHECK(m > before);
            before = m;
        }
        all.insert(all.end(), part.begin(), part.end());
    }
    std::sort(all.begin(), all.end());
    std::vector<int> expected(static_cast<std::size_t>(senders * each));
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(all == expected);
}

EACH_CHANNEL("async channel: a thousand tasks on each side")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const int n = static_cast<int>(test::scaled(1000));
    auto ends = test::channel<counted>(capacity);
    std::atomic<long> sum{0};
    const auto take = [](weft::receiver<counted> rx, std::atomic<long>& to) -> weft::task<> {
        const auto m = co_await rx.async_recv();
        if (m) to += m->value;
    };
    weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                        for (int i = 0; i < n; ++i) s.spawn(take(ends.second, sum));
                        for (int i = 0; i < n; ++i) s.spawn(send_all<counted>(ends.first, i, i + 1));
                        co_return;
                    }));
    CHECK(sum == static_cast<long>(n) * (n - 1) / 2);
    test::drop(std::move(ends));
    CHECK(counted::alive() == 0);
}

EACH_CHANNEL("async channel: the last sender wakes the tasks that wait to receive")
{
    weft::thread_pool pool{{.num_threads = 2}};
    auto ends = test::channel<int>(capacity);
    std::vector<weft::join_handle<std::vector<int>>> tasks;
    for (int i = 0; i < 8; ++i) tasks.push_back(pool.spawn(collect(ends.second)));
    let_it_wait();
    test::drop(std::move(ends.first));
    for (auto& h : tasks) CHECK(h.get().empty());
}

EACH_LIMITED("async channel: the last receiver wakes the tasks that wait to send, and their messages are theirs")
{
    weft::thread_pool pool{{.num_threads = 2}};
    auto ends = test::channel<std::unique_ptr<int>>(capacity);
    for (std::size_t i = 0; i < capacity; ++i) static_cast<void>(ends.first.try_send(std::make_unique<int>(0)));
    const auto send = [](weft::sender<std::unique_ptr<int>> tx) -> weft::task<int> {
        auto m = std::make_unique<int>(7);
        const auto r = co_await tx.async_send(std::move(m));
        co_return r.closed() && m != nullptr ? *m : 0;
    };
    std::vector<weft::join_handle<int>> tasks;
    for (int i = 0; i < 8; ++i) tasks.push_back(pool.spawn(send(ends.first)));
    let_it_wait();
    test::drop(std::move(ends.second));
    for (auto& h : tasks) CHECK(h.get() == 7);
}

EACH_CHANNEL("async channel: closed by a thread while tasks wait, and closed before")
{
    weft::thread_pool pool{{.num_threads = 1}};
    auto ends = test::channel<int>(capacity);
    auto waits = pool.spawn(collect(ends.second));
    let_it_wait();
    ends.first.close();
    CHECK(waits.get().empty());
    const auto late = [&]() -> weft::task<bool> {
        const auto s = co_await ends.first.async_send(1);
        const auto r = co_await ends.second.async_recv();
        co_return s.closed() && r.closed();
    };
    CHECK(weft::sync_wait(pool, late()));
}

EACH_BUFFERED("async channel: what is there is received, stop or not, and what has room is sent")
{
    auto ends = test::channel<int>(capacity);
    static_cast<void>(ends.first.send(7));
    const auto run = [&]() -> weft::task<int> {
        const auto m = co_await ends.second.async_recv();
        const auto s = co_await ends.first.async_send(8);
        int got = m && s ? *m : 0;
        static_cast<void>(co_await ends.second.async_recv());
        try {
            static_cast<void>(co_await ends.second.async_recv());
        } catch (const weft::stopped&) {
            got += 100;
            throw;
        }
        co_return got;
    };
    const auto stopped_at_once = [&]() -> weft::task<int> {
        int caught = 0;
        try {
            static_cast<void>(co_await weft::with_timeout(run(), 0s));
        } catch (const weft::stopped&) {
            caught = 1;
        }
        co_return caught;
    };
    CHECK(weft::sync_wait(stopped_at_once()) == 0);  // the time-out's stop is no failure
    CHECK(ends.second.empty());
}

TEST_CASE("async channel: a task that finds every message there lets others run")
{
    weft::thread_pool pool{{.num_threads = 1}};
    auto ends = weft::unbounded<int>();
    std::atomic<bool> over{false};
    const auto busy = [](weft::sender<int> tx, weft::receiver<int> rx, std::atomic<bool>& stop) -> weft::task<long> {
        long rounds = 0;
        while (!stop) {
            static_cast<void>(co_await tx.async_send(1));
            static_cast<void>(co_await rx.async_recv());
            ++rounds;
        }
        co_return rounds;
    };
    const auto other = [](std::atomic<bool>& stop) -> weft::task<> {
        stop = true;
        co_return;
    };
    auto a = pool.spawn(busy(ends.first, ends.second, over));
    auto b = pool.spawn(other(over));
    b.get();
    CHECK(a.get() >= 0);
}

EACH_CHANNEL("async channel: messages that travel in a box")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const int n = static_cast<int>(test::scaled(2000));
    auto ends = test::channel<heavy>(capacity);
    const auto send = [](weft::sender<heavy> tx, int count) -> weft::task<> {
        for (int i = 0; i < count; ++i) static_cast<void>(co_await tx.async_send(heavy(i)));
    };
    const auto recv = [](weft::receiver<heavy> rx) -> weft::task<long> {
        long sum = 0;
        while (const auto m = co_await rx.async_recv()) sum += *m->value;
        co_return sum;
    };
    auto h = pool.spawn(send(std::move(ends.first), n));
    CHECK(weft::sync_wait(pool, recv(std::move(ends.second))) == static_cast<long>(n) * (n - 1) / 2);
    h.get();
}

EACH_LIMITED("async channel: a message in a box that is not sent is given back")
{
    weft::thread_pool pool{{.num_threads = 1}};
    auto ends = test::channel<heavy>(capacity);
    for (std::size_t i = 0; i < capacity; ++i) static_cast<void>(ends.first.try_send(heavy(0)));
    const auto send = [](weft::sender<heavy> tx) -> weft::task<int> {
        heavy m(7);
        try {
            static_cast<void>(co_await tx.async_send(std::move(m)));
        } catch (const weft::stopped&) {
            co_return *m.value;
        }
        co_return 0;
    };
    auto h = pool.spawn(send(ends.first));
    let_it_wait();
    h.request_stop();
    CHECK(h.get() == 7);
}

EACH_CHANNEL("async channel: a message that is copied stays what it was")
{
    weft::thread_pool pool{{.num_threads = 2}};
    auto ends = test::channel<std::string>(capacity);
    const auto send = [](weft::sender<std::string> tx) -> weft::task<std::string> {
        const std::string m(100, 'x');
        static_cast<void>(co_await tx.async_send(m));
        co_return m;
    };
    auto h = pool.spawn(send(ends.first));
    CHECK(ends.second.recv() == std::string(100, 'x'));
    CHECK(h.get() == std::string(100, 'x'));
}

TEST_CASE("async channel: a message whose copy throws is not sent, and nobody has noticed")
{
    struct no_copy {
        no_copy() = default;
        no_copy(const no_copy&) { throw std::runtime_error("no copy"); }
        no_copy(no_copy&&) noexcept = default;
    };
    auto ends = weft::bounded<no_copy>(1);
    const auto run = [&]() -> weft::task<> {
        const no_copy m;
        static_cast<void>(co_await ends.first.async_send(m));
    };
    CHECK_THROWS_AS(weft::sync_wait(run()), std::runtime_error);
    CHECK(ends.second.empty());
    CHECK(ends.first.try_send(no_copy()));
}

TEST_CASE("async channel: threads and tasks that wait are served in the order in which they came")
{
    weft::thread_pool pool{{.num_threads = 1}};
    auto ends = weft::bounded<int>(1);
    const auto one = [](weft::receiver<int> rx) -> weft::task<int> { co_return *co_await rx.async_recv(); };
    // A thread that comes only when the message does may be faster than the task that is woken for it: such rounds do not
    // count, except that each gets one message.
    for (int in_order = 0; in_order < 10;) {
        auto first = pool.spawn(one(ends.second));
        pool.spawn([]() -> weft::task<> { co_return; }()).get();  // the only thread has left the first one in the line
        int second = 0;
        std::jthread thread([&second, rx = ends.second] { second = *rx.recv(); });
        std::this_thread::sleep_for(5ms);
        static_cast<void>(ends.first.send(1));
        static_cast<void>(ends.first.send(2));
        thread.join();
        const int got = first.get();
        REQUIRE(got + second == 3);
        if (got == 1) ++in_order;
    }
}

TEST_CASE("async channel: a bounded_queue's ends, awaited")
{
    weft::thread_pool pool{{.num_threads = 1}};
    weft::bounded_queue<int> queue(2);
    auto got = pool.spawn(collect(queue.receiver()));
    for (int i = 0; i < 100; ++i) static_cast<void>(queue.push(i));
    queue.close();
    CHECK(got.get().size() == 100);
}

TEST_CASE("async channel: each receiver of a broadcast gets each message")
{
    weft::thread_pool pool{{.num_threads = 2}};
    constexpr int n = 200;
    auto ends = weft::broadcast_channel<int>(n);
    const auto listen = [](weft::broadcast_receiver<int> rx) -> weft::task<long> {
        long sum = 0;
        for (;;) {
            const auto m = co_await rx.async_recv();
            if (!m) co_return sum + (m.closed() ? 0 : 1);
            sum += *m;
        }
    };
    std::vector<weft::join_handle<long>> tasks;
    for (int i = 0; i < 4; ++i) tasks.push_back(pool.spawn(listen(ends.second)));
    {
        const auto tx = std::move(ends.first);
        for (int i = 0; i < n; ++i) static_cast<void>(tx.send(i));
    }
    for (auto& h : tasks) CHECK(h.get() == n * (n - 1) / 2);
}

TEST_CASE("async channel: a task sees the last value that is watched, and the end")
{
    weft::thread_pool pool{{.num_threads = 2}};
    auto ends = weft::watch<int>(0);
    const auto watch = [](weft::watch_receiver<int> rx) -> weft::task<int> {
        int last = rx.get();
        while (co_await rx.async_changed()) last = rx.get();
        co_return last;
    };
    auto h = pool.spawn(watch(ends.second));
    {
        const auto tx = std::move(ends.first);
        for (int i = 1; i <= 100; ++i) static_cast<void>(tx.send(i));
    }
    CHECK(h.get() == 100);
}

TEST_CASE("async channel: a timer's messages, awaited")
{
    const auto run = []() -> weft::task<bool> {
        const auto begin = std::chrono::steady_clock::now();
        const auto once = weft::after(5ms);
        const auto ticks = weft::tick(2ms);
        const bool came = static_cast<bool>(co_await once.async_recv());
        for (int i = 0; i < 3; ++i) static_cast<void>(co_await ticks.async_recv());
        co_return came&& std::chrono::steady_clock::now() - begin >= 6ms;
    };
    CHECK(weft::sync_wait(run()));
}

// --- stop ------------------------------------------------------------------------------------------------------------

EACH_CHANNEL("async channel: a receive that is stopped while a thread hands over loses no message, and doubles none")
{
    const test::watchdog limit("async channel: a receive is stopped while a thread hands over", 240s);
    weft::thread_pool pool{{.num_threads = 1}};
    auto ends = test::channel<int>(capacity);
    const std::size_t rounds = test::scaled(100'000);
    std::atomic<std::size_t> asked{0};  // for the round with this number
    std::atomic<std::size_t> sent{0};
    std::jthread other([&, tx = ends.first] {
        for (std::size_t round = 1; round <= rounds; ++round) {
            wait_until([&] { return asked.load() >= round; });
            for (std::size_t i = 0; i < round % 32; ++i) std::atomic_signal_fence(std::memory_order_seq_cst);
            sent += tx.try_send(static_cast<int>(round)) ? 1 : 0;
            asked.store(round + rounds);
            wait_until([&] { return asked.load() <= rounds; });
        }
    });
    const auto one = [](const weft::receiver<int>& rx) -> weft::task<int> {
        try {
            co_return *co_await rx.async_recv();
        } catch (const weft::stopped&) {
        }
        co_return 0;
    };
    std::size_t received = 0;
    std::size_t stopped = 0;
    bool right = true;
    for (std::size_t round = 1; round <= rounds; ++round) {
        auto h = pool.spawn(one(ends.second));
        asked.store(round);
        for (std::size_t i = 0; i < round / 32 % 32; ++i) std::atomic_signal_fence(std::memory_order_seq_cst);
        h.request_stop();
        const int got = h.get();
        wait_until([&] { return asked.load() > rounds; });
        (got != 0 ? received : stopped) += 1;
        right = right && (got == 0 || got == static_cast<int>(round));
        if (const auto left = ends.second.try_recv()) {
            ++received;
            right = right && got == 0 && *left == static_cast<int>(round);
        }
        asked.store(round);
    }
    other.join();
    CHECK(right);
    CHECK(received == sent.load());
    INFO(stopped << " of " << rounds << " were stopped");
    CHECK(stopped != 0);
}

EACH_LIMITED("async channel: a send that is stopped while a thread receives loses no message, and doubles none")
{
    const test::watchdog limit("async channel: a send is stopped while a thread receives", 240s);
    weft::thread_pool pool{{.num_threads = 1}};
    auto ends = test::channel<std::unique_ptr<int>>(capacity);
    const int rounds = static_cast<int>(test::scaled(20'000));
    const auto one = [](const weft::sender<std::unique_ptr<int>>& tx, int value) -> weft::task<int> {
        auto m = std::make_unique<int>(value);
        try {
            const auto r = co_await tx.async_send(std::move(m));
            co_return r&& m == nullptr ? 1 : -1;
        } catch (const weft::stopped&) {
        }
        co_return m != nullptr && *m == value ? 0 : -1;
    };
    long sent = 0;
    long received = 0;
    bool right = true;
    std::atomic<bool> over{false};
    {
        std::jthread other([&, rx = ends.second] {
            while (!over) {
                if (rx.try_recv()) ++received;
            }
            while (rx.try_recv()) ++received;
        });
        for (int round = 0; round < rounds; ++round) {
            auto h = pool.spawn(one(ends.first, round));
            h.request_stop();
            const int how = h.get();
            right = right && how >= 0;
            sent += how == 1 ? 1 : 0;
        }
        over = true;
    }
    CHECK(right);
    CHECK(sent == received);
}

EACH_CHANNEL("async channel: a stop before, during and after, from within and from another thread")
{
    auto ends = test::channel<int>(capacity);  // outlives the pool, and with it the task whose handle is dropped
    weft::thread_pool pool{{.num_threads = 1}};
    const auto waits = [](const weft::receiver<int>& rx) -> weft::task<int> {
        try {
            static_cast<void>(co_await rx.async_recv());
        } catch (const weft::stopped&) {
            co_return 1;
        }
        co_return 0;
    };
    auto at_once = pool.spawn(waits(ends.second));
    at_once.request_stop();
    CHECK(at_once.get() == 1);
    auto later = pool.spawn(waits(ends.second));
    let_it_wait();
    std::jthread([&] { later.request_stop(); }).join();
    CHECK(later.get() == 1);
    const auto by_sibling = [&]() -> weft::task<int> {
        int stopped = 0;
        co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
            const auto one = [](auto& wait, const auto& rx, int& count) -> weft::task<> { count += co_await wait(rx); };
            s.spawn(one(waits, ends.second, stopped));
            co_await weft::async_yield();
            s.request_stop();
        });
        co_return stopped;
    };
    CHECK(weft::sync_wait(pool, by_sibling()) == 1);
    static_cast<void>(pool.spawn(waits(ends.second)));  // a handle that is dropped: the pool's end stops it
}

EACH_CHANNEL("async channel: a task that must not be stopped is not")
{
    weft::thread_pool pool{{.num_threads = 1}};
    auto ends = test::channel<int>(capacity);
    const auto one = [](weft::receiver<int> rx) -> weft::task<int> { co_return *co_await rx.async_recv(); };
    const auto all = [&]() -> weft::task<int> { co_return co_await weft::detached_from_stop(one(ends.second)); };
    auto h = pool.spawn(all());
    h.request_stop();
    let_it_wait();
    CHECK_FALSE(h.is_done());
    static_cast<void>(ends.first.send(5));
    CHECK(h.get() == 5);
}

EACH_CHANNEL("async channel: the end of a pool stops the tasks that wait on channels")
{
    const test::watchdog limit("async channel: the end of a pool");
    auto ends = test::channel<int>(capacity);
    std::atomic<int> stopped{0};
    const auto waits = [](weft::receiver<int> rx, std::atomic<int>& count) -> weft::task<> {
        try {
            while (co_await rx.async_recv()) {}
        } catch (const weft::stopped&) {
            ++count;
            throw;
        }
    };
    const int n = static_cast<int>(test::scaled(1000));
    {
        weft::thread_pool pool{{.num_threads = 2}};
        for (int i = 0; i < n; ++i) static_cast<void>(pool.spawn(waits(ends.second, stopped)));
    }
    CHECK(stopped == n);
    CHECK(ends.second.empty());
}

EACH_CHANNEL("async channel: a pool ends while a thread outside sends to its tasks")
{
    const test::watchdog limit("async channel: a pool ends while a thread sends");
    for (std::size_t round = 0; round < test::scaled(200); ++round) {
        auto ends = test::channel<int>(capacity);
        std::atomic<bool> over{false};
        std::atomic<long> sent{0};
        std::atomic<long> received{0};
        std::jthread other([&, tx = ends.first] {
            while (!over) {
                if (tx.try_send(1)) ++sent;
                if (sent - received > 10'000) std::this_thread::yield();
            }
        });
        {
            weft::thread_pool pool{{.num_threads = 1}};
            const auto take = [](weft::receiver<int> rx, std::atomic<long>& count) -> weft::task<> {
                while (co_await rx.async_recv()) ++count;
            };
            for (int i = 0; i < 3; ++i) static_cast<void>(pool.spawn(take(ends.second, received)));
            if (round % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(round * 5));
            // The destructor asks to stop; a task that finds messages without end goes on until there are none.
            over = true;
        }
        other.join();
        while (ends.second.try_recv()) ++received;
        REQUIRE(sent == received);
    }
}

TEST_CASE("async channel: when_any stops the losers, which lose no message")
{
    weft::thread_pool pool{{.num_threads = 2}};
    auto a = weft::bounded<int>(1);
    auto b = weft::bounded<int>(1);
    const auto one = [](const weft::receiver<int>& rx) -> weft::task<int> { co_return *co_await rx.async_recv(); };
    const int n = static_cast<int>(test::scaled(2000));
    const auto run = [&]() -> weft::task<long> {
        long got = 0;
        for (int i = 0; i < n; ++i) {
            const auto v = co_await weft::when_any(one(a.second), one(b.second));
            got += v.index() == 0 ? std::get<0>(v) : std::get<1>(v);
        }
        co_return got;
    };
    auto h = pool.spawn(run());
    long sent = 0;
    std::minstd_rand random(1);
    while (!h.is_done()) {
        if ((random() % 2 == 0 ? a : b).first.try_send(1)) ++sent;
    }
    long got = h.get();
    // A loser that had its message already has dropped it with its result: at most one a round.
    for (auto* ends : {&a, &b}) {
        if (ends->second.try_recv()) ++got;
    }
    CHECK(got <= sent);
    CHECK(got >= n);
}

TEST_CASE("async channel: with_timeout of a receive, in time or not")
{
    weft::thread_pool pool{{.num_threads = 2}};
    auto ends = weft::bounded<int>(1);
    const auto one = [](const weft::receiver<int>& rx) -> weft::task<int> { co_return *co_await rx.async_recv(); };
    const auto run = [&]() -> weft::task<bool> {
        const auto none = co_await weft::with_timeout(one(ends.second), 1ms);
        static_cast<void>(co_await ends.first.async_send(5));
        const auto five = co_await weft::with_timeout(one(ends.second), 1h);
        co_return !none && five == 5;
    };
    CHECK(weft::sync_wait(pool, run()));
}

// --- a schedule that a seed decides ----------------------------------------------------------------------------------

EACH_CHANNEL("async channel: in every order that seeds bring about, and the same for the same seed")
{
    const auto run = [capacity](weft::test_pool& pool) {
        auto ends = test::channel<int>(capacity);
        const auto both = [&]() -> weft::task<long> {
            auto got = weft::spawn(collect(ends.second));
            auto also = weft::spawn(collect(ends.second));
            ends.second = weft::never<int>();
            co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                for (int i = 0; i < 3; ++i) s.spawn(send_all(ends.first, 10 * i, 10 * (i + 1)));
                co_return;
            });
            test::drop(std::move(ends.first));
            const auto a = co_await got;
            const auto b = co_await also;
            co_return std::accumulate(a.begin(), a.end(), 0L) + std::accumulate(b.begin(), b.end(), 0L);
        };
        return weft::sync_wait(pool, both());
    };
    for (std::uint64_t seed = 0; seed < test::scaled(200); ++seed) {
        std::uint64_t print = 0;
        for (int again = 0; again < 2; ++again) {
            weft::test_pool pool(seed);
            REQUIRE(run(pool) == 30 * 29 / 2);
            if (again == 1) REQUIRE(print == pool.fingerprint());
            print = pool.fingerprint();
        }
    }
}

TEST_CASE("async channel: find_failing_seed finds a receiver that takes the order of two senders for granted")
{
    const auto races = [](weft::test_pool& pool) {
        auto ends = weft::unbounded<int>();
        const auto run = [&]() -> weft::task<bool> {
            auto a = weft::spawn(send_all(ends.first, 1, 2));
            auto b = weft::spawn(send_all(ends.first, 2, 3));
            const auto first = co_await ends.second.async_recv();
            static_cast<void>(co_await a);
            static_cast<void>(co_await b);
            co_return first == 1;
        };
        return weft::sync_wait(pool, run());
    };
    const auto found = weft::find_failing_seed(1000, races);
    REQUIRE(found);
    weft::test_pool again(*found);
    CHECK_FALSE(races(again));
}
