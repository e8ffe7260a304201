// examples/sync/false_sharing.cpp - counters that are adjacent in memory, and the same ones on separate cache lines.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// No counter is shared, and yet the first version is several times as slow on two or more processors: processors own
// memory in lines of 64 bytes, and these two threads take a line from each other at every step.
#include <weft/base/cache_padded.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <latch>
#include <thread>

namespace {

constexpr long steps = 20'000'000;

/// Two threads, each with a counter of its own; milliseconds.
template <class Counters>
double count(Counters& counters)
{
    std::latch ready(3);
    const auto work = [&](std::atomic<long>& mine) {
        ready.arrive_and_wait();
        for (long i = 0; i < steps; ++i) mine.fetch_add(1, std::memory_order_relaxed);
    };
    std::jthread first([&] { work(counters[0]); });
    std::jthread second([&] { work(counters[1]); });
    ready.arrive_and_wait();
    const auto start = std::chrono::steady_clock::now();
    first.join();
    second.join();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// cache_padded puts each counter on separate cache lines.
struct apart {
    std::array<weft::cache_padded<std::atomic<long>>, 2> counters{};
    std::atomic<long>& operator[](std::size_t i) { return *counters[i]; }
};

}  // namespace

int main()
{
    alignas(weft::cache_line_size) std::array<std::atomic<long>, 2> together{};
    apart padded;
    const double shared = count(together);
    const double cured = count(padded);
    std::printf("side by side          %7.1f ms\n", shared);
    std::printf("a cache line for each %7.1f ms, %.1f times as fast\n", cured, shared / cured);
    return together[0] == steps && together[1] == steps && padded[0] == steps && padded[1] == steps ? 0 : 1;
}
