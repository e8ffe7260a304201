// src/model/heap.hpp - the memory of an execution: nothing is reused, so that late uses are seen.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace weft::model::detail {

class heap {
public:
    enum class verdict { fine, twice, foreign };

    [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment);
    /// Marks a block as freed and overwrites it.
    verdict deallocate(void* memory) noexcept;
    [[nodiscard]] bool owns(const void* memory) const noexcept;
    [[nodiscard]] std::size_t live_blocks() const noexcept { return live_; }
    [[nodiscard]] std::size_t live_bytes() const noexcept { return live_bytes_; }
    /// Forgets all blocks: a new execution begins.
    void reset() noexcept;

private:
    struct header {
        std::uint64_t bytes;
        std::uint64_t state;
    };
    struct chunk {
        std::unique_ptr<std::byte[]> memory;
        std::size_t size;
    };
    static constexpr std::uint64_t living = 0x6c69766976696e67;
    static constexpr std::uint64_t freed = 0x6672656564656164;
    static constexpr std::size_t chunk_bytes = std::size_t{1} << 18;

    std::vector<chunk> chunks_;
    std::size_t current_ = 0;  ///< the chunk that is being filled
    std::size_t used_ = 0;
    std::size_t live_ = 0;
    std::size_t live_bytes_ = 0;
};

}  // namespace weft::model::detail
