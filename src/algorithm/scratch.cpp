// src/algorithm/scratch.cpp - scratch memory, in huge pages where the system gives them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/detail/scratch.hpp>
#include <weft/base/memory.hpp>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cstddef>

namespace weft::detail::algorithm {
namespace {

constexpr std::size_t huge_page = std::size_t{1} << 21U;

constexpr std::size_t at_least(std::size_t alignment, std::size_t bytes)
{
    return std::max(alignment, bytes >= 2 * huge_page ? huge_page : std::size_t{64});
}

}  // namespace

void* allocate_scratch(std::size_t bytes, std::size_t alignment)
{
    void* const memory = allocate(bytes, at_least(alignment, bytes));
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    // Whole pages only: the rest belongs to others. Nothing is lost if the system does not want to.
    if (bytes >= 2 * huge_page) static_cast<void>(madvise(memory, bytes / huge_page * huge_page, MADV_HUGEPAGE));
#endif
    return memory;
}

void deallocate_scratch(void* memory, std::size_t bytes, std::size_t alignment) noexcept
{
    deallocate(memory, bytes, at_least(alignment, bytes));
}

}  // namespace weft::detail::algorithm
