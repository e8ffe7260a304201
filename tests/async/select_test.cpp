// tests/async/select_test.cpp - coroutines that wait for one of several things.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async_channel.hpp>
#include <weft/async/async_scope.hpp>
#include <weft/async/async_select.hpp>
#include <weft/async/schedule.hpp>
#include <weft/async/sleep.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/async/task.hpp>
#include <weft/async/when_all.hpp>
#include <weft/channel/broadcast.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/select.hpp>
#include <weft/channel/timer.hpp>
#include <weft/channel/watch.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../channel/flavours.hpp"
#include "../pool/watchdog.hpp"
#include "test.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using weft::on_changed;
using weft::on_default;
using weft::on_recv;
using weft::on_send;
using weft::on_timeout;

namespace {

const auto value = [](auto m) { return m ? *m : 0; };
const auto how = [](weft::send_result s) { return s ? 1 : s.closed() ? -1 : 0; };

template <class T>
T in_a_pool(weft::task<T> t)
{
    weft::thread_pool pool{{.num_threads = 2}};
    return weft::sync_wait(pool, std::move(t));
}

void let_it_wait() { std::this_thread::sleep_for(1ms); }

}  // namespace

EACH_BUFFERED("async_select: takes what is ready, and sends where there is room")
{
    auto a = test::channel<int>(capacity);
    auto b = test::channel<int>(capacity);
    static_cast<void>(b.first.send(7));
    const auto run = [&]() -> weft::task<int> {
        const int got = co_await weft::async_select(on_recv(a.second, value), on_recv(b.second, value));
        const int sent = co_await weft::async_select(on_send(a.first, 5, how), on_recv(b.second, value));
        co_return got * 10 + sent;
    };
    CHECK(in_a_pool(run()) == 71);
    CHECK(a.second.try_recv() == 5);
}

EACH_CHANNEL("async_select: waits for whichever comes first, from threads and from tasks")
{
    const test::watchdog limit("async_select: waits for whichever comes first", 120s);
    weft::thread_pool pool{{.num_threads = 2}};
    auto a = test::channel<int>(capacity);
    auto b = test::channel<int>(capacity);
    const int n = static_cast<int>(test::scaled(5000));
    const auto sends = [](weft::sender<int> tx, int count) -> weft::task<> {
        for (int i = 0; i < count; ++i) static_cast<void>(co_await tx.async_send(1));
    };
    const auto takes = [](weft::receiver<int> one, weft::receiver<int> two, int count) -> weft::task<int> {
        int sum = 0;
        for (int i = 0; i < count; ++i) sum += co_await weft::async_select(on_recv(one, value), on_recv(two, value));
        co_return sum;
    };
    auto sending = pool.spawn(sends(a.first, n));
    std::jthread thread([&, tx = b.first] {
        for (int i = 0; i < n; ++i) static_cast<void>(tx.send(1));
    });
    auto one = pool.spawn(takes(a.second, b.second, n));
    auto two = pool.spawn(takes(a.second, b.second, n));
    CHECK(one.get() + two.get() == 2 * n);
    sending.get();
}

TEST_CASE("async_select: tasks that select on both sides meet, also with threads that do")
{
    const test::watchdog limit("async_select: selects meet", 120s);
    weft::thread_pool pool{{.num_threads = 2}};
    auto a = weft::bounded<int>(0);
    auto b = weft::bounded<int>(0);
    const int n = static_cast<int>(test::scaled(3000));
    // Each of four sends once or receives once a round; so two of each kind.
    const auto task = [](auto tx, auto rx, int count) -> weft::task<long> {
        long sent = 0;
        for (int i = 0; i < count; ++i)
            sent += co_await weft::async_select(on_send(tx, 1, how), on_recv(rx, [](auto m) { return m ? -1 : 0; }));
        co_return sent;
    };
    auto one = pool.spawn(task(a.first, b.second, n));
    auto two = pool.spawn(task(b.first, a.second, n));
    long of_threads = 0;
    {
        auto c = weft::bounded<int>(0);
        std::jthread partner([&c, n] {
            for (int i = 0; i < n; ++i) static_cast<void>(c.second.recv());
        });
        auto third = pool.spawn(task(c.first, weft::never<int>(), n));
        of_threads = third.get();
    }
    CHECK(one.get() + two.get() == 0);
    CHECK(of_threads == n);
}

