// src/latency/huge_page_allocator.cpp - large pages, where the system has them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/latency/huge_page_allocator.hpp>
#include <weft/seam/memory.hpp>

#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#if !defined(_WIN32)

namespace weft::detail::latency {

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

constexpr bool is_large(std::size_t bytes) { return bytes >= huge_page; }
constexpr std::size_t in_whole_pages(std::size_t bytes) { return (bytes + huge_page - 1) / huge_page * huge_page; }

}  // namespace

#if defined(__linux__)

void* allocate_huge(std::size_t bytes, std::size_t alignment)
{
    if (!is_large(bytes) || alignment > huge_page) return detail::allocate(bytes, alignment);

    // The system chooses an address; what lies before and behind the whole large pages goes back.
    const std::size_t wanted = in_whole_pages(bytes);
    const std::size_t mapped = wanted + huge_page;
    void* const at = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    const std::size_t before = (huge_page - reinterpret_cast<std::uintptr_t>(at) % huge_page) % huge_page;
    char* const begin = static_cast<char*>(at) + before;
    if (before != 0) ::munmap(at, before);
    ::munmap(begin + wanted, mapped - wanted - before);
    ::madvise(begin, wanted, MADV_HUGEPAGE);
    return begin;
}

void free_huge(void* memory, std::size_t bytes, std::size_t alignment) noexcept
{
    if (!is_large(bytes) || alignment > huge_page) return detail::deallocate(memory, bytes, alignment);
    ::munmap(memory, in_whole_pages(bytes));
}

#else

void* allocate_huge(std::size_t bytes, std::size_t alignment)
{
    return detail::allocate(bytes, is_large(bytes) && alignment < huge_page ? huge_page : alignment);
}

void free_huge(void* memory, std::size_t bytes, std::size_t alignment) noexcept
{
    detail::deallocate(memory, bytes, is_large(bytes) && alignment < huge_page ? huge_page : alignment);
}

#endif

}  // namespace weft::detail::latency

#endif
