// bench/async/async_tmc_bench.cpp - the same by TooManyCooks, where its headers are at hand (WEFT_PEER_SOURCES).
// SPDX-License-Identifier: MIT OR Apache-2.0
#if defined(WEFT_BENCH_HAS_TMC)
#include "harness/bench.hpp"

#define TMC_IMPL
#include <tmc/all_headers.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr int many = 1000;

tmc::task<int> child(int n) { co_return n; }

tmc::task<void> await_many()
{
    int sum = 0;
    for (int i = 0; i < many; ++i) sum += co_await child(i);
    benchmark::DoNotOptimize(sum);
}

/// Runs `count` of make(i), and awaits all.
template <class Make>
tmc::task<void> all_of(int count, Make make)
{
    std::vector<decltype(make(0))> all;
    all.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) all.push_back(make(i));
    co_await tmc::spawn_many(all.begin(), all.end());
}

tmc::task<void> spawn_one_by_one()
{
    int sum = 0;
    for (int i = 0; i < many; ++i) {
        auto one = tmc::spawn(child(i)).fork();
        sum += co_await std::move(one);
    }
    benchmark::DoNotOptimize(sum);
}

tmc::task<void> yields()
{
    for (int i = 0; i < many; ++i) co_await tmc::reschedule();
}

tmc::task<void> contend()
{
    tmc::mutex lock;
    long count = 0;
    const auto add = [](tmc::mutex& m, long& n) -> tmc::task<void> {
        for (int i = 0; i < many; ++i) {
            const auto hold = co_await m.lock_scope();
            ++n;
        }
    };
    co_await all_of(64, [&](int) { return add(lock, count); });
    benchmark::DoNotOptimize(count);
}

using channel = tmc::chan_tok<int>;

tmc::task<void> returns(channel from, channel to)
{
    for (int i = 0; i < many; ++i) {
        const auto got = co_await from.pull();
        co_await to.push(*got);
    }
}
tmc::task<void> asks(channel to, channel from)
{
    for (int i = 0; i < many; ++i) {
        co_await to.push(i);
        static_cast<void>(co_await from.pull());
    }
}
tmc::task<void> ping_pong()
{
    auto there = tmc::make_channel<int>();
    auto back = tmc::make_channel<int>();
    co_await tmc::spawn_tuple(returns(there.new_token(), back.new_token()), asks(there.new_token(), back.new_token()));
}

constexpr int stream_length = 100'000;

tmc::task<void> sends(channel to, int n)
{
    for (int i = 0; i < n; ++i) co_await to.push(i);
}
tmc::task<void> takes(channel from)
{
    long sum = 0;
    for (int i = 0; i < stream_length; ++i) sum += *co_await from.pull();
    benchmark::DoNotOptimize(sum);
}
tmc::task<void> stream(int senders)
{
    auto ends = tmc::make_channel<int>();
    co_await all_of(senders + 1, [&](int i) {
        return i == 0 ? takes(ends.new_token()) : sends(ends.new_token(), stream_length / senders);
    });
}

/// One iteration is so many rounds: to begin it, and to wait for its end, takes as long as hundreds of tasks.
constexpr int rounds = 10;

template <class Make>
tmc::task<void> repeat(Make make)
{
    for (int i = 0; i < rounds; ++i) co_await make();
}

template <class Make>
void add(const std::string& name, const char* unit, double per_iteration, Make make)
{
    for (const int threads : bench::thread_counts()) {
        bench::add("async", name, "tmc", threads, {unit, rounds * per_iteration}, [=](benchmark::State& state) {
            tmc::ex_cpu pool;
            pool.set_thread_count(static_cast<std::size_t>(threads)).init();
            for (auto _ : state) tmc::post_waitable(pool, repeat(make)).wait();
        })->UseRealTime();
    }
}

const int registered = [] {
    add("await a child", "ns/await", many, [] { return await_many(); });
    add("spawn 1000 in a scope", "ns/task", many, [] { return all_of(many, [](int i) { return child(i); }); });
    add("spawn and await one", "ns/task", many, [] { return spawn_one_by_one(); });
    add("yield, 1 task", "ns/yield", many, [] { return yields(); });
    add("yield, 64 tasks", "ns/yield", 64.0 * many, [] { return all_of(64, [](int) { return yields(); }); });
    add("mutex, 64 tasks", "ns/lock", 64.0 * many, [] { return contend(); });
    add("ping-pong, unbounded", "ns/round trip", many, [] { return ping_pong(); });
    add("32 pairs, unbounded", "ns/round trip", 32.0 * many,
        [] { return all_of(32, [](int) { return ping_pong(); }); });
    for (const int senders : {1, 4}) {
        add("stream " + std::to_string(senders) + ":1, unbounded", "ns/message", stream_length,
            [=] { return stream(senders); });
    }
    return 0;
}();

}  // namespace
#endif
