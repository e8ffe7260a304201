// bench/pool/join_fib_bench.cpp - recursive Fibonacci without a cutoff: nothing but joins.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/pool/context.hpp>
#include <weft/pool/join.hpp>

#include <tbb/task_group.h>

namespace {

constexpr unsigned n = 24;

unsigned long serial(unsigned k);
/// A call that the compiler can neither inline nor guess the effects of: what a join replaces.
unsigned long (*volatile call)(unsigned) = serial;
unsigned long serial(unsigned k)
{
    if (k < 2) return k;
    const unsigned long a = call(k - 1);
    return a + call(k - 2);
}

unsigned long join(unsigned k)
{
    if (k < 2) return k;
    const auto [a, b] = weft::join([&] { return join(k - 1); }, [&] { return join(k - 2); });
    return a + b;
}

unsigned long fork_join(weft::fork_context c, unsigned k)
{
    if (k < 2) return k;
    unsigned long a = 0;
    unsigned long b = 0;
    weft::fork_join(
        c, [&](weft::fork_context here) { a = fork_join(here, k - 1); },
        [&](weft::fork_context there) { b = fork_join(there, k - 2); });
    return a + b;
}

unsigned long tbb_group(unsigned k)
{
    if (k < 2) return k;
    unsigned long a = 0;
    tbb::task_group group;
    group.run([&] { a = tbb_group(k - 1); });
    const unsigned long b = tbb_group(k - 2);
    group.wait();
    return a + b;
}

#ifdef _OPENMP
unsigned long omp_tasks(unsigned k)
{
    if (k < 2) return k;
    unsigned long a = 0;
#pragma omp task shared(a) firstprivate(k)
    a = omp_tasks(k - 1);
    const unsigned long b = omp_tasks(k - 2);
#pragma omp taskwait
    return a + b;
}
#endif

const bench::definition here([] {
    // The number of calls that fork: fib(n + 1) - 1.
    const bench::unit per_join{"ns/join", static_cast<double>(serial(n + 1) - 1)};
    bench::add_serial("join", "fib", per_join, [] { benchmark::DoNotOptimize(serial(n)); });
    bench::add_each("join", "fib", "weft", per_join, [](int) { benchmark::DoNotOptimize(join(n)); });
    bench::add_each("join", "fib context", "weft", per_join, [](int) {
        benchmark::DoNotOptimize(weft::with_context([](weft::fork_context c) { return fork_join(c, n); }));
    });
    for (const char* const name : {"fib", "fib context"}) {
        bench::add_each("join", name, "tbb", per_join, [](int) { benchmark::DoNotOptimize(tbb_group(n)); });
    }
#ifdef _OPENMP
    bench::add_each("join", "fib", "openmp", per_join, [](int threads) {
        unsigned long r = 0;
#pragma omp parallel num_threads(threads)
#pragma omp single
        r = omp_tasks(n);
        benchmark::DoNotOptimize(r);
    });
#endif
});

}  // namespace
