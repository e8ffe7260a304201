// tests/model/heap.cpp - operator new of the scenarios' program: what a scenario allocates belongs to its execution.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// So that use after free and leaks are seen in objects that the standard library allocates, and so that executions
// which the search leaves half-way leave nothing behind.
#include <weft/model/detail/hooks.hpp>

#include <cstddef>
#include <cstdlib>
#include <new>
#if defined(_WIN32)
#include <malloc.h>
#endif

namespace {

void* get(std::size_t bytes, std::size_t alignment)
{
    if (weft::model::detail::execution() != 0) return weft::model::detail::allocate(bytes, alignment);
    bytes = (bytes + alignment - 1) / alignment * alignment;
    if (bytes == 0) bytes = alignment;
#if defined(_WIN32)
    void* const memory = _aligned_malloc(bytes, alignment);
#else
    void* const memory = std::aligned_alloc(alignment, bytes);
#endif
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void put(void* memory) noexcept
{
    if (memory == nullptr) return;
    if (weft::model::detail::owns(memory)) {
        if (weft::model::detail::execution() != 0) weft::model::detail::deallocate(memory);
        return;
    }
#if defined(_WIN32)
    _aligned_free(memory);
#else
    std::free(memory);
#endif
}

}  // namespace

void* operator new(std::size_t bytes) { return get(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }
void* operator new(std::size_t bytes, std::align_val_t a) { return get(bytes, static_cast<std::size_t>(a)); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept
{
    try {
        return ::operator new(bytes);
    } catch (...) {
        return nullptr;
    }
}
void* operator new(std::size_t bytes, std::align_val_t a, const std::nothrow_t&) noexcept
{
    try {
        return ::operator new(bytes, a);
    } catch (...) {
        return nullptr;
    }
}
void operator delete(void* memory) noexcept { put(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { put(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { put(memory); }
void operator delete(void* memory, std::size_t) noexcept { put(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { put(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { put(memory); }
