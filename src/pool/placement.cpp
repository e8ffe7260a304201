// src/pool/placement.cpp - where the threads of a pool are pinned.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/placement.hpp"

namespace weft::detail {

cpu_set placement(const pinning& how, std::uint32_t index, std::uint32_t)
{
    if (!how.sets.empty()) return how.sets[index % how.sets.size()];
    if (how.policy == pin_policy::none) return {};
    const std::vector<std::size_t> cpus = this_thread_affinity().to_vector();
    return cpus.empty() ? cpu_set{} : cpu_set{cpus[index % cpus.size()]};
}

}  // namespace weft::detail
