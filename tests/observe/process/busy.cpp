// tests/observe/process/busy.cpp - a program in which everything happens that a trace shows.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/channel/channel.hpp>
#include <weft/iter/for_each.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/stream.hpp>
#include <weft/observe/trace.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/pool/thread_pool.hpp>
#include <weft/sync/fair_mutex.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

std::atomic<int> there{0};

/// Two threads meet: so each call needs both, and one of them has stolen.
void meet()
{
    there.fetch_add(1);
    while (there.load() % 2 != 0) std::this_thread::yield();
}

weft::task<> sleeps() { co_await weft::sleep_for(1ms); }

weft::task<> two_sleep() { co_await weft::when_all(sleeps(), sleeps()); }

}  // namespace

int main()
{
    weft::thread_pool pool({.num_threads = 2});
    pool.install([] {
        for (int i = 0; i < 20; ++i) {
            const weft::trace_span round{"round"};
            weft::par_range(0, 2).with_max_len(1).for_each([](int) {
                const weft::trace_span item{"item"};
                meet();
            });
            weft::join(meet, meet);
            weft::scope([](weft::task_scope& s) {
                s.spawn(meet);
                meet();
            });
            std::this_thread::sleep_for(1ms);  // the other thread parks
        }
        const std::vector<int> v(2);
        for (const int x : weft::stream(v).parallel_map([](int y) { return meet(), y; }, 2).ordered())
            static_cast<void>(x);
    });

    weft::fair_mutex lock;
    auto [tx, rx] = weft::bounded<int>(1);
    std::thread other([&lock, &tx = tx] {
        const std::lock_guard hold(lock);
        static_cast<void>(tx.send(1));
        std::this_thread::sleep_for(20ms);
    });
    static_cast<void>(rx.recv());
    {
        const std::lock_guard hold(lock);
    }
    other.join();

    weft::sync_wait(pool, two_sleep());
    weft::blocking([] { std::this_thread::sleep_for(1ms); });
}
