// src/algorithm/scratch.cpp - scratch memory, in huge pages where the system gives them, and a few blocks in reserve.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/detail/scratch.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/memory.hpp>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cstddef>
#include <new>

namespace weft::detail::algorithm {
namespace {

constexpr std::size_t huge_page = std::size_t{1} << 21U;
constexpr std::size_t large = 2 * huge_page;

std::size_t at_least(std::size_t alignment, std::size_t bytes)
{
    return std::max(alignment, bytes >= large ? huge_page : std::size_t{64});
}

/// The blocks in reserve; each belongs to the slot until somebody exchanges it for null. Its size is in its first
/// bytes.
atomic<std::size_t*> reserve[4]{};

void free_block(std::size_t* block) noexcept { deallocate(block, *block, huge_page); }

/// A reserved block of at least this many bytes, or null.
std::size_t* take(std::size_t bytes) noexcept
{
    for (auto& slot : reserve) {
        if (slot.load(order::relaxed) == nullptr) continue;
        // Acquires what its last user wrote into it.
        std::size_t* const block = slot.exchange(nullptr, order::acquire);
        if (block == nullptr) continue;
        if (*block >= bytes) return block;
        std::size_t* none = nullptr;
        if (!slot.compare_exchange_strong(none, block, order::release, order::relaxed)) free_block(block);
    }
    return nullptr;
}

}  // namespace

scratch_block allocate_scratch(std::size_t bytes, std::size_t alignment)
{
    if (bytes < large || alignment > huge_page) return {allocate(bytes, at_least(alignment, bytes)), bytes};
    if (std::size_t* const block = take(bytes)) return {block, *block};
    void* const memory = allocate(bytes, huge_page);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    // Whole pages only: the rest belongs to others. Nothing is lost if the system refuses.
    static_cast<void>(madvise(memory, bytes / huge_page * huge_page, MADV_HUGEPAGE));
#endif
    return {memory, bytes};
}

void deallocate_scratch(scratch_block block, std::size_t alignment) noexcept
{
#if defined(__linux__) && defined(MADV_FREE)
    if (block.bytes >= large && alignment <= huge_page) {
        // The system may take the pages, and give zeros for them: all but the first, which holds the size.
        auto* const first = static_cast<std::byte*>(block.memory) + huge_page;
        if (madvise(first, (block.bytes - huge_page) / huge_page * huge_page, MADV_FREE) == 0) {
            auto* mine = ::new (block.memory) std::size_t(block.bytes);
            // A larger block takes the place of a smaller one.
            for (auto& slot : reserve) {
                std::size_t* none = nullptr;
                if (slot.compare_exchange_strong(none, mine, order::release, order::relaxed)) return;
            }
            for (auto& slot : reserve) {
                std::size_t* const other = slot.exchange(nullptr, order::acquire);
                if (other != nullptr && *other > *mine) {
                    std::size_t* none = nullptr;
                    if (!slot.compare_exchange_strong(none, other, order::release, order::relaxed)) free_block(other);
                    continue;
                }
                if (other != nullptr) free_block(other);
                std::size_t* none = nullptr;
                if (slot.compare_exchange_strong(none, mine, order::release, order::relaxed)) return;
            }
            free_block(mine);
            return;
        }
    }
#endif
    deallocate(block.memory, block.bytes, at_least(alignment, block.bytes));
}

}  // namespace weft::detail::algorithm
