// bench/sync/lock_bench.cpp - locks: uncontended, with work outside, with more threads than processors, and
// read-mostly.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/base/cache_padded.hpp>
#include <weft/sync/fair_mutex.hpp>
#include <weft/sync/mutex.hpp>
#include <weft/sync/seq_lock.hpp>
#include <weft/sync/sharded_mutex.hpp>
#include <weft/sync/spinlock.hpp>

#include <oneapi/tbb/mutex.h>
#include <oneapi/tbb/queuing_mutex.h>
#include <oneapi/tbb/rw_mutex.h>
#include <oneapi/tbb/spin_mutex.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <latch>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

/// std::mutex is faster while the process has only one thread; nobody needs a lock then, so here there are two.
struct second_thread {
    std::jthread thread{[](const std::stop_token& stop) {
        while (!stop.stop_requested()) std::this_thread::sleep_for(10ms);
    }};
};

/// A lock and what it guards, on lines of their own: where the compiler puts other variables must not matter.
template <class Lock>
struct alignas(weft::cache_line_size) guarded {
    Lock lock;
    std::uint64_t value = 0;
};

/// Runs `turn(thread)` on `threads` threads for 60 ms, in which each of eight on two processors has several time
/// slices; reports the time of one turn, all threads together, and how many turns the slowest thread had for one of the
/// fastest.
template <class Turn>
void run_for_a_while(benchmark::State& state, int threads, Turn turn)
{
    double share = 1;
    for (auto _ : state) {
        std::atomic<bool> stop{false};
        std::vector<weft::cache_padded<std::uint64_t>> turns(static_cast<std::size_t>(threads));
        std::latch ready(threads + 1);
        std::vector<std::jthread> workers;
        for (std::size_t i = 0; i < turns.size(); ++i) {
            workers.emplace_back([&, i] {
                ready.arrive_and_wait();
                std::uint64_t mine = 0;
                while (!stop.load(std::memory_order_relaxed)) {
                    turn(i);
                    ++mine;
                }
                *turns[i] = mine;
            });
        }
        ready.arrive_and_wait();
        const auto begin = std::chrono::steady_clock::now();
        std::this_thread::sleep_for(60ms);
        stop.store(true, std::memory_order_relaxed);
        workers.clear();
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
        std::uint64_t sum = 0;
        std::uint64_t least = ~std::uint64_t{0};
        std::uint64_t most = 1;
        for (const auto& t : turns) {
            sum += *t;
            least = std::min(least, *t);
            most = std::max(most, *t);
        }
        share = std::min(share, static_cast<double>(least) / static_cast<double>(most));
        state.SetIterationTime(time.count() / static_cast<double>(std::max<std::uint64_t>(sum, 1)));
    }
    state.counters["slowest_to_fastest"] = share;
}

/// Some 50 multiplications (19 to 82) that the compiler cannot remove. Two threads that always do the same fall into
/// step, and the figure would then depend on whether they happen to meet.
void work_outside(std::uint64_t& random)
{
    random = random * 6364136223846793005u + 1442695040888963407u;
    std::uint64_t x = 1;
    for (std::uint64_t left = 19 + (random >> 58); left != 0; --left) {
        x *= 0x9e3779b97f4a7c15u;
        benchmark::DoNotOptimize(x);
    }
}

/// TBB's fair lock, which only spins, with the interface of the others.
class queuing_mutex {
public:
    void lock() { held_.acquire(mutex_); }
    void unlock() { held_.release(); }

private:
    tbb::queuing_mutex mutex_;
    inline static thread_local tbb::queuing_mutex::scoped_lock held_;
};

template <class Lock>
void uncontended(const std::string& kind, const std::string& impl)
{
    bench::add("lock", kind + ", uncontended", impl, 1, {"ns/lock"}, [](benchmark::State& state) {
        const second_thread other;
        Lock lock;
        for (auto _ : state) {
            lock.lock();
            benchmark::ClobberMemory();
            lock.unlock();
        }
    })->UseRealTime();
}

