// examples/sync/shared_counter.cpp - many threads count together: with a mutex, an atomic, a channel, and a reduction.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// All four are right. They differ in how often the threads meet: at every step, or once at the end. Counting the even
// numbers below a million, the reduction is ten times as fast as the next one, or more: the best way to share a counter
// is not to share it.
#include <weft/channel/channel.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/sync/mutex.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr long items = 1'000'000;
constexpr long threads = 4;

bool counts(long i) { return i % 2 == 0; }

/// Calls f(first, last) for each quarter of the numbers, on a thread of its own.
template <class F>
void in_quarters(F f)
{
    std::vector<std::jthread> workers;
    for (long t = 0; t < threads; ++t) workers.emplace_back([=] { f(items / threads * t, items / threads * (t + 1)); });
}

long by_mutex()
{
    weft::mutex lock;
    long counter = 0;
    in_quarters([&](long first, long last) {
        for (long i = first; i < last; ++i) {
            if (!counts(i)) continue;
            const std::lock_guard hold(lock);
            ++counter;
        }
    });
    return counter;
}

long by_atomic()
{
    std::atomic<long> counter{0};
    in_quarters([&](long first, long last) {
        for (long i = first; i < last; ++i) {
            if (counts(i)) counter.fetch_add(1, std::memory_order_relaxed);
        }
    });
    return counter.load();
}

/// The counter belongs to one thread; the others tell it when to count.
long by_channel()
{
    auto ends = weft::bounded<long>(1024);
    long counter = 0;
    std::jthread owner([rx = std::move(ends.second), &counter] {
        for (const long one : rx) counter += one;
    });
    in_quarters([&ends](long first, long last) {
        const auto tx = ends.first;  // each thread its own
        for (long i = first; i < last; ++i) {
            if (counts(i)) static_cast<void>(tx.send(1));
        }
    });
    {
        const auto last_one = std::move(ends.first);  // closes the channel
    }
    owner.join();
    return counter;
}

/// Each worker counts for itself; the counts are added at the end.
long by_reduction()
{
    return weft::par_range(0L, items).map([](long i) { return counts(i) ? 1L : 0L; }).sum();
}

bool show(const char* name, long (*count)())
{
    const auto start = std::chrono::steady_clock::now();
    const long n = count();
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    std::printf("%-10s %8.2f ms  %ld\n", name, time.count(), n);
    return n == items / 2;
}

}  // namespace

int main()
{
    by_reduction();  // starts the pool
    bool right = show("mutex", by_mutex);
    right = show("atomic", by_atomic) && right;
    right = show("channel", by_channel) && right;
    right = show("reduction", by_reduction) && right;
    return right ? 0 : 1;
}
