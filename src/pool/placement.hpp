// src/pool/placement.hpp - where the threads of a pool are pinned.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/pool_options.hpp>
#include <weft/topology/topology.hpp>

#include <cstdint>
#include <vector>

namespace weft::detail {

/// Where the threads of one pool run, and who is near to whom.
struct placement {
    std::vector<cpu_set> sets;  ///< by thread: what it is pinned to; empty: nobody is pinned
    cpu_set home;               ///< for further threads, started by pinned ones: what the pool's maker may use

    /// nearest[i * (count - 1) + n] is thread i's n-th nearest neighbour, n from 0. Empty: any order will do.
    std::vector<std::uint32_t> nearest;
};

/// The placement of `count` threads. Explicit sets are taken as they are; the policies keep to the calling thread's
/// affinity.
placement place_threads(const pinning& how, std::uint32_t count);

/// The same on a given machine, where `allowed` may be used.
placement place_threads(const topology& machine, const cpu_set& allowed, const pinning& how, std::uint32_t count);

/// The processors of `allowed` that run, in the order in which pin_policy::core hands them out: first one of each
/// core, strong cores before frugal ones, neighbours together; then the second of each, and so on.
std::vector<std::size_t> core_order(const topology& machine, const cpu_set& allowed);

}  // namespace weft::detail
