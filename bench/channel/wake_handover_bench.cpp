// bench/channel/wake_handover_bench.cpp - tokens and groups: what waking and waiting cost when nobody sleeps, and how
// long two threads take to wake each other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/sync/parker.hpp>
#include <weft/sync/wait_group.hpp>

#include <latch>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>

namespace {

constexpr int round_trips = 500;

struct weft_token {
    weft::parker parker;
    weft::unparker waker = parker.unparker();
    void give() { waker.unpark(); }
    void take() { parker.park(); }
};

struct std_token {
    std::binary_semaphore semaphore{0};
    void give() { semaphore.release(); }
    void take() { semaphore.acquire(); }
};

template <class Token>
void token(const std::string& impl)
{
    bench::add("wake", "token there already", impl, 1, {"ns/token"}, [](benchmark::State& state) {
        Token t;
        for (auto _ : state) {
            t.give();
            t.take();
        }
    })->UseRealTime();
    bench::add("wake", "token to and fro", impl, 2, {"ns/round trip", round_trips}, [](benchmark::State& state) {
        for (auto _ : state) {
            Token there;
            Token back;
            const std::jthread other([&] {
                for (int i = 0; i < round_trips; ++i) {
                    there.take();
                    back.give();
                }
            });
            for (int i = 0; i < round_trips; ++i) {
                there.give();
                back.take();
            }
        }
    })->UseRealTime();
}

const bench::definition here([] {
    token<weft_token>("weft");
    token<std_token>("std");

    // A group with another party, which leaves, and a wait.
    bench::add("wake", "group of two, alone", "weft", 1, {"ns/group"}, [](benchmark::State& state) {
        for (auto _ : state) {
            weft::wait_group group;
            std::optional<weft::wait_group> other(group);
            benchmark::DoNotOptimize(other);
            other.reset();
            group.wait();
        }
    })->UseRealTime();
    bench::add("wake", "group of two, alone", "std", 1, {"ns/group"}, [](benchmark::State& state) {
        for (auto _ : state) {
            const auto group = std::make_shared<std::latch>(2);
            std::optional<std::shared_ptr<std::latch>> other(group);
            benchmark::DoNotOptimize(other);
            (*other)->count_down();
            other.reset();
            group->arrive_and_wait();
        }
    })->UseRealTime();
});

}  // namespace
