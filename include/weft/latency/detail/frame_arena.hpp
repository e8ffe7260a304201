// weft/latency/detail/frame_arena.hpp - memory for frames: recycled within the call that runs them.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A lookup takes as long as two or three calls of the system's allocator, so its frame must come from elsewhere. The
// frames of one call are of few sizes, and as many as are in flight: a frame that ends makes room for the next one, and
// is still in the first cache.
//
// Roles       the thread of the call; nobody else.
//
// Fields      free_[c]       blocks of c + 1 granules that are not in use, the last one first
//             begin_, size_  the memory on the stack
//             next_, end_    fresh memory: on the stack, later of a chunk
//             chunks_        what has been allocated in addition; freed at the end of the call
//             outer_         the arena of the call that runs on this thread further down its stack
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail::latency {

/// The frames of one call, whose own memory is handed to the constructor.
class frame_arena {
public:
    static constexpr std::size_t granule = 64;  // a cache line
    static constexpr std::size_t classes = 32;  // up to 2 KiB; larger frames are allocated one by one

    frame_arena(const frame_arena&) = delete;
    frame_arena& operator=(const frame_arena&) = delete;

    /// Throws std::bad_alloc, if more memory is needed and there is none.
    [[nodiscard, gnu::always_inline]] void* allocate(std::size_t bytes)
    {
        const std::size_t c = (bytes - 1) / granule;
        if (c < classes) [[likely]] {
            if (block* const b = free_[c]) [[likely]] {
                free_[c] = b->next;
                return b;
            }
            const std::size_t rounded = (c + 1) * granule;
            if (static_cast<std::size_t>(end_ - next_) >= rounded) {
                char* const fresh = next_;
                next_ += rounded;
                return fresh;
            }
        }
        return allocate_more(bytes);
    }

    [[gnu::always_inline]] void free(void* memory, std::size_t bytes) noexcept
    {
        const auto distance = reinterpret_cast<std::uintptr_t>(memory) - reinterpret_cast<std::uintptr_t>(begin_);
        if (distance >= size_ || bytes > classes * granule) [[unlikely]]
            return free_elsewhere(this, memory, bytes);
        put(memory, bytes);
    }

    /// Gives back a frame that may be of this arena, of one further down the stack, or of none.
    static void free_elsewhere(frame_arena* innermost, void* memory, std::size_t bytes) noexcept;

    /// Whether all frames have been given back, except those that were allocated one by one. Cost: a look at each block.
    [[nodiscard]] bool is_unused() const noexcept;

protected:
    /// `begin` is aligned to a granule, and `size` a multiple of it.
    frame_arena(char* begin, std::size_t size, frame_arena* outer) noexcept
        : begin_(begin), size_(size), next_(begin), end_(begin + size), fresh_(begin), outer_(outer)
    {
    }
    ~frame_arena()
    {
        if (chunks_ != nullptr) [[unlikely]]
            free_chunks();
    }

private:
    struct block {
        block* next;
    };
    struct chunk;

    void put(void* memory, std::size_t bytes) noexcept
    {
        block* const b = static_cast<block*>(memory);
        block*& list = free_[(bytes - 1) / granule];
        b->next = list;
        list = b;
    }
    [[nodiscard]] void* allocate_more(std::size_t bytes);
    [[nodiscard]] bool owns(const void* memory) const noexcept;
    void free_chunks() noexcept;

    char* begin_;
    std::size_t size_;
    char* next_;
    char* end_;
    char* fresh_;                   // where next_ began
    std::size_t used_earlier_ = 0;  // bytes handed out before that
    frame_arena* outer_;
    chunk* chunks_ = nullptr;
    block* free_[classes] = {};
};

}  // namespace weft::detail::latency
