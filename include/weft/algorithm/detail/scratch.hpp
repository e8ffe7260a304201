// weft/algorithm/detail/scratch.hpp - memory for a while, in huge pages where it is large.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>

namespace weft::detail::algorithm {

/// Aligned to a cache line at least, and to `alignment`. The first touch of 80 MB costs 30 ms in pages of 4 KiB, 10 ms
/// in huge ones. Throws std::bad_alloc.
void* allocate_scratch(std::size_t bytes, std::size_t alignment);
void deallocate_scratch(void* memory, std::size_t bytes, std::size_t alignment) noexcept;

/// Room for n elements that nobody has made.
template <class T>
class raw_scratch {
public:
    explicit raw_scratch(std::size_t n) : bytes_(n * sizeof(T)), memory_(allocate_scratch(bytes_, alignof(T))) {}
    raw_scratch(const raw_scratch&) = delete;
    raw_scratch& operator=(const raw_scratch&) = delete;
    ~raw_scratch() { deallocate_scratch(memory_, bytes_, alignof(T)); }

    [[nodiscard]] T* data() const noexcept { return static_cast<T*>(memory_); }

private:
    std::size_t bytes_;
    void* memory_;
};

}  // namespace weft::detail::algorithm
