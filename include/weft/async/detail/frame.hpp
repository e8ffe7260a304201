// weft/async/detail/frame.hpp - memory for the frames of coroutines.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>

namespace weft::detail {

/// Room for a frame, of any size; for what is as short-lived, too. Out of line on purpose: the lists are the thread's,
/// and the address of a thread's own must not be kept across a suspension. Throws std::bad_alloc.
[[nodiscard]] void* allocate_frame(std::size_t bytes);

/// Gives it back, on any thread.
void free_frame(void* memory, std::size_t bytes) noexcept;

}  // namespace weft::detail
