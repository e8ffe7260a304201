// examples/sync/event_count.cpp - sleeping until a lock-free structure has something.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/injector.hpp>
#include <weft/sync/event_count.hpp>

#include <cstdio>
#include <optional>
#include <thread>

int main()
{
    weft::injector<int> queue;  // never blocks
    weft::event_count filled;   // adds waiting

    std::jthread producer([&] {
        for (int i = 1; i <= 1000; ++i) {
            queue.push(i);
            filled.notify_one();  // costs a fence; a system call only if somebody sleeps
        }
    });

    long sum = 0;
    for (int received = 0; received < 1000; ++received) {
        std::optional<int> next;
        filled.await([&] {
            if (auto stolen = queue.steal()) next = *stolen;
            return next.has_value();
        });
        sum += *next;
    }
    std::printf("received 1000 numbers, together %ld\n", sum);
    return sum == 500'500 ? 0 : 1;
}