EACH_BUFFERED("async_select: each of several that are ready has the same chance")
{
    constexpr int rounds = 4000;
    std::array<int, 4> count{};
    std::array<std::pair<weft::sender<int>, weft::receiver<int>>, 4> all{
        test::channel<int>(capacity), test::channel<int>(capacity), test::channel<int>(capacity),
        test::channel<int>(capacity)};
    const auto run = [&]() -> weft::task<int> {
        for (auto& c : all) static_cast<void>(c.first.send(0));
        for (int i = 0; i < rounds; ++i) {
            const int which = co_await weft::async_select(
                on_recv(all[0].second, [](auto) { return 0; }), on_recv(all[1].second, [](auto) { return 1; }),
                on_recv(all[2].second, [](auto) { return 2; }), on_recv(all[3].second, [](auto) { return 3; }));
            ++count[static_cast<std::size_t>(which)];
            static_cast<void>(co_await all[static_cast<std::size_t>(which)].first.async_send(0));
        }
        co_return 0;
    };
    static_cast<void>(in_a_pool(run()));
    for (const int c : count) CHECK(c > rounds / 4 - rounds / 16);
}

TEST_CASE(
    "async_select: of waiting arms that become ready together each has its chance, and the biased one prefers the "
    "first")
{
    auto a = weft::unbounded<int>();
    auto b = weft::unbounded<int>();
    const auto run = [&]() -> weft::task<int> {
        for (int i = 0; i < 100; ++i) {
            static_cast<void>(co_await a.first.async_send(1));
            static_cast<void>(co_await b.first.async_send(2));
        }
        int first = 0;
        for (int i = 0; i < 100; ++i)
            first +=
                co_await weft::async_select_biased(on_recv(a.second, value), on_recv(b.second, value)) == 1 ? 1 : 0;
        co_return first;
    };
    CHECK(in_a_pool(run()) == 100);
}

TEST_CASE("async_select: on_default when nothing is ready, on_timeout when nothing becomes so")
{
    const auto run = []() -> weft::task<std::string> {
        auto a = weft::bounded<int>(0);
        auto b = weft::bounded<int>(1);
        std::string all;
        all += co_await weft::async_select(on_recv(a.second, [](auto) { return 'r'; }), on_default([] { return 'd'; }));
        all +=
            co_await weft::async_select(on_send(a.first, 1, [](auto) { return 's'; }), on_default([] { return 'd'; }));
        all +=
            co_await weft::async_select(on_send(b.first, 1, [](auto) { return 's'; }), on_default([] { return 'd'; }));
        const auto begin = std::chrono::steady_clock::now();
        all += co_await weft::async_select(on_recv(a.second, [](auto) { return 'r'; }),
                                           on_timeout(5ms, [] { return 't'; }));
        all += std::chrono::steady_clock::now() - begin >= 5ms ? '+' : '-';
        all += co_await weft::async_select(on_recv(b.second, [](auto) { return 'r'; }),
                                           on_timeout(1h, [] { return 't'; }));
        all += co_await weft::async_select(on_recv(b.second, [](auto) { return 'r'; }),
                                           on_timeout(0s, [] { return 't'; }));
        all += co_await weft::async_select(on_recv(b.second, [](auto) { return 'r'; }),
                                           on_timeout(-1h, [] { return 't'; }));
        all += co_await weft::async_select(on_timeout(1ms, [] { return 't'; }));
        all += co_await weft::async_select(on_default([] { return 'd'; }));
        co_return all;
    };
    CHECK(in_a_pool(run()) == "ddst+rtttd");
}

