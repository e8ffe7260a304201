// src/latency/frame_arena.cpp - where the frames of lookups come from when the arena on the stack is full.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/latency/detail/frame_arena.hpp>
#include <weft/seam/memory.hpp>

#include <algorithm>

namespace weft::detail::latency {

struct frame_arena::chunk {
    chunk* next;
    std::size_t bytes;  // with this head

    static constexpr std::size_t head = granule;  // keeps the frames aligned to lines
    static constexpr std::size_t most = std::size_t{1} << 20;
};

void* frame_arena::allocate_more(std::size_t bytes)
{
    if (bytes > classes * granule) return detail::allocate(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__);

    // What is left of the old memory is lost to this call.
    used_earlier_ += static_cast<std::size_t>(next_ - fresh_);
    const std::size_t rounded = (bytes + granule - 1) / granule * granule;
    const std::size_t doubled = chunks_ != nullptr ? 2 * chunks_->bytes : 2 * size_;
    const std::size_t size = chunk::head + std::max(16 * rounded, std::min(doubled, chunk::most));
    void* const memory = detail::allocate(size, granule);
    chunks_ = ::new (memory) chunk{chunks_, size};
    next_ = static_cast<char*>(memory) + chunk::head;
    end_ = static_cast<char*>(memory) + size;
    fresh_ = next_;
    next_ += rounded;
    return fresh_;
}

bool frame_arena::is_unused() const noexcept
{
    std::size_t free = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        for (const block* b = free_[c]; b != nullptr; b = b->next) free += (c + 1) * granule;
    }
    return free == used_earlier_ + static_cast<std::size_t>(next_ - fresh_);
}

bool frame_arena::owns(const void* memory) const noexcept
{
    const auto at = reinterpret_cast<std::uintptr_t>(memory);
    if (at - reinterpret_cast<std::uintptr_t>(begin_) < size_) return true;
    for (const chunk* c = chunks_; c != nullptr; c = c->next) {
        if (at - reinterpret_cast<std::uintptr_t>(c) < c->bytes) return true;
    }
    return false;
}

void frame_arena::free_elsewhere(frame_arena* innermost, void* memory, std::size_t bytes) noexcept
{
    if (bytes <= classes * granule) {
        for (frame_arena* a = innermost; a != nullptr; a = a->outer_) {
            if (a->owns(memory)) return a->put(memory, bytes);
        }
    }
    detail::deallocate(memory, bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}

void frame_arena::free_chunks() noexcept
{
    while (chunks_ != nullptr) {
        chunk* const c = chunks_;
        chunks_ = c->next;
        detail::deallocate(c, c->bytes, granule);
    }
}

}  // namespace weft::detail::latency
