// bench/programs/demos.hpp - how each peer runs the functions, and the iterations, that the demos have.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "harness/bench.hpp"

#include <weft/pool/join.hpp>
#include "demos/demo.hpp"

#include <malloc.h>
#include <tbb/parallel_invoke.h>

#include <cstdlib>
#include <string>

namespace demos_bench {

/// Memory that a run frees stays with the program; otherwise fresh pages would sometimes cost more than a demo.
inline const bool keeps_memory = mallopt(M_MMAP_THRESHOLD, 1 << 30) != 0 && mallopt(M_TRIM_THRESHOLD, 1 << 30) != 0;

/// One run of a demo.
inline const bench::unit whole{"ns/run"};

inline void check(bool right)
{
    if (!right) std::abort();
}

inline constexpr auto in_tbb = [](auto&&... functions) { tbb::parallel_invoke(functions...); };

#ifdef _OPENMP
template <class F>
void omp_task(const F& f)
{
#pragma omp task default(none) firstprivate(f)
    f();
}

inline constexpr auto in_omp = [](auto&&... functions) {
    (omp_task(functions), ...);
#pragma omp taskwait
};

/// Calls `f()` on one thread of a team, whose other threads take tasks.
template <class F>
void omp_team(int threads, F f)
{
#pragma omp parallel num_threads(threads)
#pragma omp single
    f();
}
#endif

/// A recursion that is told how to call its branches: `body(join)` is one run.
template <class Body>
void define_recursion(const std::string& name, Body body)
{
    bench::add_serial("demos", name, whole, [=] { body(demo::one_by_one); });
    bench::add_each("demos", name, "weft", whole, [=](int) { body(demo::at_once); });
    bench::add_each("demos", name, "tbb", whole, [=](int) { body(in_tbb); });
#ifdef _OPENMP
    bench::add_each("demos", name, "openmp", whole, [=](int threads) { omp_team(threads, [&] { body(in_omp); }); });
#endif
}

}  // namespace demos_bench
