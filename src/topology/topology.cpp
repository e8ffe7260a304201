// src/topology/topology.cpp - making sense of what is known about a machine.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/topology/topology.hpp>

#include <weft/seam/memory.hpp>

#include "topology/machine_facts.hpp"
#include "topology/system_files.hpp"

#include <algorithm>
#include <limits>
#include <thread>
#include <tuple>
#include <utility>

namespace weft {
namespace {

constexpr unsigned beyond_all = std::numeric_limits<unsigned>::max();
constexpr unsigned own_node = 10;    // the kernel's numbers for the distances of nodes
constexpr unsigned other_node = 20;  // where it does not say

// The scale of topology::distance.
constexpr unsigned same_core = 1;
constexpr unsigned same_cache = 1;  // plus the level of the cache
constexpr unsigned max_cache_level = 8;
constexpr unsigned same_node = 10;
constexpr unsigned same_node_other_package = 11;
constexpr unsigned least_other_node = 12;

/// Removes from `set` what is not in `left`, and then from `left` what is in `set`.
void claim(cpu_set& set, cpu_set& left)
{
    set = set & left;
    for (const std::size_t cpu : set) left.remove(cpu);
}

bool lowest_first(const cpu_set& a, const cpu_set& b) { return a.next(0) < b.next(0); }

/// The sets of `told`, each without what an earlier one holds or `left` does not; without those that are empty then.
/// `left` keeps the processors that none of them holds.
std::vector<cpu_set> disjoint(std::vector<cpu_set> told, cpu_set& left)
{
    for (cpu_set& set : told) claim(set, left);
    std::erase_if(told, [](const cpu_set& set) { return set.empty(); });
    return told;
}

detail::machine_facts read_facts()
{
    const detail::system_files files;
    if (auto facts = detail::read_hwloc(); facts && !facts->online.empty()) {
        read_sysfs_kinds(files, *facts);  // hwloc would have to run on each processor to know
        return std::move(*facts);
    }
#if defined(_WIN32)
    detail::machine_facts facts = detail::read_windows();
#else
    detail::machine_facts facts = read_sysfs(files);
#endif
    if (!facts.online.empty()) return facts;
    facts = {};
    facts.source = "generic";
    facts.missing.emplace_back("the system tells no more than the number of processors");
    facts.online = this_thread_affinity();
    const std::size_t count = std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t cpu = 0; facts.online.empty() && cpu < count; ++cpu) facts.online.add(cpu);
    return facts;
}

}  // namespace

const topology& topology::system()
{
    // Never destroyed: other threads may outlive main().
    static const topology* const machine = detail::make<topology>(read());
    return *machine;
}

topology topology::read() { return topology(read_facts()); }

topology::topology(detail::machine_facts facts) : cpus_(std::move(facts.online)), source_(std::move(facts.source))
{
    if (cpus_.empty()) {
        cpus_.add(0);
        facts.missing.emplace_back("no processor is known: one is assumed");
    }
    threads_.reserve(cpus_.size());
    for (const std::size_t cpu : cpus_) threads_.push_back({.cpu = cpu});
    fill_parts(facts);
    fill_nodes(facts);
    fill_caches(facts);
    for (const std::string& clause : facts.missing) {
        if (!degraded_reason_.empty()) degraded_reason_ += "; ";
        degraded_reason_ += clause;
    }
}

void topology::fill_parts(detail::machine_facts& facts)
{
    cpu_set left = cpus_;
    auto sets = disjoint(std::move(facts.cores), left);
    if (!left.empty()) facts.missing.emplace_back("the cores of some processors are unknown: each counts as a core");
    for (const std::size_t cpu : left) sets.push_back(cpu_set{cpu});
    std::sort(sets.begin(), sets.end(), lowest_first);
    for (cpu_set& set : sets) {
        const bool fast = !(set & facts.performance).empty();
        const bool frugal = !(set & facts.efficiency).empty();
        const core_kind kind = fast ? core_kind::performance : frugal ? core_kind::efficiency : core_kind::uniform;
        cores_.push_back({std::move(set), kind});
    }

    left = cpus_;
    sets = disjoint(std::move(facts.packages), left);
    if (!left.empty()) {
        facts.missing.emplace_back("the packages of some processors are unknown: they count as one");
        sets.push_back(left);
    }
    std::sort(sets.begin(), sets.end(), lowest_first);
    for (cpu_set& set : sets) packages_.push_back({std::move(set)});

    const auto thread_of = [&](std::size_t cpu) -> hardware_thread& {
        return *std::lower_bound(threads_.begin(), threads_.end(), cpu,
                                 [](const hardware_thread& t, std::size_t number) { return t.cpu < number; });
    };
    for (std::size_t i = 0; i < cores_.size(); ++i) {
        for (const std::size_t cpu : cores_[i].cpus) thread_of(cpu).core = i;
    }
    for (std::size_t i = 0; i < packages_.size(); ++i) {
        for (const std::size_t cpu : packages_[i].cpus) thread_of(cpu).package = i;
    }
}

