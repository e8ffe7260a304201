// bench/channel/wake_bench.cpp - how soon a waiting receiver has the message, and what its waiting costs.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One thread sends a message every 10 or 100 us, busy in between; another one waits for them. delay: from before the
// send until after the receive, the median of 500.  processor: the receiver's processor time for one message, its
// spinning before it sleeps included.
#include "channel/peers.hpp"

#include "harness/bench.hpp"
#include "harness/measure.hpp"

#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using bench::message;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t messages = 500;

message now() { return static_cast<message>(clock_type::now().time_since_epoch().count()); }

struct outcome {
    double delay = 0;      // seconds
    double processor = 0;  // seconds a message
};

template <class Peer>
outcome wake(std::size_t capacity, std::chrono::microseconds gap)
{
    Peer peer(capacity);
    outcome out;
    {
        const std::jthread receiver([rx = peer.rx(), &out]() mutable {
            std::vector<message> delays;
            delays.reserve(messages);
            const double start = bench::seconds_of(CLOCK_THREAD_CPUTIME_ID);
            while (delays.size() < messages) {
                const message sent = rx.recv();
                delays.push_back(now() - sent);
            }
            out.processor = (bench::seconds_of(CLOCK_THREAD_CPUTIME_ID) - start) / static_cast<double>(messages);
            std::nth_element(delays.begin(), delays.begin() + messages / 2, delays.end());
            out.delay = static_cast<double>(delays[messages / 2]) * 1e-9;
        });
        auto tx = peer.tx();
        auto next = clock_type::now() + gap;
        for (std::size_t i = 0; i < messages; ++i) {
            while (clock_type::now() < next) {}
            tx.send(now());
            next = clock_type::now() + gap;
        }
    }
    return out;
}

template <class Peer>
void define(const std::string& kind, std::size_t capacity)
{
    for (const auto gap : {10us, 100us}) {
        const std::string name = kind + " " + std::to_string(gap.count()) + " us, ";
        bench::add("wake", name + "delay", Peer::name, 2, {"ns/message"},
                   [=](benchmark::State& state) {
                       for (auto _ : state) state.SetIterationTime(wake<Peer>(capacity, gap).delay);
                   })
            ->UseManualTime()
            ->Iterations(1);
        bench::add("wake", name + "processor", Peer::name, 2, {"ns/message"},
                   [=](benchmark::State& state) {
                       for (auto _ : state) state.SetIterationTime(wake<Peer>(capacity, gap).processor);
                   })
            ->UseManualTime()
            ->Iterations(1);
    }
}

const bench::definition here([] {
    define<bench::weft_peer>("bounded0", 0);
    define<bench::weft_peer>("bounded1", 1);
    define<bench::tbb_peer>("bounded1", 1);
    define<bench::mutex_peer>("bounded1", 1);
    define<bench::weft_peer>("unbounded", bench::unlimited);
    define<bench::tbb_peer>("unbounded", bench::unlimited);
    define<bench::mutex_peer>("unbounded", bench::unlimited);
    define<bench::moodycamel_peer>("unbounded", bench::unlimited);
});

}  // namespace