TEST_CASE("async_select: on_default finds a thread whose message has yet to be made")
{
    weft::thread_pool pool{{.num_threads = 1}};
    auto a = weft::bounded<int>(0);
    std::jthread late([tx = a.first] { weft::select(on_send(tx, [] { return 7; }, [](auto) {})); });
    const auto run = [&]() -> weft::task<int> {
        int got = 0;
        for (int i = 0; i < 10'000 && got == 0; ++i) {
            got = co_await weft::async_select(on_recv(a.second, value), on_default([] { return 0; }));
            co_await weft::sleep_for(100us);
        }
        co_return got;
    };
    CHECK(weft::sync_wait(pool, run()) == 7);
}

TEST_CASE("async_select: a message is made for a receiver that is there, by a function, and not before")
{
    const test::watchdog limit("async_select: a message is made");
    weft::thread_pool pool{{.num_threads = 1}};
    for (const std::size_t capacity : {0u, 1u}) {
        auto a = weft::bounded<std::string>(capacity);
        if (capacity == 1) static_cast<void>(a.first.send("first"));
        std::atomic<int> made{0};
        const auto run = [&]() -> weft::task<int> {
            const auto make = [&] {
                ++made;
                return std::string("made");
            };
            co_return co_await weft::async_select(on_send(a.first, make, how), on_recv(weft::never<int>(), value));
        };
        auto h = pool.spawn(run());
        let_it_wait();
        CHECK(made == 0);
        if (capacity == 1) CHECK(a.second.recv() == "first");
        CHECK(a.second.recv() == "made");
        CHECK(h.get() == 1);
        CHECK(made == 1);
    }
}

TEST_CASE("async_select: what making a message throws is thrown, and nothing is sent")
{
    auto a = weft::bounded<int>(1);
    const auto run = [&]() -> weft::task<int> {
        co_return co_await weft::async_select(on_send(a.first, []() -> int { throw std::runtime_error("no"); }, how));
    };
    CHECK_THROWS_AS(in_a_pool(run()), std::runtime_error);
    CHECK(a.second.empty());
    CHECK(a.first.try_send(1));
}

TEST_CASE("async_select: what a function throws is thrown, when its operation is done")
{
    auto a = weft::bounded<int>(1);
    static_cast<void>(a.first.send(1));
    const auto run = [&]() -> weft::task<> {
        co_await weft::async_select(on_recv(a.second, [](auto) -> void { throw std::runtime_error("no"); }));
    };
    CHECK_THROWS_AS(weft::sync_wait(run()), std::runtime_error);
    CHECK(a.second.empty());
}

TEST_CASE(
    "async_select: functions that return tasks are awaited, with those that do not, and have their arms until then")
{
    auto a = weft::bounded<int>(1);
    const auto run = [&](int n) -> weft::task<long> {
        const auto keep = std::make_shared<int>(100);
        // GCC 12 ends the life of captures twice if the lambda is written within the co_await.
        const auto take = [keep](weft::recv_result<int> m) -> weft::task<int> {
            co_await weft::sleep_for(1ms);
            co_return *m + *keep;
        };
        const auto give_up = [keep]() -> weft::task<long> {
            co_await weft::async_yield();
            co_return long{*keep};
        };
        co_return co_await weft::async_select(on_recv(a.second, take),
                                              on_timeout(std::chrono::milliseconds(n), give_up));
    };
    static_cast<void>(a.first.send(5));
    CHECK(in_a_pool(run(1000)) == 105);
    CHECK(in_a_pool(run(1)) == 100);
    const auto to_nothing = [&]() -> weft::task<> {
        co_await weft::async_select(on_recv(a.second, [](auto) -> weft::task<int> { co_return 1; }),
                                    on_default([]() -> weft::task<> { co_return; }));
    };
    weft::sync_wait(to_nothing());
    static_assert(
        std::is_same_v<decltype(weft::async_select(on_recv(a.second, [](auto) -> weft::task<int> { co_return 1; }),
                                                   on_default([] { return 2L; }))),
                       weft::task<long>>);
}

