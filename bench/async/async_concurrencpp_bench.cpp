// bench/async/async_concurrencpp_bench.cpp - the same by concurrencpp, where its sources are at hand (WEFT_PEER_SOURCES).
// SPDX-License-Identifier: MIT OR Apache-2.0
#if defined(WEFT_BENCH_HAS_CONCURRENCPP)
#include "harness/bench.hpp"

#include <concurrencpp/concurrencpp.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace cc = concurrencpp;
using executor = std::shared_ptr<cc::thread_pool_executor>;

constexpr int many = 1000;

cc::lazy_result<int> child(int n) { co_return n; }
cc::result<int> spawned(cc::executor_tag, executor, int n) { co_return n; }

cc::result<void> await_many(cc::executor_tag, executor)
{
    int sum = 0;
    for (int i = 0; i < many; ++i) sum += co_await child(i);
    benchmark::DoNotOptimize(sum);
}

template <class Make>
cc::result<void> all_of(cc::executor_tag, executor, int count, Make make)
{
    std::vector<decltype(make(0))> all;
    all.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) all.push_back(make(i));
    for (auto& one : all) co_await one;
}

cc::result<void> spawn_one_by_one(cc::executor_tag, executor on)
{
    int sum = 0;
    for (int i = 0; i < many; ++i) sum += co_await spawned({}, on, i);
    benchmark::DoNotOptimize(sum);
}

cc::result<void> yields(cc::executor_tag, executor on)
{
    for (int i = 0; i < many; ++i) co_await cc::resume_on(on);
}

cc::result<void> add_to(cc::executor_tag, executor on, cc::async_lock& lock, long& count)
{
    for (int i = 0; i < many; ++i) {
        const cc::scoped_async_lock hold = co_await lock.lock(on);
        ++count;
    }
}

cc::result<void> contend(cc::executor_tag, executor on)
{
    cc::async_lock lock;
    long count = 0;
    co_await all_of({}, on, 64, [&](int) { return add_to({}, on, lock, count); });
    benchmark::DoNotOptimize(count);
}

/// One iteration is so many rounds: to begin it, and to wait for its end, takes as long as hundreds of tasks.
constexpr int rounds = 10;

template <class Make>
cc::result<void> repeat(cc::executor_tag, executor on, Make make)
{
    for (int i = 0; i < rounds; ++i) co_await make(on);
}

template <class Make>
void add(const std::string& name, const char* unit, double per_iteration, Make make)
{
    for (const int threads : bench::thread_counts()) {
        bench::add("async", name, "concurrencpp", threads, {unit, rounds * per_iteration},
                   [=](benchmark::State& state) {
                       const auto on = std::make_shared<cc::thread_pool_executor>(
                           "bench", static_cast<std::size_t>(threads), std::chrono::seconds(10));
                       for (auto _ : state) repeat({}, on, make).get();
                       on->shutdown();
                   })
            ->UseRealTime();
    }
}

const int registered = [] {
    add("await a child", "ns/await", many, [](executor on) { return await_many({}, on); });
    add("spawn 1000 in a scope", "ns/task", many,
        [](executor on) { return all_of({}, on, many, [on](int i) { return spawned({}, on, i); }); });
    add("spawn and await one", "ns/task", many, [](executor on) { return spawn_one_by_one({}, on); });
    add("yield, 1 task", "ns/yield", many, [](executor on) { return yields({}, on); });
    add("yield, 64 tasks", "ns/yield", 64.0 * many,
        [](executor on) { return all_of({}, on, 64, [on](int) { return yields({}, on); }); });
    add("mutex, 64 tasks", "ns/lock", 64.0 * many, [](executor on) { return contend({}, on); });
    return 0;
}();

}  // namespace
#endif
