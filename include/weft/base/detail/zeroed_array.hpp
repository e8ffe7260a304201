// weft/base/detail/zeroed_array.hpp - arrays of zeros, which need not be written in advance.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>

#include <cstddef>
#include <new>

namespace weft::detail {

/// An array of `size` T, all of whose bytes are zero. Pages of a large one that come fresh from the system cost time
/// and memory only once somebody writes to them. Throws std::bad_alloc.
///
/// Requires: zero bytes are a T as it is after construction, as for an integer or a std::atomic of value 0; the
///           destructor of T does nothing.
template <class T>
[[nodiscard]] T* make_zeroed_array(std::size_t size)
{
    if (size > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_array_new_length();
    T* const array = static_cast<T*>(allocate_zeroed(size * sizeof(T), alignof(T)));
    if constexpr (!zero_is_constructed) {
        for (std::size_t i = 0; i < size; ++i) ::new (static_cast<void*>(array + i)) T();
    }
    return array;
}

/// Frees what `make_zeroed_array` made.
template <class T>
void dispose_zeroed_array(T* array, std::size_t size) noexcept
{
    if constexpr (!zero_is_constructed) detail::destruct_n(array, size);
    detail::deallocate_zeroed(array, size * sizeof(T), alignof(T));
}

}  // namespace weft::detail
