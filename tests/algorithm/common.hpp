// tests/algorithm/common.hpp - what several tests of algorithms need.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>

namespace test {

/// Nothing, one tile, one element more than a tile, several tiles.
inline constexpr std::size_t sizes[] = {0, 1, 2, 1000, 16384, 16385, 100'000};

}  // namespace test
