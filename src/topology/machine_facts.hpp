// src/topology/machine_facts.hpp - what a source says about a machine, unchecked.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/topology/cpu_counts.hpp>
#include <weft/topology/topology.hpp>

#include <optional>
#include <string>
#include <vector>

namespace weft::detail {

class system_files;

/// Facts as they were found: sets may overlap, be empty, leave processors out or name some that do not run. The
/// constructor of topology makes sense of them.
struct machine_facts {
    std::string source;
    cpu_set online;
    std::vector<cpu_set> cores;
    std::vector<cpu_set> packages;
    std::vector<topology::numa_node> nodes;
    std::vector<topology::cache> caches;
    cpu_set performance;  ///< processors of performance cores; both empty: all are alike, or unknown
    cpu_set efficiency;
    std::vector<std::string> missing;  ///< what could not be found out, as clauses
};

/// What the files of Linux say. Empty `online`: nothing.
[[nodiscard]] machine_facts read_sysfs(const system_files& files);

/// What Windows says, elsewhere not there.
[[nodiscard]] machine_facts read_windows();

/// The same in numbers: all but `allowed`, and the quota.
[[nodiscard]] processor_counts count_windows();

/// Replaces the kinds of cores in `facts` by what Linux says, if it knows more than one kind.
void read_sysfs_kinds(const system_files& files, machine_facts& facts);

/// What hwloc says about this machine or, for tests, about the one that `description` describes (hwloc's "synthetic"
/// syntax). None if weft was built without hwloc, or if hwloc fails.
[[nodiscard]] std::optional<machine_facts> read_hwloc(const char* description = nullptr);

}  // namespace weft::detail
