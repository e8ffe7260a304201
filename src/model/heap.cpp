// src/model/heap.cpp - a bump allocator with a header per block.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "model/heap.hpp"

#include <cstring>

namespace weft::model::detail {

void* heap::allocate(std::size_t bytes, std::size_t alignment)
{
    if (alignment < alignof(header)) alignment = alignof(header);
    for (;; ++current_, used_ = 0) {
        if (current_ == chunks_.size()) {
            const std::size_t need = bytes + alignment + sizeof(header);
            const std::size_t size = need > chunk_bytes ? need : chunk_bytes;
            chunks_.push_back({std::unique_ptr<std::byte[]>(new std::byte[size]), size});
        }
        const chunk& c = chunks_[current_];
        const auto base = reinterpret_cast<std::uintptr_t>(c.memory.get());
        const std::uintptr_t at = (base + used_ + sizeof(header) + alignment - 1) / alignment * alignment;
        if (at + bytes > base + c.size) continue;
        used_ = at + bytes - base;
        auto* const block = reinterpret_cast<std::byte*>(at);
        const header h{bytes, living};
        std::memcpy(block - sizeof(header), &h, sizeof(header));
        ++live_;
        live_bytes_ += bytes;
        return block;
    }
}

heap::verdict heap::deallocate(void* memory) noexcept
{
    if (!owns(memory)) return verdict::foreign;
    auto* const block = static_cast<std::byte*>(memory);
    header h{};
    std::memcpy(&h, block - sizeof(header), sizeof(header));
    if (h.state == freed) return verdict::twice;
    if (h.state != living) return verdict::foreign;
    h.state = freed;
    std::memcpy(block - sizeof(header), &h, sizeof(header));
    std::memset(block, 0xdd, h.bytes);
    --live_;
    live_bytes_ -= h.bytes;
    return verdict::fine;
}

bool heap::owns(const void* memory) const noexcept
{
    const auto at = reinterpret_cast<std::uintptr_t>(memory);
    for (const chunk& c : chunks_) {
        const auto base = reinterpret_cast<std::uintptr_t>(c.memory.get());
        if (at >= base + sizeof(header) && at < base + c.size) return true;
    }
    return false;
}

void heap::reset() noexcept { current_ = used_ = live_ = live_bytes_ = 0; }

}  // namespace weft::model::detail
