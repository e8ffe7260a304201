// src/pool/placement.cpp - where the threads of a pool are pinned.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/placement.hpp"

#include <algorithm>
#include <tuple>

namespace weft::detail {
namespace {

/// Thread `index`'s share if `count` threads are spread over the nodes by the number of processors each of them has.
cpu_set node_of(const topology& machine, const cpu_set& allowed, std::uint32_t index, std::uint32_t count)
{
    const std::size_t all = (allowed & machine.cpus()).size();
    std::uint64_t place = std::uint64_t{index % count} * all / count;
    for (const topology::numa_node& node : machine.nodes()) {
        cpu_set here = node.cpus & allowed;
        if (place < here.size()) return here;
        place -= here.size();
    }
    return {};
}

}  // namespace

std::vector<std::size_t> core_order(const topology& machine, const cpu_set& allowed)
{
    const cpu_set usable = allowed & machine.cpus();
    const auto strength = [&](const topology::hardware_thread& t) {
        return machine.cores()[t.core].kind == core_kind::efficiency ? 1 : 0;
    };
    // The first processor of all: the lowest of a strong core.
    std::size_t first = 0;
    int strongest = 2;
    for (const std::size_t cpu : usable) {
        const int s = strength(*machine.find(cpu));
        if (s < strongest) {
            first = cpu;
            strongest = s;
        }
    }
    // Far away, the distance to the first one no longer tells who are neighbours: node, package and cache do.
    using rank = std::tuple<std::size_t, int, unsigned, std::size_t, std::size_t, std::size_t, std::size_t>;
    std::vector<rank> order;
    std::vector<std::size_t> taken_of_core(machine.cores().size());
    for (const std::size_t cpu : usable) {
        const topology::hardware_thread& t = *machine.find(cpu);
        const std::size_t sibling = taken_of_core[t.core]++;
        const topology::cache* const cache = machine.last_cache(cpu);
        const std::size_t cache_group = cache != nullptr ? cache->cpus.next(0).value_or(0) : 0;
        const unsigned far = sibling == 0 && cpu == first ? 0 : std::max(machine.distance(first, cpu), 2u);
        order.emplace_back(sibling, strength(t), far, t.node, t.package, cache_group, cpu);
    }
    std::sort(order.begin(), order.end());
    std::vector<std::size_t> out;
    out.reserve(order.size());
    for (const rank& r : order) out.push_back(std::get<6>(r));
    return out;
}

cpu_set placement(const topology& machine, const cpu_set& allowed, const pinning& how, std::uint32_t index,
                  std::uint32_t count)
{
    if (!how.sets.empty()) return how.sets[index % how.sets.size()];
    switch (how.policy) {
        case pin_policy::none:
            return {};
        case pin_policy::numa:
            return node_of(machine, allowed, index, count);
        case pin_policy::core:
            break;
    }
    const std::vector<std::size_t> order = core_order(machine, allowed);
    return order.empty() ? cpu_set{} : cpu_set{order[index % order.size()]};
}

cpu_set placement(const pinning& how, std::uint32_t index, std::uint32_t count)
{
    if (!how.sets.empty()) return how.sets[index % how.sets.size()];
    if (how.policy == pin_policy::none) return {};
    return placement(topology::system(), this_thread_affinity(), how, index, count);
}

}  // namespace weft::detail
