// examples/sync/lock_collapse.cpp - locks with more and more threads: some keep their pace, others collapse.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A naive spinlock spins on and on. Once there are more threads than processors, some of those that spin have taken the
// processor from the one that holds the lock, and spin until their time slice is over. A ticket lock is worse: the next
// in line must run, and no other. weft::spinlock yields the processor after some microseconds, weft::mutex sleeps.
#include <weft/sync/mutex.hpp>
#include <weft/sync/spinlock.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

struct naive_spinlock {
    void lock()
    {
        while (taken.exchange(true, std::memory_order_acquire)) {}
    }
    void unlock() { taken.store(false, std::memory_order_release); }
    std::atomic<bool> taken{false};
};

struct ticket_lock {
    void lock()
    {
        const unsigned mine = next.fetch_add(1, std::memory_order_relaxed);
        while (serving.load(std::memory_order_acquire) != mine) {}
    }
    void unlock() { serving.store(serving.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
    std::atomic<unsigned> next{0};
    std::atomic<unsigned> serving{0};
};

/// Millions of turns per second: ten steps under the lock, twenty outside. Sets `lost` if the count is wrong.
template <class Lock>
double turns_per_second(unsigned threads, bool& lost)
{
    Lock lock;
    volatile std::uint64_t counter = 0;  // protected by the lock
    std::uint64_t turns = 0;
    std::atomic<bool> stop{false};
    std::latch ready(threads + 1);
    std::vector<std::uint64_t> own(threads, 0);
    {
        std::vector<std::jthread> workers;
        for (auto& mine : own) {
            workers.emplace_back([&] {
                ready.arrive_and_wait();
                std::uint64_t n = 0;
                volatile unsigned outside = 0;
                while (!stop.load(std::memory_order_relaxed)) {
                    {
                        const std::lock_guard hold(lock);
                        for (int i = 0; i < 10; ++i) counter = counter + 1;
                    }
                    for (unsigned i = 0; i < 20; ++i) outside = outside + i;
                    ++n;
                }
                mine = n;
            });
        }
        ready.arrive_and_wait();
        std::this_thread::sleep_for(40ms);
        stop.store(true, std::memory_order_relaxed);
    }
    for (const auto n : own) turns += n;
    lost = lost || turns * 10 != counter;
    return static_cast<double>(turns) / 40e-3 / 1e6;
}

template <class Lock>
void show(const char* name, bool& lost)
{
    std::printf("%-16s", name);
    for (const unsigned threads : {1u, 2u, 4u, 8u}) std::printf("%8.2f", turns_per_second<Lock>(threads, lost));
    std::printf("\n");
}

}  // namespace

int main()
{
    bool lost = false;
    std::printf("million turns/s, threads:\n%16s%8d%8d%8d%8d\n", "", 1, 2, 4, 8);
    show<naive_spinlock>("naive spinlock", lost);
    show<ticket_lock>("ticket lock", lost);
    show<std::mutex>("std::mutex", lost);
    show<weft::spinlock>("weft::spinlock", lost);
    show<weft::mutex>("weft::mutex", lost);
    return lost ? 1 : 0;
}
