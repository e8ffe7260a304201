// src/base/memory.cpp - memory that is zero, if possible because nobody has used it yet.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/memory.hpp>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace weft::detail {
namespace {

/// Less is not worth a page of its own: it comes from where all else does.
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

}  // namespace weft::detail
