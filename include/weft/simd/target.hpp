// weft/simd/target.hpp - which instructions the kernels of weft::simd use.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <string_view>
#include <vector>

namespace weft::simd {

/// The name of the instructions in use: "scalar", "sse2", "ssse3", "sse4", "avx2", "avx3", "avx3_dl", "neon", "sve",
/// ...
///
/// The environment variable WEFT_SIMD names the highest that may be chosen. An unknown name is reported once on stderr
/// and ignored; for one that this machine does not have, the best below it is taken.
///
/// Thread safety: any thread.
[[nodiscard]] std::string_view target() noexcept;

/// What this machine and this build could use, the best first; "scalar" is always the last.
[[nodiscard]] std::vector<std::string_view> supported_targets();

}  // namespace weft::simd
