// tests/algorithm/every_algorithm.hpp - every algorithm once, with callbacks that may throw.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "test_bomb.hpp"

#include <span>

namespace test {

/// Each checks its own result against the sequential one.
std::span<const use_case> every_algorithm();

}  // namespace test
