// tests/simulate/measure_machine.cpp - measures what a simulated machine is described by, on this one; needs two processors.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Prints the members of weft::model::machine, in nanoseconds, the shortest of nine runs; of wake-ups the median. Linux only.
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

using word = std::atomic<std::uint32_t>;
using clock_type = std::chrono::steady_clock;

double seconds_since(clock_type::time_point begin)
{
    return std::chrono::duration<double>(clock_type::now() - begin).count();
}

void pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

long futex(word& w, int op, std::uint32_t value) { return syscall(SYS_futex, &w, op, value, nullptr, nullptr, 0); }

void relax()
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("isb" ::: "memory");
#endif
}

template <class F>
double shortest(F once)
{
    std::array<double, 9> all{};
    for (double& each : all) each = once();
    std::sort(all.begin(), all.end());
    return all.front();
}

/// Nanoseconds of one call, in a loop of `n`.
template <class F>
double loop(int n, F f)
{
    return shortest([&] {
        const auto begin = clock_type::now();
        for (int i = 0; i < n; ++i) f(i);
        return seconds_since(begin) * 1e9 / n;
    });
}

/// A word goes to and fro between two processors. That moves its line four times a round: a reader gets it, and a writer, whose
/// copy the reader has, gets it back.
double transfer()
{
    constexpr std::uint32_t rounds = 100'000;
    return shortest([] {
        alignas(64) word ball{0};
        std::thread other([&ball] {
            pin(1);
            for (std::uint32_t i = 0; i < rounds; ++i) {
                while (ball.load(std::memory_order_acquire) != 2 * i + 1) {}
                ball.store(2 * i + 2, std::memory_order_release);
            }
        });
        const auto begin = clock_type::now();
        for (std::uint32_t i = 0; i < rounds; ++i) {
            while (ball.load(std::memory_order_acquire) != 2 * i) {}
            ball.store(2 * i + 1, std::memory_order_release);
        }
        other.join();
        return seconds_since(begin) * 1e9 / rounds / 4;
    });
}

struct wake_times {
    double call;
    double running;
};

/// What a wake-up costs the one that calls, and how long it takes until the other runs. The sleeper has slept for `rest`.
wake_times wake(std::chrono::microseconds rest)
{
    constexpr int rounds = 301;
    static std::array<double, rounds> calls;
    static std::array<double, rounds> arrivals;
    alignas(64) static word bell;
    alignas(64) static std::atomic<std::int64_t> arrived;
    bell = 0;
    std::thread sleeper([] {
        pin(1);
        for (std::uint32_t i = 0; i < rounds; ++i) {
            while (bell.load() == i) futex(bell, FUTEX_WAIT_PRIVATE, i);
            arrived.store(clock_type::now().time_since_epoch().count());
        }
    });
    for (std::size_t i = 0; i < rounds; ++i) {
        const auto until = clock_type::now() + rest;
        while (clock_type::now() < until) relax();
        arrived.store(0);
        const auto begin = clock_type::now();
        bell.fetch_add(1);
        futex(bell, FUTEX_WAKE_PRIVATE, 1);
        calls[i] = seconds_since(begin) * 1e9;
        std::int64_t when = 0;
        while ((when = arrived.load()) == 0) relax();
        arrivals[i] = static_cast<double>(when - begin.time_since_epoch().count());
    }
    sleeper.join();
    std::sort(calls.begin(), calls.end());
    std::sort(arrivals.begin(), arrivals.end());
    return {calls[rounds / 2], arrivals[rounds / 2]};
}

/// Two threads on one processor hand it to each other.
double context_switch()
{
    constexpr int rounds = 50'000;
    return shortest([] {
        std::atomic<bool> stop{false};
        pin(0);
        std::thread other([&stop] {
            pin(0);
            while (!stop.load()) sched_yield();
        });
        const auto begin = clock_type::now();
        for (int i = 0; i < rounds; ++i) sched_yield();
        const double all = seconds_since(begin) * 1e9 / rounds / 2;
        stop = true;
        other.join();
        return all;
    });
}

}  // namespace

int main()
{
    pin(0);
    static word mine{0};
    static volatile std::uint32_t plain = 0;
    std::printf("locked          %8.1f\n",
                loop(1'000'000, [](int) { mine.fetch_add(1); }) - loop(1'000'000, [](int) { plain = plain + 1; }));
    std::printf("pause           %8.1f\n", loop(1'000'000, [](int) { relax(); }));
    std::printf("clock_read      %8.1f\n", loop(1'000'000, [](int) { static_cast<void>(clock_type::now()); }));
    std::printf("allocation      %8.1f\n", loop(1'000'000, [](int i) {
                                               void* const m = std::malloc(static_cast<std::size_t>(32 + i % 64));
                                               __asm__ __volatile__("" : : "r"(m) : "memory");
                                               std::free(m);
                                           }) / 2);
    std::printf("system_call     %8.1f\n", loop(200'000, [](int) { futex(mine, FUTEX_WAKE_PRIVATE, 1); }));
    std::printf("same_cache      %8.1f\n", transfer());
    for (const int rest : {20, 200, 2000}) {
        const wake_times w = wake(std::chrono::microseconds(rest));
        std::printf("wake_call       %8.1f   after a sleep of %d us\n", w.call, rest);
        std::printf("wake_latency    %8.1f   after a sleep of %d us\n", w.running, rest);
    }
    std::printf("context_switch  %8.1f\n", context_switch());
    std::printf("thread_start    %8.1f\n", loop(200, [](int) { std::thread([] {}).detach(); }));
    return 0;
}
