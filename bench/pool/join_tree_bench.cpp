// bench/pool/join_tree_bench.cpp - searching an unbalanced tree shaped by a hash (after UTS, Olivier et al. 2006).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/pool/join.hpp>
#include <weft/pool/scope.hpp>

#include <tbb/task_group.h>

#include <array>
#include <cstdint>

namespace {

constexpr std::uint64_t root = 17;
constexpr std::uint64_t most = 4;

std::uint64_t child(std::uint64_t node, std::uint64_t i)
{
    std::uint64_t z = node + (i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/// Four at the top; below, two or none, a little less than one on average.
std::uint64_t children(std::uint64_t node, unsigned depth)
{
    if (depth < 6) return most;
    return child(node, 99) % 1000 < 490 ? 2 : 0;
}

long serial(std::uint64_t node, unsigned depth)
{
    long nodes = 1;
    const std::uint64_t n = children(node, depth);
    for (std::uint64_t i = 0; i < n; ++i) nodes += serial(child(node, i), depth + 1);
    return nodes;
}

long join(std::uint64_t node, unsigned depth);

long some(std::uint64_t node, unsigned depth, std::uint64_t first, std::uint64_t last)
{
    if (last - first == 1) return join(child(node, first), depth + 1);
    const std::uint64_t middle = (first + last) / 2;
    const auto [a, b] =
        weft::join([&] { return some(node, depth, first, middle); }, [&] { return some(node, depth, middle, last); });
    return a + b;
}

long join(std::uint64_t node, unsigned depth)
{
    const std::uint64_t n = children(node, depth);
    return n == 0 ? 1 : 1 + some(node, depth, 0, n);
}

long in_scope(std::uint64_t node, unsigned depth)
{
    const std::uint64_t n = children(node, depth);
    std::array<long, most> nodes{};
    if (n == 0) return 1;
    weft::scope([&](weft::task_scope& s) {
        for (std::uint64_t i = 1; i < n; ++i) s.spawn([&, i] { nodes[i] = in_scope(child(node, i), depth + 1); });
        nodes[0] = in_scope(child(node, 0), depth + 1);
    });
    return 1 + nodes[0] + nodes[1] + nodes[2] + nodes[3];
}

long tbb_group(std::uint64_t node, unsigned depth)
{
    const std::uint64_t n = children(node, depth);
    std::array<long, most> nodes{};
    if (n == 0) return 1;
    tbb::task_group group;
    for (std::uint64_t i = 1; i < n; ++i) group.run([&, i] { nodes[i] = tbb_group(child(node, i), depth + 1); });
    nodes[0] = tbb_group(child(node, 0), depth + 1);
    group.wait();
    return 1 + nodes[0] + nodes[1] + nodes[2] + nodes[3];
}

#ifdef _OPENMP
long omp_tasks(std::uint64_t node, unsigned depth)
{
    const std::uint64_t n = children(node, depth);
    std::array<long, most> nodes{};
    if (n == 0) return 1;
    for (std::uint64_t i = 1; i < n; ++i) {
#pragma omp task shared(nodes) firstprivate(i, node, depth)
        nodes[i] = omp_tasks(child(node, i), depth + 1);
    }
    nodes[0] = omp_tasks(child(node, 0), depth + 1);
#pragma omp taskwait
    return 1 + nodes[0] + nodes[1] + nodes[2] + nodes[3];
}
#endif

const bench::definition here([] {
    const bench::unit per_node{"ns/node", static_cast<double>(serial(root, 0))};
    for (const char* const name : {"tree", "tree scope"}) {
        bench::add_serial("join", name, per_node, [] { benchmark::DoNotOptimize(serial(root, 0)); });
        bench::add_each("join", name, "tbb", per_node, [](int) { benchmark::DoNotOptimize(tbb_group(root, 0)); });
    }
    bench::add_each("join", "tree", "weft", per_node, [](int) { benchmark::DoNotOptimize(join(root, 0)); });
    bench::add_each("join", "tree scope", "weft", per_node, [](int) { benchmark::DoNotOptimize(in_scope(root, 0)); });
#ifdef _OPENMP
    bench::add_each("join", "tree", "openmp", per_node, [](int threads) {
        long r = 0;
#pragma omp parallel num_threads(threads)
#pragma omp single
        r = omp_tasks(root, 0);
        benchmark::DoNotOptimize(r);
    });
#endif
});

}  // namespace
