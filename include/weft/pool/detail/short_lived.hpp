// weft/pool/detail/short_lived.hpp - memory for what soon ends: spawned tasks, frames of coroutines.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/memory.hpp>

#include <cstddef>
#include <new>
#include <utility>

namespace weft::detail {

/// Room for an object of any size, aligned to 16. Out of line on purpose: the lists are the thread's, and the address of
/// a thread's own must not be kept across the suspension of a coroutine. Throws std::bad_alloc.
[[nodiscard]] void* allocate_short_lived(std::size_t bytes);

/// Gives it back, on any thread.
void free_short_lived(void* memory, std::size_t bytes) noexcept;

inline constexpr std::size_t short_lived_alignment = 16;

/// A new T. Throws std::bad_alloc and what the constructor throws; nothing is leaked then.
template <class T, class... Args>
[[nodiscard]] T* make_short_lived(Args&&... args)
{
    if constexpr (alignof(T) > short_lived_alignment) {
        return detail::make<T>(std::forward<Args>(args)...);
    } else {
        void* const memory = detail::allocate_short_lived(sizeof(T));
        try {
            return ::new (memory) T(std::forward<Args>(args)...);
        } catch (...) {
            detail::free_short_lived(memory, sizeof(T));
            throw;
        }
    }
}

/// Destroys and frees what `make_short_lived` made.
template <class T>
void dispose_short_lived(T* object) noexcept
{
    if constexpr (alignof(T) > short_lived_alignment) {
        detail::dispose(object);
    } else {
        object->~T();
        detail::free_short_lived(object, sizeof(T));
    }
}

}  // namespace weft::detail
