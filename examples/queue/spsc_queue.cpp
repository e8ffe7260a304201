// examples/queue/spsc_queue.cpp - the cheapest way from one thread to another.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/spsc_queue.hpp>

#include <cstdio>
#include <thread>

int main()
{
    constexpr int samples = 100'000;
    weft::spsc_queue<int> pipe(256);
    std::jthread source([&] {
        for (int i = 1; i <= samples; ++i) {
            while (!pipe.try_push(i)) std::this_thread::yield();  // full: the other side is behind
        }
    });
    long sum = 0;
    for (int received = 0; received < samples;) {
        if (const auto sample = pipe.try_pop()) {
            sum += *sample;
            ++received;
        } else {
            std::this_thread::yield();
        }
    }
    std::printf("%d samples, together %ld\n", samples, sum);
    return sum == static_cast<long>(samples) * (samples + 1) / 2 ? 0 : 1;
}
