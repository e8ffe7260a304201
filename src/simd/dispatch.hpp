// src/simd/dispatch.hpp - choosing the kernels at run time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

namespace weft::detail {

/// Whether the plain loops were asked for (WEFT_SIMD=scalar), or there is nothing else. The first call reads the
/// environment and tells Highway what it may choose from.
bool simd_is_scalar() noexcept;

}  // namespace weft::detail
