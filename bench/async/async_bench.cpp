// bench/async/async_bench.cpp - coroutines: awaiting, spawning, giving way, locks and timers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/async/async.hpp>
#include <weft/channel/channel.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

constexpr int many = 1000;

weft::task<int> child(int n) { co_return n; }

weft::task<int> await_many()
{
    int sum = 0;
    for (int i = 0; i < many; ++i) sum += co_await child(i);
    co_return sum;
}

weft::task<> spawn_in_scope()
{
    co_await weft::async_scope([](weft::async_task_scope& s) -> weft::task<> {
        for (int i = 0; i < many; ++i) s.spawn(child(i));
        co_return;
    });
}

weft::task<int> spawn_one_by_one()
{
    int sum = 0;
    for (int i = 0; i < many; ++i) sum += co_await weft::spawn(child(i));
    co_return sum;
}

weft::task<> yields(int n)
{
    for (int i = 0; i < n; ++i) co_await weft::async_yield();
}

weft::task<> yields_of(int tasks)
{
    co_await weft::async_scope([tasks](weft::async_task_scope& s) -> weft::task<> {
        for (int i = 0; i < tasks; ++i) s.spawn(yields(many));
        co_return;
    });
}

weft::task<> contend(int tasks)
{
    weft::async_mutex lock;
    long count = 0;
    const auto add = [&]() -> weft::task<> {
        for (int i = 0; i < many; ++i) {
            const auto hold = co_await lock.lock();
            ++count;
        }
    };
    co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
        for (int i = 0; i < tasks; ++i) s.spawn(add());
        co_return;
    });
    benchmark::DoNotOptimize(count);
}

/// Two tasks that wake each other in turn.
weft::task<> to_and_fro()
{
    weft::async_semaphore there(0);
    weft::async_semaphore back(0);
    const auto other = [&]() -> weft::task<> {
        for (int i = 0; i < many; ++i) {
            co_await there.acquire();
            back.release();
        }
    };
    const auto one = [&]() -> weft::task<> {
        for (int i = 0; i < many; ++i) {
            there.release();
            co_await back.acquire();
        }
    };
    co_await weft::when_all(other(), one());
}

weft::task<> returns(const weft::receiver<int>& from, const weft::sender<int>& to)
{
    for (int i = 0; i < many; ++i) static_cast<void>(co_await to.async_send(*co_await from.async_recv()));
}
weft::task<> asks(const weft::sender<int>& to, const weft::receiver<int>& from)
{
    for (int i = 0; i < many; ++i) {
        static_cast<void>(co_await to.async_send(i));
        static_cast<void>(co_await from.async_recv());
    }
}

constexpr std::size_t no_limit = ~std::size_t{0};

/// Two tasks that send each other a message in turn.
weft::task<> ping_pong(std::size_t capacity)
{
    const auto channel = [=] { return capacity == no_limit ? weft::unbounded<int>() : weft::bounded<int>(capacity); };
    const auto there = channel();
    const auto back = channel();
    co_await weft::when_all(returns(there.second, back.first), asks(there.first, back.second));
}

/// 32 times such a pair.
weft::task<> pairs(std::size_t capacity)
{
    co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
        for (int i = 0; i < 32; ++i) s.spawn(ping_pong(capacity));
        co_return;
    });
}

/// The same between this thread and another one.
void ping_pong_of_threads(std::size_t capacity)
{
    const auto there = weft::bounded<int>(capacity);
    const auto back = weft::bounded<int>(capacity);
    std::jthread other([&] {
        for (int i = 0; i < many; ++i) static_cast<void>(back.first.send(*there.second.recv()));
    });
    for (int i = 0; i < many; ++i) {
        static_cast<void>(there.first.send(i));
        static_cast<void>(back.second.recv());
    }
}

constexpr int stream_length = 100'000;

/// From `senders` tasks, or threads, to one.
weft::task<> stream(int senders, std::size_t capacity)
{
    auto ends = capacity == 0 ? weft::unbounded<int>() : weft::bounded<int>(capacity);
    const auto sends = [](weft::sender<int> to, int n) -> weft::task<> {
        for (int i = 0; i < n; ++i) static_cast<void>(co_await to.async_send(i));
    };
    const auto all_send = [&](weft::sender<int> to) -> weft::task<> {
        co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
            for (int i = 0; i < senders; ++i) s.spawn(sends(to, stream_length / senders));
            co_return;
        });
    };
    const auto takes = [](weft::receiver<int> from) -> weft::task<long> {
        long sum = 0;
        while (const auto m = co_await from.async_recv()) sum += *m;
        co_return sum;
    };
    benchmark::DoNotOptimize(co_await weft::when_all(all_send(std::move(ends.first)), takes(std::move(ends.second))));
}

