// src/pool/placement.hpp - where the threads of a pool are pinned.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/pool_options.hpp>
#include <weft/topology/topology.hpp>

#include <cstdint>
#include <vector>

namespace weft::detail {

/// The processors that thread `index` of `count` is pinned to; empty: not pinned. Explicit sets are taken as they are;
/// the policies keep to the calling thread's affinity.
cpu_set placement(const pinning& how, std::uint32_t index, std::uint32_t count);

/// The same on a given machine, where `allowed` may be used.
cpu_set placement(const topology& machine, const cpu_set& allowed, const pinning& how, std::uint32_t index,
                  std::uint32_t count);

/// The processors of `allowed` that run, in the order in which pin_policy::core hands them out: first one of each
/// core, strong cores before frugal ones, neighbours after each other; then the second ones, and so on.
std::vector<std::size_t> core_order(const topology& machine, const cpu_set& allowed);

}  // namespace weft::detail
