// src/seam/memory_windows.cpp - pages given back on Windows.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "seam/windows.hpp"

#include <weft/seam/memory.hpp>

#if defined(_WIN32)

#include <cstdint>

namespace weft::detail {

void discard(void* memory, std::size_t bytes) noexcept
{
    constexpr std::uintptr_t page = 4096;    // on every processor that Windows runs on
    constexpr std::uintptr_t few_pages = 2;  // not worth a system call, and the faults when they are needed again
    const auto first = reinterpret_cast<std::uintptr_t>(memory);
    const std::uintptr_t begin = (first + page - 1) / page * page;
    const std::uintptr_t end = (first + bytes) / page * page;
    if (end <= begin + few_pages * page) return;
    // What is reset keeps its contents until the system needs the page; written again, it is a page like others.
    VirtualAlloc(static_cast<char*>(memory) + (begin - first), end - begin, MEM_RESET, PAGE_READWRITE);
}

}  // namespace weft::detail

#endif
