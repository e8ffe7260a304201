// examples/topology/counts.cpp - how many processors are there, really?
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/topology/cpu_counts.hpp>
#include <weft/topology/cpu_set.hpp>

#include <cstdio>

int main()
{
    const weft::processor_counts counts = weft::cpu_counts();
    std::printf("configured %zu, online %zu, allowed %zu, cores %zu, ", counts.configured, counts.online,
                counts.allowed, counts.physical);
    if (counts.quota) {
        std::printf("quota %.2f", *counts.quota);
    } else {
        std::printf("no quota");
    }
    std::printf("; sensible: %zu threads\n", weft::available_parallelism());
    for (const std::size_t cpu : weft::this_thread_affinity()) std::printf("may run on processor %zu\n", cpu);
    return weft::available_parallelism() >= 1 ? 0 : 1;
}
