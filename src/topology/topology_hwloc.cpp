// src/topology/topology_hwloc.cpp - the machine according to hwloc: the only file that sees hwloc.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "topology/machine_facts.hpp"

#include <hwloc.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>

namespace weft::detail {
namespace {

constexpr int max_cpus = 65536;

struct destroy_topology {
    void operator()(hwloc_topology_t t) const noexcept { hwloc_topology_destroy(t); }
};
using topology_handle = std::unique_ptr<std::remove_pointer_t<hwloc_topology_t>, destroy_topology>;

cpu_set to_cpu_set(hwloc_const_bitmap_t bits)
{
    cpu_set out;
    if (bits == nullptr) return out;
    for (int i = hwloc_bitmap_first(bits); i >= 0 && i < max_cpus; i = hwloc_bitmap_next(bits, i)) {
        out.add(static_cast<std::size_t>(i));
    }
    return out;
}

/// Calls f(object) for each object of a type.
template <class F>
void for_each_object(hwloc_topology_t machine, hwloc_obj_type_t type, F&& f)
{
    for (hwloc_obj_t o = hwloc_get_next_obj_by_type(machine, type, nullptr); o != nullptr;
         o = hwloc_get_next_obj_by_type(machine, type, o)) {
        f(*o);
    }
}

topology_handle load(const char* description)
{
    hwloc_topology_t raw = nullptr;
    if (hwloc_topology_init(&raw) != 0) return nullptr;
    topology_handle machine(raw);
    unsigned long flags = HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED;  // what is allowed changes from thread to thread
#if HWLOC_API_VERSION >= 0x00020500
    flags |= HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING;  // other threads of the program run meanwhile
#endif
    if (hwloc_topology_set_flags(raw, flags) != 0) return nullptr;
    if (hwloc_topology_set_io_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_NONE) != 0) return nullptr;
    if (hwloc_topology_set_cache_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_ALL) != 0) return nullptr;
    if (description != nullptr && hwloc_topology_set_synthetic(raw, description) != 0) return nullptr;
    if (hwloc_topology_load(raw) != 0) return nullptr;
    return machine;
}

void read_nodes(hwloc_topology_t machine, machine_facts& facts)
{
    for_each_object(machine, HWLOC_OBJ_NUMANODE, [&](const hwloc_obj& o) {
        topology::numa_node& node = facts.nodes.emplace_back();
        node.number = o.os_index == HWLOC_UNKNOWN_INDEX ? o.logical_index : o.os_index;
        node.cpus = to_cpu_set(o.cpuset);
        node.memory_bytes = o.attr->numanode.local_memory;
    });
    std::sort(facts.nodes.begin(), facts.nodes.end(), [](const auto& a, const auto& b) { return a.number < b.number; });

    hwloc_distances_s* matrix = nullptr;
    unsigned count = 1;
    if (hwloc_distances_get_by_type(machine, HWLOC_OBJ_NUMANODE, &count, &matrix, HWLOC_DISTANCES_KIND_MEANS_LATENCY,
                                    0) != 0 ||
        count == 0) {
        return;
    }
    if (matrix->nbobjs == facts.nodes.size()) {
        const auto row_of = [&](std::size_t number) {
            unsigned row = 0;
            while (row < matrix->nbobjs && (matrix->objs[row] == nullptr || matrix->objs[row]->os_index != number))
                ++row;
            return row;
        };
        for (topology::numa_node& from : facts.nodes) {
            for (const topology::numa_node& to : facts.nodes) {
                const unsigned row = row_of(from.number);
                const unsigned column = row_of(to.number);
                if (row == matrix->nbobjs || column == matrix->nbobjs) break;  // too few distances: treated as unknown
                constexpr hwloc_uint64_t farthest = 255;
                from.distances.push_back(
                    static_cast<unsigned>(std::min(farthest, matrix->values[row * matrix->nbobjs + column])));
            }
        }
    }
    hwloc_distances_release(machine, matrix);
}

void read_caches(hwloc_topology_t machine, machine_facts& facts)
{
    for (const hwloc_obj_type_t type :
         {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L5CACHE,
          HWLOC_OBJ_L1ICACHE, HWLOC_OBJ_L2ICACHE, HWLOC_OBJ_L3ICACHE}) {
        for_each_object(machine, type, [&](const hwloc_obj& o) {
            const auto& about = o.attr->cache;
            topology::cache& c = facts.caches.emplace_back();
            c.level = about.depth;
            c.type = about.type == HWLOC_OBJ_CACHE_INSTRUCTION ? cache_type::instruction
                     : about.type == HWLOC_OBJ_CACHE_DATA      ? cache_type::data
                                                               : cache_type::unified;
            c.size_bytes = about.size;
            c.line_bytes = about.linesize;
            c.cpus = to_cpu_set(o.cpuset);
        });
    }
}

void read_kinds(hwloc_topology_t machine, machine_facts& facts)
{
#if HWLOC_API_VERSION >= 0x00020400
    const int count = hwloc_cpukinds_get_nr(machine, 0);
    if (count < 2) return;
    const std::unique_ptr<std::remove_pointer_t<hwloc_bitmap_t>, void (*)(hwloc_bitmap_t)> bits(hwloc_bitmap_alloc(),
                                                                                                hwloc_bitmap_free);
    if (bits == nullptr) return;
    for (int kind = 0; kind < count; ++kind) {
        int rank = -1;  // 0: the kind that saves most power; -1: hwloc does not know
        unsigned info_count = 0;
        hwloc_info_s* infos = nullptr;
        const auto number = static_cast<unsigned>(kind);
        if (hwloc_cpukinds_get_info(machine, number, bits.get(), &rank, &info_count, &infos, 0) != 0) continue;
        for (unsigned i = 0; i < info_count; ++i) {
            if (std::strcmp(infos[i].name, "CoreType") != 0) continue;
            rank = std::strcmp(infos[i].value, "IntelAtom") == 0 ? 0 : 1;
        }
        if (rank < 0) continue;
        cpu_set& side = rank == 0 ? facts.efficiency : facts.performance;
        side = side | to_cpu_set(bits.get());
    }
    if (facts.efficiency.empty()) facts.performance = {};
#else
    static_cast<void>(machine);
    static_cast<void>(facts);
#endif
}

}  // namespace

std::optional<machine_facts> read_hwloc(const char* description)
{
    const topology_handle machine = load(description);
    if (machine == nullptr) return std::nullopt;
    machine_facts facts;
    facts.source = "hwloc";
    for_each_object(machine.get(), HWLOC_OBJ_PU, [&](const hwloc_obj& o) {
        if (o.os_index < static_cast<unsigned>(max_cpus)) facts.online.add(o.os_index);
    });
    for_each_object(machine.get(), HWLOC_OBJ_CORE,
                    [&](const hwloc_obj& o) { facts.cores.push_back(to_cpu_set(o.cpuset)); });
    for_each_object(machine.get(), HWLOC_OBJ_PACKAGE,
                    [&](const hwloc_obj& o) { facts.packages.push_back(to_cpu_set(o.cpuset)); });
    if (facts.packages.empty()) facts.packages.push_back(facts.online);
    read_nodes(machine.get(), facts);
    read_caches(machine.get(), facts);
    read_kinds(machine.get(), facts);
    return facts;
}

}  // namespace weft::detail
