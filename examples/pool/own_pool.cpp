// examples/pool/own_pool.cpp - a pool of your own: its threads, their names, and where they run.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/pool/broadcast.hpp>
#include <weft/pool/thread_pool.hpp>

#include <cstdio>
#include <string>

int main()
{
    weft::thread_pool pool({
        .num_threads = 3,
        .thread_name = [](std::size_t i) { return "crunch-" + std::to_string(i); },
        .pin = weft::pin_policy::core,  // each on a core of its own, while there are enough cores
    });

    // Whatever runs inside install uses this pool. Meanwhile the calling thread is one of the three.
    const long sum =
        pool.install([] { return weft::par_range(0L, 1'000'000L).map([](long i) { return i % 7; }).sum(); });
    std::printf("%zu threads found %ld\n", pool.num_threads(), sum);

    // Runs once on every thread of the pool.
    const auto cpus = pool.broadcast([](std::size_t) { return weft::this_thread_cpu().value_or(0); });
    for (std::size_t i = 0; i < cpus.size(); ++i) std::printf("thread %zu runs on processor %zu\n", i, cpus[i]);
    return sum == 2'999'997 && cpus.size() == 3 ? 0 : 1;
}
