// examples/async/locks.cpp - what tasks wait for, holding no thread: a mutex, a semaphore, an event, a latch.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>

int main()
{
    constexpr int workers = 100;
    weft::async_event start;
    weft::async_semaphore seats(4);
    weft::async_mutex lock;
    weft::async_latch done(workers);
    int total = 0;
    std::atomic<int> inside{0};
    std::atomic<bool> crowded{false};

    const auto work = [&](int n) -> weft::task<> {
        co_await start.wait();
        co_await seats.acquire();  // no more than four at once from here on
        if (++inside > 4) crowded = true;
        co_await weft::async_yield();
        --inside;
        seats.release();
        {
            const auto hold = co_await lock.lock();
            total += n;
        }
        done.count_down();
    };
    weft::sync_wait(weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
        for (int i = 0; i < workers; ++i) s.spawn(work(i));
        start.set();
        co_await done.wait();
        std::printf("total %d\n", total);
    }));
    return total == workers * (workers - 1) / 2 && !crowded ? EXIT_SUCCESS : EXIT_FAILURE;
}
