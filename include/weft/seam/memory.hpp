// weft/seam/memory.hpp - the seam for allocation.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Everything that weft allocates for itself goes through here, so that tests can make the n-th allocation fail and a
// model build can find use after free, double free and leaks.
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>
#include <new>
#include <utility>

namespace weft::detail {

/// `bytes` bytes aligned to `alignment`. Throws std::bad_alloc.
inline void* allocate(std::size_t bytes, std::size_t alignment)
{
    // What is aligned like that anyway is not rounded up to a multiple of it.
    if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return ::operator new(bytes);
    return ::operator new(bytes, std::align_val_t{alignment});
}

inline void deallocate(void* memory, std::size_t bytes, std::size_t alignment) noexcept
{
    const bool is_usual = alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__;
#ifdef __cpp_sized_deallocation
    if (is_usual) return ::operator delete(memory, bytes);
    ::operator delete(memory, bytes, std::align_val_t{alignment});
#else
    static_cast<void>(bytes);
    if (is_usual) return ::operator delete(memory);
    ::operator delete(memory, std::align_val_t{alignment});
#endif
}

/// `bytes` zero bytes. From 64 KiB on they come from std::calloc, which need not touch fresh pages; operator new, and
/// what replaces it, does not see these. Throws std::bad_alloc.
void* allocate_zeroed(std::size_t bytes, std::size_t alignment);
void deallocate_zeroed(void* memory, std::size_t bytes, std::size_t alignment) noexcept;

/// Gives the pages that lie wholly inside back to the system, where it takes them, if there are some: they hold what they
/// held, or zeros, and take no memory until they are written again.
void discard(void* memory, std::size_t bytes) noexcept;

/// Zeros may stand for constructed atomics; under the checker those are objects of another kind.
inline constexpr bool zero_is_constructed = true;

/// A new T. Throws std::bad_alloc and what the constructor throws; nothing is leaked then.
template <class T, class... Args>
[[nodiscard]] T* make(Args&&... args)
{
    void* memory = allocate(sizeof(T), alignof(T));
    try {
        return ::new (memory) T(std::forward<Args>(args)...);
    } catch (...) {
        deallocate(memory, sizeof(T), alignof(T));
        throw;
    }
}

/// Destroys and frees what `make` made.
template <class T>
void dispose(T* object) noexcept
{
    object->~T();
    detail::deallocate(object, sizeof(T), alignof(T));
}

}  // namespace weft::detail
