// src/topology/thread_affinity.hpp - where other threads of this process may run.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/topology/cpu_set.hpp>

#include <cstdint>

namespace weft::detail {

/// What the system calls the calling thread; 0 where it does not tell.
[[nodiscard]] std::int64_t this_thread_id() noexcept;

/// The processors that a thread of this process may run on; 0 is the calling one. Empty if there is no such thread, or
/// where the system does not tell.
[[nodiscard]] cpu_set thread_affinity(std::int64_t id);

/// The processors on which any of this process's threads may run; of the first some hundred, if there are more. Empty where
/// the system does not tell.
[[nodiscard]] cpu_set process_affinity();

}  // namespace weft::detail