TEST_CASE("async_select: results that are only movable, and messages too")
{
    auto a = weft::bounded<std::unique_ptr<int>>(0);
    weft::thread_pool pool{{.num_threads = 1}};
    const auto recv = [&]() -> weft::task<std::unique_ptr<int>> {
        co_return co_await weft::async_select(on_recv(a.second, [](auto m) { return m ? std::move(*m) : nullptr; }));
    };
    const auto send = [&]() -> weft::task<int> {
        co_return co_await weft::async_select(on_send(a.first, std::make_unique<int>(3), how));
    };
    auto h = pool.spawn(recv());
    CHECK(weft::sync_wait(pool, send()) == 1);
    CHECK(*h.get() == 3);
}

EACH_CHANNEL("async_select: a closed channel is ready, also while it is waited for")
{
    weft::thread_pool pool{{.num_threads = 1}};
    auto a = test::channel<int>(capacity);
    auto b = test::channel<int>(capacity);
    const auto run = [&]() -> weft::task<int> {
        co_return co_await weft::async_select(on_recv(a.second, [](auto m) { return m.closed() ? 1 : 2; }),
                                              on_recv(b.second, [](auto) { return 3; }));
    };
    auto h = pool.spawn(run());
    let_it_wait();
    test::drop(std::move(a.first));
    CHECK(h.get() == 1);
}

TEST_CASE("async_select: broadcasts, watched values and timers are arms, too")
{
    weft::thread_pool pool{{.num_threads = 1}};
    auto news = weft::broadcast_channel<int>(4);
    auto level = weft::watch<int>(1);
    const auto run = [&]() -> weft::task<int> {
        int sum = 0;
        for (int i = 0; i < 3; ++i) {
            const auto soon = weft::after(i < 2 ? std::chrono::milliseconds(1h) : 1ms);
            sum += co_await weft::async_select(on_recv(news.second, [](auto m) { return m ? *m : 0; }),
                                               on_changed(level.second, [](bool more) { return more ? 10 : 0; }),
                                               on_recv(soon, [](auto) { return 100; }));
        }
        co_return sum;
    };
    auto h = pool.spawn(run());
    let_it_wait();
    static_cast<void>(news.first.send(1));
    let_it_wait();
    static_cast<void>(level.first.send(2));
    CHECK(h.get() == 111);
}

TEST_CASE("async_select: nothing that can ever be ready, until it is stopped")
{
    weft::thread_pool pool{{.num_threads = 1}};
    const auto run = []() -> weft::task<int> {
        try {
            co_return co_await weft::async_select(on_recv(weft::never<int>(), value),
                                                  on_timeout(std::chrono::hours::max(), [] { return 1; }));
        } catch (const weft::stopped&) {
        }
        co_return 2;
    };
    auto h = pool.spawn(run());
    let_it_wait();
    h.request_stop();
    CHECK(h.get() == 2);
}

