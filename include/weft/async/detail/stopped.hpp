// weft/async/detail/stopped.hpp - throwing weft::stopped, and knowing it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/stopped.hpp>

#include <exception>

namespace weft::detail {

[[noreturn]] void throw_stopped();

/// Whether this is a weft::stopped; without throwing it where the library can tell.
[[nodiscard]] bool is_stopped(const std::exception_ptr& error) noexcept;

}  // namespace weft::detail
