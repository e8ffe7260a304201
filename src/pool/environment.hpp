// src/pool/environment.hpp - defaults of a pool, from the environment variables and the machine.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/pool_options.hpp>

#include <cstddef>

namespace weft::detail {

/// WEFT_NUM_THREADS (1 to 4096), else available_parallelism(). A value that cannot be understood is reported once on
/// stderr and ignored.
std::size_t default_thread_count() noexcept;

/// WEFT_PIN (`none`, `core`, `numa`), else none; reported likewise.
pin_policy default_pin_policy() noexcept;

}  // namespace weft::detail
