// tests/model/pool_surroundings.cpp - the system as the model of the pool sees it: nothing is pinned, nobody is
// steered. SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/topology/cpu_set.hpp>

#include <system_error>

#include "pool/environment.hpp"
#include "pool/placement.hpp"
#include "pool/steering.hpp"

namespace weft {

std::error_code pin_this_thread(const cpu_set&) { return {}; }

namespace detail {

std::size_t default_thread_count() noexcept { return 1; }
pin_policy default_pin_policy() noexcept { return pin_policy::none; }
placement place(const pinning&, std::uint32_t) { return {}; }

void steering::begin() noexcept {}
void steering::away_from_here() noexcept {}
void steering::arrived() noexcept {}

}  // namespace detail
}  // namespace weft
