// bench/async/async_asio_bench.cpp - the same by Asio's coroutines, on threads that run one context.
// SPDX-License-Identifier: MIT OR Apache-2.0
#if __has_include(<asio.hpp>)
#define ASIO_STANDALONE
#define ASIO_NO_DEPRECATED
#include <asio.hpp>
#endif
#if defined(ASIO_HAS_CO_AWAIT)  // it does not know the coroutines of every compiler
#include "harness/bench.hpp"
#include "sleepers.hpp"

#include <asio/experimental/awaitable_operators.hpp>
#include <asio/experimental/concurrent_channel.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using asio::awaitable;
using asio::use_awaitable;
using channel = asio::experimental::concurrent_channel<void(asio::error_code, int)>;

constexpr int many = 1000;

/// A context, and the threads that run it.
class threads_of_asio {
public:
    explicit threads_of_asio(int threads) : io_(threads), work_(asio::make_work_guard(io_))
    {
        for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { io_.run(); });
    }
    ~threads_of_asio() { work_.reset(); }

    template <class T>
    T run(awaitable<T> all)
    {
        return asio::co_spawn(io_, std::move(all), asio::use_future).get();
    }

private:
    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::vector<std::jthread> threads_;
};

awaitable<int> child(int n) { co_return n; }

awaitable<int> await_many()
{
    int sum = 0;
    for (int i = 0; i < many; ++i) sum += co_await child(i);
    co_return sum;
}

/// Runs `count` of make(i), and awaits the last.
template <class Make>
awaitable<void> all_of(int count, Make make)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto left = std::make_shared<std::atomic<int>>(count);
    const auto ended = std::make_shared<channel>(executor, 1);
    for (int i = 0; i < count; ++i) {
        asio::co_spawn(executor, make(i), [left, ended](const std::exception_ptr&, auto...) {
            if (left->fetch_sub(1) == 1) ended->try_send(asio::error_code(), 0);
        });
    }
    co_await ended->async_receive(use_awaitable);
}

awaitable<int> spawn_one_by_one()
{
    const auto executor = co_await asio::this_coro::executor;
    int sum = 0;
    for (int i = 0; i < many; ++i) sum += co_await asio::co_spawn(executor, child(i), use_awaitable);
    co_return sum;
}

awaitable<void> yields(int n)
{
    for (int i = 0; i < n; ++i) co_await asio::post(use_awaitable);
}

awaitable<void> returns(channel& from, channel& to)
{
    for (int i = 0; i < many; ++i) {
        const int got = co_await from.async_receive(use_awaitable);
        co_await to.async_send(asio::error_code(), got, use_awaitable);
    }
}
awaitable<void> asks(channel& to, channel& from)
{
    for (int i = 0; i < many; ++i) {
        co_await to.async_send(asio::error_code(), i, use_awaitable);
        co_await from.async_receive(use_awaitable);
    }
}
awaitable<void> ping_pong(std::size_t capacity)
{
    using asio::experimental::awaitable_operators::operator&&;
    const auto executor = co_await asio::this_coro::executor;
    channel there(executor, capacity);
    channel back(executor, capacity);
    co_await (returns(there, back) && asks(there, back));
}

constexpr int stream_length = 100'000;

awaitable<void> sends(channel& to, int n)
{
    for (int i = 0; i < n; ++i) co_await to.async_send(asio::error_code(), i, use_awaitable);
}
awaitable<void> takes(channel& from)
{
    long sum = 0;
    for (int i = 0; i < stream_length; ++i) sum += co_await from.async_receive(use_awaitable);
    benchmark::DoNotOptimize(sum);
}
awaitable<void> stream(int senders)
{
    const auto executor = co_await asio::this_coro::executor;
    channel ends(executor, 1024);
    co_await all_of(senders + 1, [&](int i) { return i == 0 ? takes(ends) : sends(ends, stream_length / senders); });
}

awaitable<void> arm_and_cancel()
{
    using asio::experimental::awaitable_operators::operator||;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (int i = 0; i < many; ++i) {
        timer.expires_after(60s);
        co_await (child(i) || timer.async_wait(use_awaitable));
    }
}

awaitable<void> sleeps(std::chrono::nanoseconds time)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(use_awaitable);
}
awaitable<std::vector<double>> naps()
{
    std::vector<double> late;
    for (int i = 0; i < sleepers::naps; ++i) {
        const auto begin = sleepers::clock::now();
        co_await sleeps(sleepers::nap);
        late.push_back(sleepers::late_since(begin));
    }
    co_return late;
}

awaitable<void> pairs()
{
    return all_of(32, [](int) { return ping_pong(1); });
}

/// One iteration is so many rounds: to begin it, and to wait for its end, takes as long as hundreds of tasks.
constexpr int rounds = 10;

template <class Make>
awaitable<void> repeat(Make make)
{
    for (int i = 0; i < rounds; ++i) co_await make();
}

template <class Make>
void add(const std::string& name, const char* unit, double per_iteration, Make make)
{
    for (const int threads : bench::thread_counts()) {
        bench::add("async", name, "asio", threads, {unit, rounds * per_iteration}, [=](benchmark::State& state) {
            threads_of_asio on(threads);
            for (auto _ : state) on.run(repeat(make));
        })->UseRealTime();
    }
}

void add_sleepers()
{
    for (const int threads : bench::thread_counts()) {
        sleepers::add_many("asio", threads, [=](benchmark::State& state, auto measure) {
            threads_of_asio on(threads);
            const auto all = [] { return all_of(sleepers::many, [](int i) { return sleeps(sleepers::time_of(i)); }); };
            for (auto _ : state) measure([&] { on.run(all()); });
        });
        sleepers::add_lateness("asio", threads, [=](benchmark::State& state, auto note) {
            threads_of_asio on(threads);
            for (auto _ : state) note(on.run(naps()));
        });
    }
}

[[maybe_unused]] const int registered = [] {
    add("await a child", "ns/await", many, [] { return await_many(); });
    add("spawn 1000 in a scope", "ns/task", many, [] { return all_of(many, [](int i) { return child(i); }); });
    add("spawn and await one", "ns/task", many, [] { return spawn_one_by_one(); });
    add("yield, 1 task", "ns/yield", many, [] { return yields(many); });
    add("yield, 64 tasks", "ns/yield", 64.0 * many, [] { return all_of(64, [](int) { return yields(many); }); });
    add("ping-pong, bounded(1)", "ns/round trip", many, [] { return ping_pong(1); });
    add("ping-pong, rendezvous", "ns/round trip", many, [] { return ping_pong(0); });
    add("32 pairs, bounded(1)", "ns/round trip", 32.0 * many, [] { return pairs(); });
    for (const int senders : {1, 4}) {
        add("stream " + std::to_string(senders) + ":1, bounded(1024)", "ns/message", stream_length,
            [=] { return stream(senders); });
    }
    add("with_timeout in time", "ns/task", many, [] { return arm_and_cancel(); });
    add_sleepers();
    return 0;
}();

}  // namespace
#endif
