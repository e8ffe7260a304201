// src/topology/processor_group.hpp - the numbers of processors on Windows, which knows them by groups.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "seam/windows.hpp"

#include <weft/topology/cpu_set.hpp>

#if defined(_WIN32)

namespace weft::detail {

/// Processor n of group g has the number g * 64 + n, also where groups are smaller.
inline constexpr std::size_t group_size = 64;

/// The processors of `group` whose bits are set.
inline void add_processors(cpu_set& to, WORD group, KAFFINITY mask)
{
    for (std::size_t n = 0; mask != 0; mask >>= 1, ++n) {
        if ((mask & 1) != 0) to.add(group * group_size + n);
    }
}

/// Those of `cpus` that are in `group`, as bits.
inline KAFFINITY bits_of(const cpu_set& cpus, WORD group)
{
    KAFFINITY mask = 0;
    for (std::size_t n = 0; n < sizeof mask * 8; ++n) {
        if (cpus.contains(group * group_size + n)) mask |= KAFFINITY{1} << n;
    }
    return mask;
}

}  // namespace weft::detail

#endif