void topology::fill_nodes(detail::machine_facts& facts)
{
    nodes_ = std::move(facts.nodes);
    const std::size_t told = nodes_.size();
    cpu_set left = cpus_;
    for (numa_node& node : nodes_) claim(node.cpus, left);
    if (told == 0) {
        nodes_.push_back({.number = 0, .cpus = cpus_, .memory_bytes = 0, .distances = {}});
    } else if (!left.empty()) {
        facts.missing.emplace_back("the NUMA nodes of some processors are unknown: they count to the first one");
        nodes_.front().cpus = nodes_.front().cpus | left;
    }
    bool distances_known = true;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        std::vector<unsigned>& distances = nodes_[i].distances;
        if (distances.size() != nodes_.size()) {
            distances_known = distances_known && nodes_.size() == 1;
            distances.assign(nodes_.size(), other_node);
        }
        distances[i] = own_node;
        for (hardware_thread& t : threads_) {
            if (nodes_[i].cpus.contains(t.cpu)) t.node = i;
        }
    }
    if (!distances_known) facts.missing.emplace_back("the distances of some NUMA nodes are unknown");
}

void topology::fill_caches(detail::machine_facts& facts)
{
    caches_of_.resize(threads_.size());
    bool nonsense = false;
    for (cache& c : facts.caches) {
        c.cpus = c.cpus & cpus_;
        nonsense = nonsense || c.level == 0 || c.level > max_cache_level || c.cpus.empty();
    }
    std::erase_if(facts.caches,
                  [](const cache& c) { return c.level == 0 || c.level > max_cache_level || c.cpus.empty(); });
    std::sort(facts.caches.begin(), facts.caches.end(), [](const cache& a, const cache& b) {
        return std::tuple(a.level, a.type, a.cpus.next(0)) < std::tuple(b.level, b.type, b.cpus.next(0));
    });
    for (cache& c : facts.caches) {
        // A processor has one cache of each level and type.
        cpu_set mine;
        for (const std::size_t cpu : c.cpus) {
            const auto& known = caches_of_[static_cast<std::size_t>(find(cpu) - threads_.data())];
            const bool twice = std::any_of(known.begin(), known.end(), [&](std::size_t i) {
                return caches_[i].level == c.level && caches_[i].type == c.type;
            });
            if (!twice) mine.add(cpu);
        }
        nonsense = nonsense || mine != c.cpus;
        if (mine.empty()) continue;
        for (const std::size_t cpu : mine) {
            caches_of_[static_cast<std::size_t>(find(cpu) - threads_.data())].push_back(caches_.size());
        }
        c.cpus = std::move(mine);
        caches_.push_back(std::move(c));
    }
    if (nonsense) facts.missing.emplace_back("some descriptions of caches make no sense: they are left out");
    const bool none =
        std::any_of(caches_of_.begin(), caches_of_.end(), [](const auto& known) { return known.empty(); });
    if (none) facts.missing.emplace_back("the caches of some processors are unknown");
}

const topology::hardware_thread* topology::find(std::size_t cpu) const noexcept
{
    const auto at = std::lower_bound(threads_.begin(), threads_.end(), cpu,
                                     [](const hardware_thread& t, std::size_t number) { return t.cpu < number; });
    return at != threads_.end() && at->cpu == cpu ? &*at : nullptr;
}

const topology::cache* topology::last_cache(std::size_t cpu) const noexcept
{
    const hardware_thread* const t = find(cpu);
    if (t == nullptr) return nullptr;
    const auto& known = caches_of_[static_cast<std::size_t>(t - threads_.data())];
    const auto last = std::find_if(known.rbegin(), known.rend(),
                                   [&](std::size_t i) { return caches_[i].type != cache_type::instruction; });
    return last != known.rend() ? &caches_[*last] : nullptr;
}

unsigned topology::distance(std::size_t a, std::size_t b) const noexcept
{
    const hardware_thread* const x = find(a);
    const hardware_thread* const y = find(b);
    if (x == nullptr || y == nullptr) return beyond_all;
    if (x == y) return 0;
    if (x->core == y->core) return same_core;
    for (const std::size_t i : caches_of_[static_cast<std::size_t>(x - threads_.data())]) {
        if (caches_[i].type != cache_type::instruction && caches_[i].cpus.contains(b))
            return same_cache + caches_[i].level;
    }
    if (x->node == y->node) return x->package == y->package ? same_node : same_node_other_package;
    return std::max({least_other_node, nodes_[x->node].distances[y->node], nodes_[y->node].distances[x->node]});
}

std::vector<std::size_t> topology::nearest(std::size_t cpu) const
{
    std::vector<std::tuple<unsigned, bool, std::size_t>> others;
    others.reserve(threads_.size());
    for (const std::size_t other : cpus_) {
        if (other != cpu) others.emplace_back(distance(cpu, other), other < cpu, other);
    }
    std::sort(others.begin(), others.end());
    std::vector<std::size_t> out;
    out.reserve(others.size());
    for (const auto& entry : others) out.push_back(std::get<2>(entry));
    return out;
}

}  // namespace weft
