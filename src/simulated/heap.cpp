// src/simulated/heap.cpp - operator new of a simulated program: its blocks lie in cache lines in the same way each time.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What is allocated inside a simulation comes from chunks of its own: the first simulation of a program and the tenth share
// the same lines. A block may outlive its simulation, such as what a program hands back in a container; the chunks then
// live until the last block of them is freed. Outside, all is as usual.
#include <weft/model/detail/simulated.hpp>
#include <weft/seam/memory.hpp>

#include "model/simulation.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace weft::model::detail {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
constexpr std::size_t largest = chunk_bytes / 4;  ///< of a block that shares its chunk with others
constexpr std::size_t first_in_chunk = 64;        ///< a link to the next chunk comes before

struct simulated_heap;

/// Before each block. Of one that is not from a simulation, `heap` is null.
struct header {
    simulated_heap* heap;
    std::uint32_t offset;  ///< from the beginning of what was allocated
    std::uint32_t size_class;
};
static_assert(sizeof(header) == 16);

struct free_block {
    free_block* next;
};

/// The sizes of the classes, headers included: 32, 48, 64, 96, 128, 192 and so on.
constexpr std::size_t class_bytes(std::size_t c) noexcept
{
    return (c % 2 == 0 ? std::size_t{24} : std::size_t{32}) << c / 2;
}

constexpr std::size_t class_for(std::size_t bytes) noexcept
{
    std::size_t c = 1;
    while (class_bytes(c) < bytes) ++c;
    return c;
}
static_assert(class_bytes(1) == 32 && class_bytes(2) == 48 && class_bytes(3) == 64 && class_bytes(4) == 96);

struct simulated_heap {
    std::array<free_block*, 80> free{};
    std::byte* next = nullptr;
    std::byte* end = nullptr;
    void* chunks = nullptr;  ///< a list, through their first words
    std::size_t live = 0;
    bool over = false;  ///< the simulation

    std::byte* add_chunk(std::size_t bytes)
    {
        // Zero pages, which take no memory before they are used.
        auto* const fresh = static_cast<std::byte*>(std::calloc(1, bytes + first_in_chunk));
        if (fresh == nullptr) throw std::bad_alloc();
        std::memcpy(fresh, &chunks, sizeof chunks);
        chunks = fresh;
        const auto at = reinterpret_cast<std::uintptr_t>(fresh) + sizeof chunks;
        return fresh + sizeof chunks + (first_in_chunk - at % first_in_chunk) % first_in_chunk;
    }

    /// Room for a header and what follows, at a multiple of 16, or of 64 if the class is one; and whether it is zero.
    std::pair<std::byte*, bool> take(std::size_t c)
    {
        if (free_block* const b = free[c]) {
            free[c] = b->next;
            return {reinterpret_cast<std::byte*>(b), false};
        }
        const std::size_t bytes = class_bytes(c);
        if (bytes > largest) return {add_chunk(bytes), true};
        if (next == nullptr || static_cast<std::size_t>(end - next) < bytes) {
            next = add_chunk(chunk_bytes);
            end = next + chunk_bytes - first_in_chunk;
        }
        std::byte* const at = next;
        next += bytes;
        return {at, true};
    }

    static void end_if_unused(simulated_heap* h) noexcept
    {
        if (!h->over || h->live != 0) return;
        while (h->chunks != nullptr) {
            void* const chunk = h->chunks;
            std::memcpy(&h->chunks, chunk, sizeof h->chunks);
            std::free(chunk);
        }
        h->~simulated_heap();
        std::free(h);
    }
};

constinit thread_local simulated_heap* present = nullptr;

header& header_of(void* block) noexcept { return *(static_cast<header*>(block) - 1); }

void* placed(std::byte* room, std::size_t alignment, simulated_heap* heap, std::size_t size_class) noexcept
{
    const auto base = reinterpret_cast<std::uintptr_t>(room);
    const std::uintptr_t at = (base + sizeof(header) + alignment - 1) / alignment * alignment;
    std::byte* const block = room + (at - base);
    header_of(block) = {heap, static_cast<std::uint32_t>(at - base), static_cast<std::uint32_t>(size_class)};
    return block;
}

void* get(std::size_t bytes, std::size_t alignment, bool zeroed = false)
{
    alignment = std::max(alignment, alignof(header));
    const std::size_t room = bytes + sizeof(header) + (alignment > alignof(header) ? alignment : 0);
    if (!in_simulation()) {
        void* const memory = zeroed ? std::calloc(1, room) : std::malloc(room);
        if (memory == nullptr) throw std::bad_alloc();
        return placed(static_cast<std::byte*>(memory), alignment, nullptr, 0);
    }
    surely_simulated().allocation();
    const std::size_t c = class_for(room);
    const auto [memory, is_zero] = present->take(c);
    ++present->live;
    void* const block = placed(memory, alignment, present, c);
    if (zeroed && !is_zero) std::memset(block, 0, bytes);
    return block;
}

void put(void* block) noexcept
{
    if (block == nullptr) return;
    const header h = header_of(block);
    if (in_simulation()) surely_simulated().allocation();
    std::byte* const room = static_cast<std::byte*>(block) - h.offset;
    if (h.heap == nullptr) return std::free(room);
    auto* const b = reinterpret_cast<free_block*>(room);
    b->next = h.heap->free[h.size_class];
    h.heap->free[h.size_class] = b;
    --h.heap->live;
    simulated_heap::end_if_unused(h.heap);
}

void begin()
{
    void* const memory = std::malloc(sizeof(simulated_heap));
    if (memory == nullptr) throw std::bad_alloc();
    present = ::new (memory) simulated_heap;
}

void end()
{
    present->over = true;
    simulated_heap::end_if_unused(std::exchange(present, nullptr));
}

[[maybe_unused]] const bool is_part = [] {
    parts_of_program.begin = &begin;
    parts_of_program.end = &end;
    return true;
}();

}  // namespace
}  // namespace weft::model::detail

namespace weft::detail {

void* allocate_zeroed(std::size_t bytes, std::size_t alignment) { return model::detail::get(bytes, alignment, true); }
void deallocate_zeroed(void* memory, std::size_t, std::size_t) noexcept { model::detail::put(memory); }
void discard(void*, std::size_t) noexcept {}

}  // namespace weft::detail

void* operator new(std::size_t bytes) { return weft::model::detail::get(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }
void* operator new(std::size_t bytes, std::align_val_t a)
{
    return weft::model::detail::get(bytes, static_cast<std::size_t>(a));
}
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
void operator delete(void* memory) noexcept { weft::model::detail::put(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { weft::model::detail::put(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { weft::model::detail::put(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept
{
    weft::model::detail::put(memory);
}
void operator delete(void* memory, std::size_t) noexcept { weft::model::detail::put(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { weft::model::detail::put(memory); }