void stream_of_threads(int senders, std::size_t capacity)
{
    auto ends = capacity == 0 ? weft::unbounded<int>() : weft::bounded<int>(capacity);
    std::vector<std::jthread> others;
    for (int k = 0; k < senders; ++k) {
        others.emplace_back([to = ends.first, n = stream_length / senders] {
            for (int i = 0; i < n; ++i) static_cast<void>(to.send(i));
        });
    }
    {
        const auto last = std::move(ends.first);
    }
    long sum = 0;
    while (const auto m = ends.second.recv()) sum += *m;
    benchmark::DoNotOptimize(sum);
}

weft::task<> selects()
{
    const auto a = weft::unbounded<int>();
    const auto b = weft::unbounded<int>();
    const auto count = [](auto m) { return m ? *m : 0; };
    long sum = 0;
    for (int i = 0; i < many; ++i) {
        static_cast<void>(co_await (i % 2 == 0 ? a : b).first.async_send(i));
        sum += co_await weft::async_select(weft::on_recv(a.second, count), weft::on_recv(b.second, count));
    }
    benchmark::DoNotOptimize(sum);
}

weft::task<> arm_and_cancel()
{
    for (int i = 0; i < many; ++i) static_cast<void>(co_await weft::with_timeout(child(i), 60s));
}

/// One iteration is so many rounds: to begin it, and to wait for its end, takes as long as hundreds of tasks.
constexpr int rounds = 10;

template <class Make>
weft::task<> repeat(Make make)
{
    for (int i = 0; i < rounds; ++i) static_cast<void>(co_await make());
}

template <class Make>
void add(const std::string& name, const char* unit, double per_iteration, Make make)
{
    for (const int threads : bench::thread_counts()) {
        bench::add("async", name, "weft", threads, {unit, rounds * per_iteration}, [=](benchmark::State& state) {
            weft::thread_pool& pool = bench::pool(threads);
            for (auto _ : state) weft::sync_wait(pool, repeat(make));
        })->UseRealTime();
    }
}

/// What two threads of their own do instead.
template <class Run>
void add_of_threads(const std::string& name, const char* unit, double per_iteration, Run run)
{
    bench::add("async", name, "weft, threads", 2, {unit, per_iteration}, [=](benchmark::State& state) {
        for (auto _ : state) run();
    })->UseRealTime();
}

const int registered = [] {
    add("await a child", "ns/await", many, [] { return await_many(); });
    add("spawn 1000 in a scope", "ns/task", many, [] { return spawn_in_scope(); });
    add("spawn and await one", "ns/task", many, [] { return spawn_one_by_one(); });
    add("yield, 1 task", "ns/yield", many, [] { return yields(many); });
    add("yield, 64 tasks", "ns/yield", 64.0 * many, [] { return yields_of(64); });
    add("mutex, 64 tasks", "ns/lock", 64.0 * many, [] { return contend(64); });
    add("to and fro", "ns/round trip", many, [] { return to_and_fro(); });
    add("ping-pong, bounded(1)", "ns/round trip", many, [] { return ping_pong(1); });
    add_of_threads("ping-pong, bounded(1)", "ns/round trip", many, [] { ping_pong_of_threads(1); });
    add("ping-pong, rendezvous", "ns/round trip", many, [] { return ping_pong(0); });
    add("ping-pong, unbounded", "ns/round trip", many, [] { return ping_pong(no_limit); });
    add("32 pairs, bounded(1)", "ns/round trip", 32.0 * many, [] { return pairs(1); });
    add("32 pairs, unbounded", "ns/round trip", 32.0 * many, [] { return pairs(no_limit); });
    add_of_threads("ping-pong, rendezvous", "ns/round trip", many, [] { ping_pong_of_threads(0); });
    for (const int senders : {1, 4}) {
        const std::string name = "stream " + std::to_string(senders) + ":1, ";
        add(name + "bounded(1024)", "ns/message", stream_length, [=] { return stream(senders, 1024); });
        add_of_threads(name + "bounded(1024)", "ns/message", stream_length, [=] { stream_of_threads(senders, 1024); });
        add(name + "unbounded", "ns/message", stream_length, [=] { return stream(senders, 0); });
        add_of_threads(name + "unbounded", "ns/message", stream_length, [=] { stream_of_threads(senders, 0); });
    }
    add("send and select", "ns/message", many, [] { return selects(); });
    add("with_timeout in time", "ns/task", many, [] { return arm_and_cancel(); });
    for (const int threads : bench::thread_counts()) {
        bench::add("async", "sync_wait of nothing", "weft", threads, {"ns/call", 1}, [=](benchmark::State& state) {
            for (auto _ : state) weft::sync_wait(bench::pool(threads), child(1));
        })->UseRealTime();
    }
    return 0;
}();

}  // namespace
