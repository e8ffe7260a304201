// weft/base/detail/array.hpp - arrays of a size known at run time, from the seam for allocation.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>

#include <cstddef>
#include <new>

namespace weft::detail {

/// An array of `size` value-initialised T. Throws std::bad_alloc and what the constructor throws; nothing is leaked
/// then.
template <class T>
[[nodiscard]] T* make_array(std::size_t size)
{
    if (size > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_array_new_length();
    T* memory = static_cast<T*>(allocate(size * sizeof(T), alignof(T)));
    struct finally {
        T* memory;
        std::size_t size;
        std::size_t made = 0;
        ~finally()
        {
            if (made == size) return;
            detail::destruct_n(memory, made);
            detail::deallocate(memory, size * sizeof(T), alignof(T));
        }
    } guard{memory, size};
    for (; guard.made != size; ++guard.made) ::new (static_cast<void*>(memory + guard.made)) T();
    return memory;
}

/// Destroys and frees what `make_array` made.
template <class T>
void dispose_array(T* array, std::size_t size) noexcept
{
    detail::destruct_n(array, size);
    detail::deallocate(array, size * sizeof(T), alignof(T));
}

}  // namespace weft::detail
