// src/topology/topology_no_hwloc.cpp - stands in for topology_hwloc.cpp where there is no hwloc.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "topology/machine_facts.hpp"

namespace weft::detail {

std::optional<machine_facts> read_hwloc(const char*) { return std::nullopt; }

}  // namespace weft::detail
