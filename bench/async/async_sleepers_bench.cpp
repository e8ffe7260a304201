// bench/async/async_sleepers_bench.cpp - a hundred thousand tasks that sleep, and how late one wakes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sleepers.hpp"

#include <weft/async/async.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::async_task_scope;

weft::task<> sleeps(std::chrono::microseconds time) { co_await weft::sleep_for(time); }

weft::task<> all_sleep()
{
    co_await weft::async_scope([](async_task_scope& s) -> weft::task<> {
        for (int i = 0; i < sleepers::many; ++i) s.spawn(sleeps(sleepers::time_of(i)));
        co_return;
    });
}

weft::task<std::vector<double>> naps()
{
    std::vector<double> late;
    for (int i = 0; i < sleepers::naps; ++i) {
        const auto begin = sleepers::clock::now();
        co_await weft::sleep_for(sleepers::nap);
        late.push_back(sleepers::late_since(begin));
    }
    co_return late;
}

std::vector<double> naps_of_a_thread()
{
    std::vector<double> late;
    for (int i = 0; i < sleepers::naps; ++i) {
        const auto begin = sleepers::clock::now();
        std::this_thread::sleep_for(sleepers::nap);
        late.push_back(sleepers::late_since(begin));
    }
    return late;
}

/// Many sleep for an hour; `meanwhile()` is called when they do.
template <class F>
void asleep(weft::thread_pool& pool, F meanwhile)
{
    std::atomic<int> begun{0};
    const auto sleeps_long = [](std::atomic<int>& n) -> weft::task<> {
        ++n;
        co_await weft::sleep_for(1h);
    };
    auto all = pool.spawn(weft::async_scope([&](async_task_scope& s) -> weft::task<> {
        for (int i = 0; i < sleepers::many; ++i) s.spawn(sleeps_long(begun));
        co_return;
    }));
    while (begun != sleepers::many) std::this_thread::sleep_for(10ms);
    std::this_thread::sleep_for(200ms);
    meanwhile();
    all.request_stop();
    try {
        all.get();
    } catch (const weft::stopped&) {
    }
}

const int registered = [] {
    for (const int threads : bench::thread_counts()) {
        sleepers::add_many("weft", threads, [=](benchmark::State& state, auto measure) {
            for (auto _ : state) measure([&] { weft::sync_wait(bench::pool(threads), all_sleep()); });
        });
        sleepers::add_lateness("weft", threads, [=](benchmark::State& state, auto note) {
            for (auto _ : state) note(weft::sync_wait(bench::pool(threads), naps()));
        });
        sleepers::add_idle("weft", threads, [=](benchmark::State& state, auto wait) {
            for (auto _ : state) asleep(bench::pool(threads), wait);
        });
    }
    sleepers::add_lateness("a thread", 1, [](benchmark::State& state, auto note) {
        for (auto _ : state) note(naps_of_a_thread());
    });
    return 0;
}();

}  // namespace
