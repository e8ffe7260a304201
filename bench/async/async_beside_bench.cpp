// bench/async/async_beside_bench.cpp - a loop and a thousand tasks that answer messages, on one pool and on two.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"
#include "harness/measure.hpp"

#include <weft/async/async.hpp>
#include <weft/channel/channel.hpp>
#include <weft/iter/par_iter.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

constexpr int tasks = 1000;
constexpr int messages_a_millisecond = 10;

/// Tasks that wait for a message each and note how long it took to reach them; a thread that sends ten each millisecond.
class echoes {
public:
    explicit echoes(weft::thread_pool& on)
    {
        for (int i = 0; i < tasks; ++i) {
            auto [to, from] = weft::bounded<clock_type::time_point>(4);
            to_.push_back(std::move(to));
            all_.push_back(on.spawn(answer(std::move(from))));
        }
        sender_ = std::jthread([this](const std::stop_token& stop) { send(stop); });
    }
    /// How long messages took, in seconds.
    std::vector<double> end()
    {
        sender_.request_stop();
        sender_.join();
        to_.clear();
        std::vector<double> took;
        for (auto& one : all_) {
            for (const double t : one.get()) took.push_back(t);
        }
        return took;
    }

private:
    static weft::task<std::vector<double>> answer(weft::receiver<clock_type::time_point> from)
    {
        std::vector<double> took;
        while (const auto sent = co_await from.async_recv())
            took.push_back(std::chrono::duration<double>(clock_type::now() - *sent).count());
        co_return took;
    }
    void send(const std::stop_token& stop)
    {
        auto next = clock_type::now();
        for (std::size_t i = 0; !stop.stop_requested();) {
            for (int k = 0; k < messages_a_millisecond; ++k)
                static_cast<void>(to_[i++ % tasks].try_send(clock_type::now()));
            next += 1ms;
            std::this_thread::sleep_until(next);
        }
    }

    std::vector<weft::sender<clock_type::time_point>> to_;
    std::vector<weft::join_handle<std::vector<double>>> all_;
    std::jthread sender_;
};

/// Some 50 ms on one thread.
void loop(weft::thread_pool& on, std::vector<std::uint64_t>& v)
{
    on.install([&] {
        weft::par_iter(v).for_each([](std::uint64_t& x) {
            for (int i = 0; i < 100; ++i) x = x * 6364136223846793005u + 1442695040888963407u;
        });
    });
}

constexpr std::size_t numbers = 500'000;

void define()
{
    for (const int threads : bench::thread_counts()) {
        const auto loop_beside = [=](const std::string& impl, auto tasks_on) {
            bench::add("async", "loop beside 1,000 echoes", impl, threads, {"ns", 1}, [=](benchmark::State& state) {
                std::vector<std::uint64_t> v(numbers, 1);
                weft::thread_pool& pool = bench::pool(threads);
                echoes all(tasks_on(pool));
                for (auto _ : state) loop(pool, v);
                static_cast<void>(all.end());
            })->UseRealTime();
            bench::add("async", "echo beside a loop, 99 of 100", impl, threads, {"ns", 1},
                       [=](benchmark::State& state) {
                           std::vector<std::uint64_t> v(numbers, 1);
                           weft::thread_pool& pool = bench::pool(threads);
                           for (auto _ : state) {
                               echoes all(tasks_on(pool));
                               for (const auto begin = clock_type::now(); clock_type::now() - begin < 500ms;)
                                   loop(pool, v);
                               state.SetIterationTime(bench::quantile(all.end(), 0.99));
                           }
                       })
                ->UseManualTime()
                ->Iterations(1);
        };
        loop_beside("weft", [](weft::thread_pool& pool) -> weft::thread_pool& { return pool; });
        loop_beside("weft, two pools", [=](weft::thread_pool&) -> weft::thread_pool& {
            static weft::thread_pool other({.num_threads = static_cast<std::size_t>(threads)});
            return other;
        });
        bench::add("async", "loop beside 1,000 echoes", "alone", threads, {"ns", 1}, [=](benchmark::State& state) {
            std::vector<std::uint64_t> v(numbers, 1);
            for (auto _ : state) loop(bench::pool(threads), v);
        })->UseRealTime();
    }
}

const bench::definition defined(define);

}  // namespace
