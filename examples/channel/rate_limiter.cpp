// examples/channel/rate_limiter.cpp - no more than one request per tick, however fast they come.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// tick() keeps its grid: a slow request does not shift the ticks that come later. Ticks that nobody waited for are not
// saved up, so there is no burst after a pause.
#include <weft/channel/timer.hpp>

#include <chrono>
#include <cstdio>
#include <thread>

using namespace std::chrono_literals;

int main()
{
    auto [requests, queue] = weft::unbounded<int>();
    for (int i = 0; i < 20; ++i) static_cast<void>(requests.send(i));  // all at once
    {
        const auto done = std::move(requests);
    }

    const auto begin = std::chrono::steady_clock::now();
    const auto pace = weft::tick(2ms);
    int served = 0;
    for ([[maybe_unused]] const int request : queue) {
        static_cast<void>(pace.recv());
        ++served;
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::printf("%d requests in %.1f ms\n", served, took.count());
    return served == 20 && took >= 40ms ? 0 : 1;
}