template <class Lock>
void contended(const std::string& kind, const std::string& impl, bool works = true)
{
    for (const int threads : {1, 2, 4, 8}) {
        bench::add("lock", kind + (works ? ", work outside" : ", nothing outside"), impl, threads, {"ns/lock"},
                   [threads, works](benchmark::State& state) {
                       guarded<Lock> counter;
                       std::vector<weft::cache_padded<std::uint64_t>> random(static_cast<std::size_t>(threads));
                       for (std::size_t i = 0; i < random.size(); ++i) *random[i] = i;
                       run_for_a_while(state, threads, [&](std::size_t who) {
                           counter.lock.lock();
                           for (int i = 0; i < 4; ++i) {
                               ++counter.value;
                               benchmark::DoNotOptimize(counter.value);
                           }
                           counter.lock.unlock();
                           if (works) work_outside(*random[who]);
                       });
                   })
            ->UseManualTime()
            ->Iterations(2);
    }
}

/// Reads, and one write in `every` turns (never, if 0).
template <class Lock>
void read_mostly(const std::string& impl, std::uint64_t every)
{
    const std::string name = every == 0 ? "read only" : "one write in " + std::to_string(every);
    for (const int threads : {1, 2}) {
        bench::add("lock", name, impl, threads, {"ns/turn"},
                   [threads, every](benchmark::State& state) {
                       guarded<Lock> data;
                       std::vector<weft::cache_padded<std::uint64_t>> turn(static_cast<std::size_t>(threads));
                       run_for_a_while(state, threads, [&](std::size_t who) {
                           if (every != 0 && ++*turn[who] % every == 0) {
                               data.lock.lock();
                               ++data.value;
                               data.lock.unlock();
                           } else {
                               data.lock.lock_shared();
                               benchmark::DoNotOptimize(data.value);
                               data.lock.unlock_shared();
                           }
                       });
                   })
            ->UseManualTime()
            ->Iterations(2);
    }
}

/// A value of 32 bytes under a lock, or without one.
struct wide {
    std::uint64_t parts[4];
};

template <class Read>
void read_value(const std::string& impl, Read read)
{
    for (const int threads : {1, 2}) {
        bench::add("lock", "read 32 bytes", impl, threads, {"ns/turn"},
                   [threads, read](benchmark::State& state) {
                       run_for_a_while(state, threads, [&](std::size_t) {
                           wide seen = read();
                           benchmark::DoNotOptimize(seen);
                       });
                   })
            ->UseManualTime()
            ->Iterations(2);
    }
}

const bench::definition here([] {
    uncontended<weft::mutex>("mutex", "weft");
    uncontended<std::mutex>("mutex", "std");
    uncontended<tbb::mutex>("mutex", "tbb");
    uncontended<weft::spinlock>("spinlock", "weft");
    uncontended<std::mutex>("spinlock", "std");
    uncontended<tbb::spin_mutex>("spinlock", "tbb");
    uncontended<weft::fair_mutex>("fair mutex", "weft");
    uncontended<queuing_mutex>("fair mutex", "tbb");
    uncontended<weft::sharded_mutex>("shared mutex, write", "weft");
    uncontended<std::shared_mutex>("shared mutex, write", "std");
    uncontended<tbb::rw_mutex>("shared mutex, write", "tbb");

    contended<weft::mutex>("mutex", "weft");
    contended<std::mutex>("mutex", "std");
    contended<tbb::mutex>("mutex", "tbb");
    contended<weft::spinlock>("spinlock", "weft");
    contended<std::mutex>("spinlock", "std");
    contended<tbb::spin_mutex>("spinlock", "tbb");

    contended<weft::fair_mutex>("fair mutex", "weft");
    contended<queuing_mutex>("fair mutex", "tbb");

    // What first come, first served costs: everybody wants the lock all the time.
    contended<weft::mutex>("mutex", "weft", false);
    contended<std::mutex>("mutex", "std", false);
    contended<weft::fair_mutex>("fair mutex", "weft", false);
    contended<queuing_mutex>("fair mutex", "tbb", false);

    for (const std::uint64_t every : {0, 1000, 20}) {
        read_mostly<weft::sharded_mutex>("weft", every);
        read_mostly<std::shared_mutex>("std", every);
        read_mostly<tbb::rw_mutex>("tbb", every);
    }

    static weft::seq_lock<wide> free_value{wide{}};
    static std::shared_mutex guard;
    static wide behind{};
    read_value("weft", [] { return free_value.load(); });
    read_value("std", [] {
        const std::shared_lock hold(guard);
        return behind;
    });
});

}  // namespace
