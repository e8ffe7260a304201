// src/topology/topology_windows.cpp - the machine according to Windows.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "topology/processor_group.hpp"

#include "topology/machine_facts.hpp"

#if defined(_WIN32)

#include <cstddef>
#include <utility>
#include <vector>

namespace weft::detail {
namespace {

using record = SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX;

/// Everything that the system tells about its processors: records of various lengths, one behind the other.
std::vector<std::byte> read_records()
{
    std::vector<std::byte> out;
    DWORD bytes = 0;
    while (GetLogicalProcessorInformationEx(RelationAll, reinterpret_cast<record*>(out.data()), &bytes) == 0) {
        if (GetLastError() != ERROR_INSUFFICIENT_BUFFER || bytes <= out.size()) return {};
        out.resize(bytes);
    }
    out.resize(bytes);
    return out;
}

template <class F>
void for_each_record(const std::vector<std::byte>& all, F f)
{
    constexpr std::size_t head = offsetof(record, Processor);
    for (std::size_t at = 0; at + head <= all.size();) {
        const auto& one = *reinterpret_cast<const record*>(all.data() + at);
        if (one.Size < head || one.Size > all.size() - at) return;
        f(one);
        at += one.Size;
    }
}

cpu_set to_cpu_set(const GROUP_AFFINITY& mask)
{
    cpu_set out;
    add_processors(out, mask.Group, mask.Mask);
    return out;
}

cpu_set to_cpu_set(const PROCESSOR_RELATIONSHIP& part)
{
    cpu_set out;
    for (WORD i = 0; i < part.GroupCount; ++i) add_processors(out, part.GroupMask[i].Group, part.GroupMask[i].Mask);
    return out;
}

topology::cache to_cache(const CACHE_RELATIONSHIP& about)
{
    topology::cache out;
    out.level = about.Level;
    out.type = about.Type == CacheInstruction ? cache_type::instruction
               : about.Type == CacheData      ? cache_type::data
                                              : cache_type::unified;
    out.size_bytes = about.CacheSize;
    out.line_bytes = about.LineSize;
    out.cpus = to_cpu_set(about.GroupMask);
    return out;
}

/// It follows the flags; the headers of some MinGW-w64 do not name it yet.
BYTE efficiency_class_of(const PROCESSOR_RELATIONSHIP& core) { return *(&core.Flags + 1); }

/// The cores of the highest class are for performance, if there is more than one class.
void sort_kinds(const std::vector<std::pair<cpu_set, BYTE>>& cores, machine_facts& facts)
{
    BYTE highest = 0;
    for (const auto& [cpus, efficiency_class] : cores)
        highest = efficiency_class > highest ? efficiency_class : highest;
    for (const auto& [cpus, efficiency_class] : cores) {
        cpu_set& side = efficiency_class == highest ? facts.performance : facts.efficiency;
        side = side | cpus;
    }
    if (facts.efficiency.empty()) facts.performance = {};
}

}  // namespace

machine_facts read_windows()
{
    machine_facts facts;
    facts.source = "windows";
    std::vector<std::pair<cpu_set, BYTE>> cores;
    for_each_record(read_records(), [&](const record& one) {
        switch (one.Relationship) {
            case RelationProcessorCore: {
                cpu_set cpus = to_cpu_set(one.Processor);
                facts.online = facts.online | cpus;
                facts.cores.push_back(cpus);
                cores.emplace_back(std::move(cpus), efficiency_class_of(one.Processor));
                break;
            }
            case RelationProcessorPackage:
                facts.packages.push_back(to_cpu_set(one.Processor));
                break;
            case RelationNumaNode:
                facts.nodes.push_back({.number = one.NumaNode.NodeNumber,
                                       .cpus = to_cpu_set(one.NumaNode.GroupMask),
                                       .memory_bytes = 0,
                                       .distances = {}});
                break;
            case RelationCache:
                facts.caches.push_back(to_cache(one.Cache));
                break;
            default:
                break;
        }
    });
    sort_kinds(cores, facts);
    if (facts.nodes.size() == 1) {  // of one node alone the system does not tell
        MEMORYSTATUSEX memory{};
        memory.dwLength = sizeof memory;
        if (GlobalMemoryStatusEx(&memory) != 0) facts.nodes.front().memory_bytes = memory.ullTotalPhys;
    }
    return facts;
}

processor_counts count_windows()
{
    processor_counts out;
    out.configured = GetMaximumProcessorCount(ALL_PROCESSOR_GROUPS);
    out.online = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    out.physical = read_windows().cores.size();
    return out;
}

}  // namespace weft::detail

#endif
