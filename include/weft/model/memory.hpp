// weft/model/memory.hpp - allocation under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/hooks.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace weft::model {

/// A new T in memory that the checker watches: a second free, a use of atomics or cells after it, and a leak fail the
/// execution. Freed memory is not reused in the same execution.
template <class T, class... Args>
[[nodiscard]] T* make(Args&&... args)
{
    void* memory = detail::allocate(sizeof(T), alignof(T));
    try {
        return ::new (memory) T(std::forward<Args>(args)...);
    } catch (...) {
        detail::deallocate(memory);
        throw;
    }
}

/// Destroys and frees what `make` made.
template <class T>
void dispose(T* object) noexcept
{
    object->~T();
    detail::deallocate(object);
}

}  // namespace weft::model
