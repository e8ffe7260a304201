// src/latency/huge_page_allocator_windows.cpp - large pages on Windows, where the program may use them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "seam/windows.hpp"

#include <weft/latency/huge_page_allocator.hpp>
#include <weft/seam/memory.hpp>

#if defined(_WIN32)

#include <cstdint>

namespace weft::detail::latency {

namespace {

constexpr std::size_t large_page = std::size_t{2} << 20;

constexpr bool is_mapped(std::size_t bytes, std::size_t alignment)
{
    return bytes >= large_page && alignment <= large_page;
}

}  // namespace

void* allocate_huge(std::size_t bytes, std::size_t alignment)
{
    if (!is_mapped(bytes, alignment)) return detail::allocate(bytes, alignment);
    const std::size_t wanted = (bytes + large_page - 1) / large_page * large_page;
    // The system gives large pages to accounts that may lock memory, if the program has switched that right on.
    constexpr DWORD at_once = MEM_RESERVE | MEM_COMMIT;
    if (const SIZE_T size = GetLargePageMinimum(); size != 0 && large_page % size == 0) {
        if (void* const memory = VirtualAlloc(nullptr, wanted, at_once | MEM_LARGE_PAGES, PAGE_READWRITE))
            return memory;
    }
    // Otherwise small ones, aligned alike: of a larger range of addresses, those between two multiples get memory.
    void* const range = VirtualAlloc(nullptr, wanted + large_page, MEM_RESERVE, PAGE_READWRITE);
    if (range == nullptr) throw std::bad_alloc();
    const std::size_t before = (large_page - reinterpret_cast<std::uintptr_t>(range) % large_page) % large_page;
    if (void* const memory = VirtualAlloc(static_cast<char*>(range) + before, wanted, MEM_COMMIT, PAGE_READWRITE)) {
        return memory;
    }
    VirtualFree(range, 0, MEM_RELEASE);
    throw std::bad_alloc();
}

void free_huge(void* memory, std::size_t bytes, std::size_t alignment) noexcept
{
    if (!is_mapped(bytes, alignment)) return detail::deallocate(memory, bytes, alignment);
    MEMORY_BASIC_INFORMATION about{};
    if (VirtualQuery(memory, &about, sizeof about) != 0) VirtualFree(about.AllocationBase, 0, MEM_RELEASE);
}

}  // namespace weft::detail::latency

#endif
