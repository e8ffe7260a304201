// bench/queue/queue_bench.cpp - queues that never block: a push and a pop by one thread, and by two and two.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/queue/array_queue.hpp>
#include <weft/queue/deque.hpp>
#include <weft/queue/seg_queue.hpp>
#include <weft/queue/spsc_queue.hpp>

#include <concurrentqueue/concurrentqueue.h>
#include <tbb/concurrent_queue.h>
#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <latch>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;
constexpr std::size_t room = 1024;
using item = std::size_t;

// One interface for all: try_push, try_pop(item&).

template <class Queue>
struct weft_queue : Queue {
    using Queue::Queue;
    bool put(item v)
    {
        if constexpr (requires { this->try_push(v); }) {
            return this->try_push(v);
        } else {
            this->push(v);
            return true;
        }
    }
    bool get(item& v)
    {
        auto got = this->try_pop();  // not const: GCC would write it to memory
        if (!got) return false;
        v = *got;
        return true;
    }
};
struct weft_array : weft_queue<weft::array_queue<item>> {
    weft_array() : weft_queue(room) {}
};
struct weft_seg : weft_queue<weft::seg_queue<item>> {};
struct weft_spsc : weft_queue<weft::spsc_queue<item>> {
    weft_spsc() : weft_queue(room) {}
};

struct boost_queue {
    boost::lockfree::queue<item, boost::lockfree::capacity<room>> q;
    bool put(item v) { return q.bounded_push(v); }
    bool get(item& v) { return q.pop(v); }
};
struct boost_spsc {
    boost::lockfree::spsc_queue<item, boost::lockfree::capacity<room>> q;
    bool put(item v) { return q.push(v); }
    bool get(item& v) { return q.pop(v); }
};
/// Its capacity is known only at run time, as with weft's.
struct boost_spsc_dynamic {
    boost::lockfree::spsc_queue<item> q{room};
    bool put(item v) { return q.push(v); }
    bool get(item& v) { return q.pop(v); }
};
struct moodycamel_queue {
    moodycamel::ConcurrentQueue<item> q;
    bool put(item v) { return q.enqueue(v); }
    bool get(item& v) { return q.try_dequeue(v); }
};
struct tbb_queue {
    tbb::concurrent_queue<item> q;
    bool put(item v)
    {
        q.push(v);
        return true;
    }
    bool get(item& v) { return q.try_pop(v); }
};
struct tbb_bounded {
    tbb_bounded() { q.set_capacity(room); }
    tbb::concurrent_bounded_queue<item> q;
    bool put(item v) { return q.try_push(v); }
    bool get(item& v) { return q.try_pop(v); }
};
struct mutex_queue {
    std::mutex m;
    std::deque<item> q;
    bool put(item v)
    {
        const std::lock_guard hold(m);
        q.push_back(v);
        return true;
    }
    bool get(item& v)
    {
        const std::lock_guard hold(m);
        if (q.empty()) return false;
        v = q.front();
        q.pop_front();
        return true;
    }
};

/// A push and a pop after it, by one thread.
template <class Queue>
void alone(const std::string& name, const std::string& impl)
{
    bench::add("queue", name + " alone", impl, 1, {"ns/item"}, [](benchmark::State& state) {
        Queue q;
        item v = 0;
        for (auto _ : state) {
            q.put(v);
            q.get(v);
            benchmark::DoNotOptimize(v);
        }
    })->UseRealTime();
}

/// Messages through the queue, from `side` producers to `side` consumers. The time begins when the first of them does:
/// where there are more threads than processors, a watching thread would be late.
template <class Queue>
void together(const std::string& name, const std::string& impl, int side)
{
    constexpr item messages = 200'000;
    bench::add("queue", name + " " + std::to_string(side) + "+" + std::to_string(side), impl, 2 * side,
               {"ns/item", static_cast<double>(messages)},
               [side](benchmark::State& state) {
                   for (auto _ : state) {
                       Queue q;
                       std::atomic<item> taken{0};
                       std::latch ready(2 * side);
                       std::atomic<clock_type::time_point> begin{clock_type::time_point::max()};
                       const auto start = [&] {
                           ready.arrive_and_wait();
                           auto first = clock_type::time_point::max();
                           begin.compare_exchange_strong(first, clock_type::now());
                       };
                       std::vector<std::jthread> threads;
                       for (int i = 0; i < side; ++i) {
                           threads.emplace_back([&] {
                               start();
                               for (item m = 0; m < messages / static_cast<item>(side); ++m) {
                                   while (!q.put(m)) std::this_thread::yield();
                               }
                           });
                           threads.emplace_back([&] {
                               start();
                               item v = 0;
                               item mine = 0;
                               while (true) {
                                   if (q.get(v)) {
                                       ++mine;
                                       continue;
                                   }
                                   // Counted in batches, so that counting is not what is measured.
                                   if (taken.fetch_add(std::exchange(mine, 0)) >= messages) break;
                                   if (taken.load() >= messages) break;
                                   std::this_thread::yield();
                               }
                           });
                       }
                       threads.clear();
                       state.SetIterationTime(std::chrono::duration<double>(clock_type::now() - begin.load()).count());
                   }
               })
        ->UseManualTime();
}

template <class Queue>
void all(const std::string& name, const std::string& impl)
{
    alone<Queue>(name, impl);
    together<Queue>(name, impl, 1);
    together<Queue>(name, impl, 2);
}

const bench::definition here([] {
    all<weft_array>("bounded", "weft");
    all<boost_queue>("bounded", "boost");
    all<tbb_bounded>("bounded", "tbb");
    all<mutex_queue>("bounded", "mutex");

    all<weft_seg>("unbounded", "weft");
    all<moodycamel_queue>("unbounded", "moodycamel");
    all<tbb_queue>("unbounded", "tbb");
    all<mutex_queue>("unbounded", "mutex");

    alone<weft_spsc>("spsc", "weft");
    alone<boost_spsc>("spsc", "boost");
    alone<boost_spsc_dynamic>("spsc", "boost run-time");
    together<weft_spsc>("spsc", "weft", 1);
    together<boost_spsc>("spsc", "boost", 1);
    together<boost_spsc_dynamic>("spsc", "boost run-time", 1);

    bench::add("queue", "deque lifo", "weft", 1, {"ns/item"}, [](benchmark::State& state) {
        weft::deque<item> d;
        for (auto _ : state) {
            d.push(1);
            benchmark::DoNotOptimize(d.pop());
        }
    })->UseRealTime();
});

}  // namespace
