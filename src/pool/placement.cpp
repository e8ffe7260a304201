// src/pool/placement.cpp - where the threads of a pool are pinned.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/placement.hpp"

#include <algorithm>
#include <tuple>

namespace weft::detail {
namespace {

constexpr std::uint32_t most_sorted =
    512;  // beyond, an order for each thread costs more time and memory than it is worth

/// The sets of pin_policy::numa: threads are spread over the nodes by the number of processors that each node has.
std::vector<cpu_set> node_sets(const topology& machine, const cpu_set& allowed, std::uint32_t count)
{
    std::vector<cpu_set> out;
    const std::uint64_t all = (allowed & machine.cpus()).size();
    std::uint64_t below = 0;  // processors of the nodes before
    for (const topology::numa_node& node : machine.nodes()) {
        const cpu_set here = node.cpus & allowed;
        below += here.size();
        while (out.size() < count && out.size() * all / count < below) out.push_back(here);
    }
    return out;
}

std::vector<cpu_set> sets_of(const topology& machine, const cpu_set& allowed, const pinning& how, std::uint32_t count)
{
    std::vector<cpu_set> out;
    if (!how.sets.empty()) {
        for (std::uint32_t i = 0; i < count; ++i) out.push_back(how.sets[i % how.sets.size()]);
    } else if (how.policy == pin_policy::numa) {
        out = node_sets(machine, allowed, count);
    } else if (how.policy == pin_policy::core) {
        const std::vector<std::size_t> order = core_order(machine, allowed);
        for (std::uint32_t i = 0; i < count && !order.empty(); ++i) out.push_back(cpu_set{order[i % order.size()]});
    }
    return out;
}

/// placement::nearest, by the first processor of each set.
std::vector<std::uint32_t> nearest_of(const topology& machine, const std::vector<cpu_set>& sets)
{
    const auto count = static_cast<std::uint32_t>(sets.size());
    if (count < 3 || count > most_sorted) return {};
    std::vector<std::uint32_t> out;
    out.reserve(std::size_t{count} * (count - 1));
    std::vector<std::tuple<unsigned, std::uint32_t, std::uint32_t>> row;
    bool all_alike = true;
    for (std::uint32_t i = 0; i < count; ++i) {
        row.clear();
        for (std::uint32_t n = 1; n < count; ++n) {  // equally near ones in rotation, so that each is somebody's first
            const std::uint32_t other = i + n < count ? i + n : i + n - count;
            const auto from = sets[i].next(0);
            const auto to = sets[other].next(0);
            row.emplace_back(from && to ? machine.distance(*from, *to) : 0, n, other);
        }
        std::sort(row.begin(), row.end());
        all_alike = all_alike && std::get<0>(row.front()) == std::get<0>(row.back());
        for (const auto& entry : row) out.push_back(std::get<2>(entry));
    }
    if (all_alike) out.clear();
    return out;
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
    // Far away, the distance to the first one no longer tells which are neighbours: node, package and cache do.
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

placement place_threads(const topology& machine, const cpu_set& allowed, const pinning& how, std::uint32_t count)
{
    placement out;
    out.sets = sets_of(machine, allowed, how, count);
    if (!out.sets.empty()) out.home = allowed;
    out.nearest = nearest_of(machine, out.sets);
    return out;
}

placement place_threads(const pinning& how, std::uint32_t count)
{
    if (how.sets.empty() && how.policy == pin_policy::none) return {};  // nobody asks how the machine is built
    return place_threads(topology::system(), this_thread_affinity(), how, count);
}

}  // namespace weft::detail
