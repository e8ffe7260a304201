// weft/seam/timed_wait.hpp - the seam for waiting on an address until a deadline; apart, because <chrono> is expensive.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/atomic.hpp>
#include <weft/seam/clock.hpp>

#include <cstdint>

namespace weft::detail {

/// As wait_on, but not beyond `deadline`. Returns false if the deadline has passed.
bool wait_on_until(const atomic<std::uint32_t>& word, std::uint32_t old, clock::time_point deadline) noexcept;

}  // namespace weft::detail
