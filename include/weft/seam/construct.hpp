// weft/seam/construct.hpp - the lifetime of objects in raw memory, without the weight of <memory>.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace weft::detail {

/// The address of `x`, whatever its operator& does.
template <class T>
[[nodiscard]] constexpr T* address_of(T& x) noexcept
{
    return __builtin_addressof(x);
}
template <class T>
const T* address_of(const T&&) = delete;

/// Begins the lifetime of a T in the memory at `place`.
template <class T, class... Args>
T* construct(T* place, Args&&... args) noexcept(std::is_nothrow_constructible_v<T, Args...>)
{
    return ::new (static_cast<void*>(place)) T(std::forward<Args>(args)...);
}

/// Ends the lifetime of `*object`; the memory stays.
template <class T>
void destruct(T* object) noexcept
{
    object->~T();
}

/// Ends the lifetime of `n` objects.
template <class T>
void destruct_n(T* first, std::size_t n) noexcept
{
    if constexpr (!std::is_trivially_destructible_v<T>) {
        for (std::size_t i = 0; i != n; ++i) first[i].~T();
    }
}

}  // namespace weft::detail
