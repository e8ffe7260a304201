// weft/model/seams/weft/seam/memory.hpp - the seam for allocation as the model checker sees it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/memory.hpp>

#include <cstddef>

namespace weft::detail {

inline void* allocate(std::size_t bytes, std::size_t alignment) { return model::detail::allocate(bytes, alignment); }
inline void deallocate(void* memory, std::size_t, std::size_t) noexcept { model::detail::deallocate(memory); }

inline void* allocate_zeroed(std::size_t bytes, std::size_t alignment) { return allocate(bytes, alignment); }
inline void deallocate_zeroed(void* memory, std::size_t, std::size_t) noexcept { model::detail::deallocate(memory); }
inline constexpr bool zero_is_constructed = false;
inline void discard(void*, std::size_t) noexcept {}

// The same functions, not others of the same name, since argument-dependent lookup finds those, too.
using weft::model::dispose;
using weft::model::make;

}  // namespace weft::detail
