// src/seam/memory.cpp - zeroed memory, if possible pages that nobody has used yet; and pages given back.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/seam/memory.hpp>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#endif

namespace weft::detail {
namespace {

/// Less is not worth a page of its own: it comes from where everything else does.
constexpr std::size_t many = 64 * 1024;

bool is_from_system(std::size_t bytes, std::size_t alignment) noexcept
{
    return bytes >= many && alignment <= alignof(std::max_align_t);
}

}  // namespace

void* allocate_zeroed(std::size_t bytes, std::size_t alignment)
{
    if (!is_from_system(bytes, alignment)) return std::memset(allocate(bytes, alignment), 0, bytes);
    if (void* const memory = std::calloc(1, bytes)) return memory;
    throw std::bad_alloc();
}

void deallocate_zeroed(void* memory, std::size_t bytes, std::size_t alignment) noexcept
{
    if (is_from_system(bytes, alignment)) {
        std::free(memory);
    } else {
        deallocate(memory, bytes, alignment);
    }
}

#if !defined(_WIN32)
void discard([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) noexcept
{
#if defined(__linux__)
    constexpr std::uintptr_t few_pages = 2;  // not worth a system call, and the faults when they are needed again
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto first = reinterpret_cast<std::uintptr_t>(memory);
    const std::uintptr_t begin = (first + page - 1) / page * page;
    const std::uintptr_t end = (first + bytes) / page * page;
    if (end <= begin + few_pages * page) return;
    static_cast<void>(madvise(static_cast<char*>(memory) + (begin - first), end - begin, MADV_DONTNEED));
#endif
}
#endif

}  // namespace weft::detail
