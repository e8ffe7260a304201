// src/pool/placement.hpp - where the threads of a pool are pinned.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/pool_options.hpp>

#include <cstdint>

namespace weft::detail {

/// The processors that thread `index` of `count` is pinned to; empty: not pinned.
cpu_set placement(const pinning& how, std::uint32_t index, std::uint32_t count);

}  // namespace weft::detail
