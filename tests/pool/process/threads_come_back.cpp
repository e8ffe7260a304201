// When threads can be started again after a time in which none could, weft::blocking has substitutes again.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// This program is linked so that all calls of pthread_create arrive here.
#include <weft/pool/thread_pool.hpp>

#include "../watchdog.hpp"
#include "process.hpp"

#include <pthread.h>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

namespace {

std::atomic<bool> none_start{false};
std::atomic<int> refused{0};

}  // namespace

extern "C" int __real_pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
extern "C" int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                                     void* self)
{
    if (none_start.load()) {
        refused.fetch_add(1);
        return EAGAIN;
    }
    return __real_pthread_create(thread, attributes, run, self);
}

/// Runs `f()` on the pool's own thread, so that there is no other one, and waits in the system for its end.
template <class F>
void run_inside(weft::thread_pool& pool, F f)
{
    std::atomic<bool> ended{false};
    pool.spawn([&] {
        f();
        ended = true;
    });
    while (!ended.load()) std::this_thread::sleep_for(std::chrono::microseconds(50));
}

int main()
{
    const test::watchdog limit("pool process: threads_come_back");
    weft::thread_pool pool{{.num_threads = 1}};
    run_inside(pool, [] {});
    none_start = true;
    int called = 0;
    for (int i = 0; i < 200; ++i) {
        run_inside(pool, [&] {
            weft::spawn([] {});  // there is work, for which a substitute is wanted
            weft::blocking([&] {
                std::this_thread::sleep_for(std::chrono::microseconds(100));
                ++called;
            });
        });
    }
    EXPECT(called == 200);  // without a substitute the function is called all the same
    EXPECT(refused.load() > 0);
    none_start = false;
    for (int round = 0; round < 10; ++round) {
        run_inside(pool, [] {
            std::atomic<bool> ran{false};
            weft::spawn([&] { ran = true; });
            weft::blocking([&] {
                while (!ran.load()) std::this_thread::sleep_for(std::chrono::microseconds(50));
            });
        });
    }
}
