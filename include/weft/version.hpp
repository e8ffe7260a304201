// weft/version.hpp - the version of the library; CMake reads it from here.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

namespace weft {

/// The version as numbers and as text. Semantic versioning: before 1.0, a minor version may change the interface.
inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;
inline constexpr const char* version = "0.1.0";

}  // namespace weft
