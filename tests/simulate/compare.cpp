// tests/simulate/compare.cpp - the programs by which a simulation is compared with the machine that it stands for.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "compare.hpp"
#include "programs.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace compare {
namespace {

template <class F>
void measure(const char* name, unsigned threads, F once)
{
    std::vector<double> all;
    for (int i = 0; i < runs(); ++i) all.push_back(once());
    std::sort(all.begin(), all.end());
    std::printf("%-18s %u %10.2f\n", name, threads, all.front() / 1000);
}

template <class F>
double time_of(F f)
{
    const double begin = now();
    f();
    return now() - begin;
}

/// Two threads want one mutex: 100 ns with it, 100 ns without.
double contended_mutex(unsigned threads)
{
    constexpr int turns = 5000;
    alignas(64) weft::mutex m;
    const auto body = [&m] {
        for (int i = 0; i < turns; ++i) {
            m.lock();
            programs::work(100);
            m.unlock();
            programs::work(100);
        }
    };
    if (threads == 1) return time_of([&] { body(); }) / turns * 100;
    return time_of([&] { at_once(body, body); }) / turns * 100;
}

}  // namespace

void run_all(unsigned threads)
{
    weft::thread_pool pool({.num_threads = threads});
    const auto in_pool = [&](auto f) { return [&pool, f] { return pool.install([&] { return time_of(f); }); }; };
    pool.install([] {
        programs::fib(22);
        programs::even_loop(1000, 1000);
        programs::uneven_loop(1000, 1000);
        programs::even_loop(20, 1000);
    });
    measure("fib", threads, in_pool([] { programs::fib(23); }));
    measure("join tree", threads, in_pool([] { programs::join_tree(10'000, 20); }));
    measure("unbalanced tree", threads, in_pool([] { programs::binomial_tree(0, 12); }));
    measure("even loop", threads, in_pool([] { programs::even_loop(500, 1000); }));
    measure("uneven loop", threads, in_pool([] { programs::uneven_loop(500, 1000); }));
    measure("contended mutex", threads, [threads] { return contended_mutex(threads); });
    measure("hot region", threads, in_pool([] {
                for (int i = 0; i < 20; ++i) programs::even_loop(20, 1000);
            }));
    measure("rested region", threads, [&] {
        sleep(3);
        return time_of([&] { pool.install([] { programs::even_loop(200, 1000); }); });
    });
}

}  // namespace compare
