// bench/async/async_fiber_bench.cpp - the same by Boost.Fiber: coroutines with stacks of their own.
// SPDX-License-Identifier: MIT OR Apache-2.0
#ifdef WEFT_BENCH_HAS_FIBER
#include "harness/bench.hpp"

#include <boost/fiber/all.hpp>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace fibers = boost::fibers;

constexpr int many = 1000;

/// Runs f() in a fiber, where `threads` threads share all fibers that are ready.
template <class F>
void on_threads(int threads, F f)
{
    bool ended = false;
    fibers::mutex lock;
    fibers::condition_variable_any end;
    std::vector<std::jthread> others;
    std::jthread first([&] {
        fibers::use_scheduling_algorithm<fibers::algo::shared_work>(threads >
                                                                    1);  // idle ones sleep if there are several
        for (int i = 1; i < threads; ++i) {
            others.emplace_back([&] {
                fibers::use_scheduling_algorithm<fibers::algo::shared_work>(true);
                std::unique_lock hold(lock);
                end.wait(hold, [&] { return ended; });
            });
        }
        fibers::fiber(f).join();
        {
            const std::lock_guard hold(lock);
            ended = true;
        }
        end.notify_all();
    });
}

void spawn_many()
{
    std::vector<fibers::fiber> all;
    all.reserve(many);
    for (int i = 0; i < many; ++i) all.emplace_back([] {});
    for (fibers::fiber& one : all) one.join();
}

void spawn_one_by_one()
{
    for (int i = 0; i < many; ++i) fibers::fiber([] {}).join();
}

template <class F>
void run_each(int tasks, F f)
{
    std::vector<fibers::fiber> all;
    for (int i = 0; i < tasks; ++i) all.emplace_back(f);
    for (fibers::fiber& one : all) one.join();
}

void yields()
{
    for (int i = 0; i < many; ++i) boost::this_fiber::yield();
}

void contend()
{
    fibers::mutex lock;
    long count = 0;
    run_each(64, [&] {
        for (int i = 0; i < many; ++i) {
            const std::lock_guard hold(lock);
            ++count;
        }
    });
    benchmark::DoNotOptimize(count);
}

template <class Channel>
void ping_pong(Channel& there, Channel& back)
{
    fibers::fiber other([&] {
        int got = 0;
        for (int i = 0; i < many; ++i) {
            there.pop(got);
            back.push(got);
        }
    });
    int got = 0;
    for (int i = 0; i < many; ++i) {
        there.push(i);
        back.pop(got);
    }
    other.join();
}

constexpr int stream_length = 100'000;

void stream(int senders)
{
    fibers::buffered_channel<int> ends(1024);
    std::vector<fibers::fiber> all;
    for (int k = 0; k < senders; ++k) {
        all.emplace_back([&] {
            for (int i = 0; i < stream_length / senders; ++i) ends.push(i);
        });
    }
    long sum = 0;
    for (int i = 0; i < stream_length; ++i) {
        int got = 0;
        ends.pop(got);
        sum += got;
    }
    for (fibers::fiber& one : all) one.join();
    benchmark::DoNotOptimize(sum);
}

/// One iteration is so many rounds: to begin it, and to wait for its end, takes as long as hundreds of tasks.
constexpr int rounds = 10;

template <class F>
void add(const std::string& name, const char* unit, double per_iteration, F f)
{
    for (const int threads : bench::thread_counts()) {
        bench::add("async", name, "boost.fiber", threads, {unit, rounds * per_iteration}, [=](benchmark::State& state) {
            on_threads(threads, [&] {
                for (auto _ : state) {
                    for (int i = 0; i < rounds; ++i) f();
                }
            });
        })->UseRealTime();
    }
}

const int registered = [] {
    add("spawn 1000 in a scope", "ns/task", many, spawn_many);
    add("spawn and await one", "ns/task", many, spawn_one_by_one);
    add("yield, 1 task", "ns/yield", many, yields);
    add("yield, 64 tasks", "ns/yield", 64.0 * many, [] { run_each(64, yields); });
    add("mutex, 64 tasks", "ns/lock", 64.0 * many, contend);
    add("ping-pong, bounded(1)", "ns/round trip", many, [] {
        fibers::buffered_channel<int> there(2);  // the smallest it has
        fibers::buffered_channel<int> back(2);
        ping_pong(there, back);
    });
    add("ping-pong, rendezvous", "ns/round trip", many, [] {
        fibers::unbuffered_channel<int> there;
        fibers::unbuffered_channel<int> back;
        ping_pong(there, back);
    });
    add("32 pairs, bounded(1)", "ns/round trip", 32.0 * many, [] {
        run_each(32, [] {
            fibers::buffered_channel<int> there(2);
            fibers::buffered_channel<int> back(2);
            ping_pong(there, back);
        });
    });
    for (const int senders : {1, 4}) {
        add("stream " + std::to_string(senders) + ":1, bounded(1024)", "ns/message", stream_length,
            [=] { stream(senders); });
    }
    return 0;
}();

}  // namespace
#endif
