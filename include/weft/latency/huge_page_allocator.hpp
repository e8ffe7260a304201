// weft/latency/huge_page_allocator.hpp - memory in large pages, for structures that are read at random.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>
#include <new>

namespace weft {

namespace detail::latency {

[[nodiscard]] void* allocate_huge(std::size_t bytes, std::size_t alignment);
void free_huge(void* memory, std::size_t bytes, std::size_t alignment) noexcept;

}  // namespace detail::latency

/// An allocator that asks the system to back large arrays by large pages (2 MiB): where a structure is larger than what the
/// processor's translation buffer covers, each random read of it else costs a walk through the page table, too.
///
///     std::vector<node, weft::huge_page_allocator<node>> nodes(n);
///
/// Arrays of 2 MiB and more begin at a large page of their own, and take whole ones; smaller ones are allocated as by
/// std::allocator. It is a request (madvise, on Linux): where the system has no large pages, or none left, or is told
/// never to use them, the memory is there all the same.
///
/// Throws:        std::bad_alloc, std::bad_array_new_length.
/// Thread safety: any thread may allocate and free.
/// Cost:          a system call to allocate 2 MiB or more, and one to free them.
/// Example:       examples/latency/binary_search.cpp
template <class T>
class huge_page_allocator {
public:
    using value_type = T;

    constexpr huge_page_allocator() noexcept = default;
    template <class U>
    constexpr huge_page_allocator(const huge_page_allocator<U>&) noexcept
    {
    }

    [[nodiscard]] T* allocate(std::size_t n)
    {
        if (n > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_array_new_length();
        return static_cast<T*>(detail::latency::allocate_huge(n * sizeof(T), alignof(T)));
    }
    void deallocate(T* memory, std::size_t n) noexcept
    {
        detail::latency::free_huge(memory, n * sizeof(T), alignof(T));
    }

    /// All are alike.
    template <class U>
    [[nodiscard]] constexpr bool operator==(const huge_page_allocator<U>&) const noexcept
    {
        return true;
    }
};

}  // namespace weft
