// tests/faults/short_lived.cpp - memory for what soon ends, straight from the system instead of from the library's lists.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Linked in place of src/pool/short_lived.cpp: what lies in a thread's list would look like a leak, and an allocation that
// is served from there could not be made to fail.
#include <weft/pool/detail/short_lived.hpp>

namespace weft::detail {

void* allocate_short_lived(std::size_t bytes) { return allocate(bytes, short_lived_alignment); }

void free_short_lived(void* memory, std::size_t bytes) noexcept { deallocate(memory, bytes, short_lived_alignment); }

}  // namespace weft::detail
