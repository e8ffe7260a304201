// examples/sync/parker.cpp - a thread sleeps until another one has news.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/parker.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

int main()
{
    weft::parker here;
    std::atomic<int> news{0};
    std::jthread messenger([&news, waker = here.unparker()] {
        news.store(42, std::memory_order_relaxed);
        waker.unpark();  // never lost: if nobody sleeps yet, the next park returns at once
    });
    here.park();  // no processor time meanwhile
    std::printf("the news is %d\n", news.load(std::memory_order_relaxed));

    const bool woken = here.park_for(std::chrono::milliseconds(5));
    std::printf("and then: %s\n", woken ? "more" : "nothing for 5 ms");
    return news.load() == 42 && !woken ? 0 : 1;
}
