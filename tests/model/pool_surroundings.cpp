// tests/model/pool_surroundings.cpp - the system as the model of the pool sees it: nothing is pinned, and no memory is used
// again, so that a use too late is found.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/detail/short_lived.hpp>
#include <weft/topology/cpu_set.hpp>

#include <cstddef>
#include <cstdint>
#include <system_error>

#include "pool/environment.hpp"
#include "pool/placement.hpp"
#include "pool/stay_loaded.hpp"
#include "topology/thread_affinity.hpp"

namespace weft {

std::error_code pin_this_thread(const cpu_set&) { return {}; }
cpu_set operator|(const cpu_set&, const cpu_set&) { return {}; }

namespace detail {

std::size_t default_thread_count() noexcept { return 1; }
pin_policy default_pin_policy() noexcept { return pin_policy::none; }
placement place_threads(const pinning&, std::uint32_t) { return {}; }

std::int64_t this_thread_id() noexcept { return 0; }
cpu_set thread_affinity(std::int64_t) { return {}; }
cpu_set process_affinity() { return {}; }

void stay_loaded() noexcept {}

void* allocate_short_lived(std::size_t bytes) { return allocate(bytes, short_lived_alignment); }
void free_short_lived(void* memory, std::size_t bytes) noexcept { deallocate(memory, bytes, short_lived_alignment); }

}  // namespace detail
}  // namespace weft
