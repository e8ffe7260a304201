// tests/model/async_surroundings.cpp - frames as the model sees them: never used again, so that a use too late is found.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/detail/frame.hpp>
#include <weft/seam/memory.hpp>

namespace weft::detail {

void* allocate_frame(std::size_t bytes) { return allocate(bytes, 16); }
void free_frame(void* memory, std::size_t bytes) noexcept { deallocate(memory, bytes, 16); }

}  // namespace weft::detail
