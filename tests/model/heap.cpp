// tests/model/heap.cpp - operator new of the scenarios' program: what a scenario allocates belongs to its execution.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// So that use after free and leaks are seen in objects that the standard library allocates, and so that executions
// which the search leaves half-way leave nothing behind.
#include <weft/model/detail/hooks.hpp>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

void* get(std::size_t bytes, std::size_t alignment)
{
    if (weft::model::detail::execution() != 0) return weft::model::detail::allocate(bytes, alignment);
    bytes = (bytes + alignment - 1) / alignment * alignment;
    void* const memory = std::aligned_alloc(alignment, bytes == 0 ? alignment : bytes);
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
    std::free(memory);
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