EACH_CHANNEL("async_select: a stop that meets messages on two channels loses none, and doubles none")
{
    const test::watchdog limit("async_select: a stop meets messages", 240s);
    weft::thread_pool pool{{.num_threads = 1}};
    auto a = test::channel<int>(capacity);
    auto b = test::channel<int>(capacity);
    const int rounds = static_cast<int>(test::scaled(20'000));
    const auto one = [](const weft::receiver<int>& x, const weft::receiver<int>& y, bool timed) -> weft::task<int> {
        try {
            if (timed)
                co_return co_await weft::async_select(on_recv(x, value), on_recv(y, value),
                                                      on_timeout(20us, [] { return 0; }));
            co_return co_await weft::async_select(on_recv(x, value), on_recv(y, value));
        } catch (const weft::stopped&) {
        }
        co_return 0;
    };
    std::atomic<bool> over{false};
    std::atomic<long> sent{0};
    std::atomic<long> received{0};
    {
        std::vector<std::jthread> threads;
        for (auto* ends : {&a, &b}) {
            threads.emplace_back([&, tx = ends->first] {
                while (!over) {
                    if (sent - received < 1000 && tx.try_send(1)) ++sent;
                    std::this_thread::yield();
                }
            });
        }
        for (int round = 0; round < rounds; ++round) {
            auto h = pool.spawn(one(a.second, b.second, round % 4 == 3));
            for (int i = 0; i < round % 64; ++i) std::atomic_signal_fence(std::memory_order_seq_cst);
            if (round % 4 != 3) h.request_stop();
            received += h.get();
        }
        over = true;
    }
    for (auto* ends : {&a, &b}) {
        while (ends->second.try_recv()) ++received;
    }
    CHECK(sent == received);
}

TEST_CASE("async_select: an alarm that meets a message, many times")
{
    const test::watchdog limit("async_select: an alarm meets a message", 120s);
    weft::thread_pool pool{{.num_threads = 2}};
    auto a = weft::bounded<int>(1);
    const int rounds = static_cast<int>(test::scaled(10'000));
    std::atomic<bool> over{false};
    std::atomic<long> sent{0};
    const auto run = [&]() -> weft::task<std::pair<long, long>> {
        long got = 0;
        long times = 0;
        for (int i = 0; i < rounds; ++i) {
            const int r = co_await weft::async_select(on_recv(a.second, value),
                                                      on_timeout(std::chrono::microseconds(i % 50), [] { return 0; }));
            (r != 0 ? got : times) += 1;
        }
        over = true;
        co_return std::pair(got, times);
    };
    std::jthread thread([&, tx = a.first] {
        std::minstd_rand random(1);
        while (!over) {
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 50));
            if (tx.try_send(1)) ++sent;
        }
    });
    auto [got, times] = weft::sync_wait(pool, run());
    thread.join();
    if (a.second.try_recv()) ++got;
    CHECK(got == sent);
    CHECK(times > 0);
}

// --- a schedule that a seed decides ----------------------------------------------------------------------------------

TEST_CASE("async_select: in a test_pool a time-out of an hour takes no time, and the order of times is kept")
{
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        weft::test_pool pool(seed);
        auto a = weft::bounded<int>(0);
        const auto waits = [&](std::chrono::hours limit) -> weft::task<int> {
            co_return co_await weft::async_select(
                on_recv(a.second, value), on_timeout(limit, [limit] { return -static_cast<int>(limit.count()); }));
        };
        const auto sends = [&]() -> weft::task<> {
            co_await weft::sleep_for(2h);
            static_cast<void>(co_await a.first.async_send(5));
        };
        const auto run = [&]() -> weft::task<std::tuple<int, int>> {
            co_return co_await weft::when_all(waits(1h), waits(3h), sends());
        };
        const auto begin = std::chrono::steady_clock::now();
        REQUIRE(weft::sync_wait(pool, run()) == std::tuple(-1, 5));
        REQUIRE(std::chrono::steady_clock::now() - begin < 60s);
    }
}

TEST_CASE("async_select: in a test_pool a timer's message comes when the pool's time has come")
{
    weft::test_pool pool(7);
    const auto soon = weft::after(1h);
    const auto run = [&]() -> weft::task<int> {
        const int first =
            co_await weft::async_select(on_recv(soon, [](auto) { return 1; }), on_timeout(30min, [] { return 2; }));
        const int second =
            co_await weft::async_select(on_recv(soon, [](auto) { return 1; }), on_timeout(2h, [] { return 2; }));
        co_return first * 10 + second;
    };
    CHECK(weft::sync_wait(pool, run()) == 21);
}

TEST_CASE("async_select: the same seed makes the same choices")
{
    const auto choices = [](std::uint64_t seed) {
        weft::test_pool pool(seed);
        auto a = weft::unbounded<int>();
        auto b = weft::unbounded<int>();
        for (int i = 0; i < 32; ++i) {
            static_cast<void>(a.first.send(1));
            static_cast<void>(b.first.send(2));
        }
        const auto run = [&]() -> weft::task<std::string> {
            std::string all;
            for (int i = 0; i < 32; ++i)
                all += co_await weft::async_select(on_recv(a.second, [](auto) { return 'a'; }),
                                                   on_recv(b.second, [](auto) { return 'b'; }));
            co_return all;
        };
        return weft::sync_wait(pool, run());
    };
    CHECK(choices(3) == choices(3));
    CHECK(choices(3) != choices(4));
}
