// weft/model/seams/weft/base/memory.hpp - the seam for allocation as the model checker sees it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/memory.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace weft::detail {

inline void* allocate(std::size_t bytes, std::size_t alignment) { return model::detail::allocate(bytes, alignment); }
inline void deallocate(void* memory, std::size_t, std::size_t) noexcept { model::detail::deallocate(memory); }

// The same functions, not others of the same name: argument-dependent lookup finds these too.
using weft::model::dispose;
using weft::model::make;

template <class T>
[[nodiscard]] T* make_array(std::size_t size)
{
    if (size > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_array_new_length();
    T* memory = static_cast<T*>(allocate(size * sizeof(T), alignof(T)));
    try {
        std::uninitialized_value_construct_n(memory, size);
    } catch (...) {
        deallocate(memory, size * sizeof(T), alignof(T));
        throw;
    }
    return memory;
}

template <class T>
void dispose_array(T* array, std::size_t size) noexcept
{
    std::destroy_n(array, size);
    deallocate(array, size * sizeof(T), alignof(T));
}

}  // namespace weft::detail
