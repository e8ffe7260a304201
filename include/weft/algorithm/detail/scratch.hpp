// weft/algorithm/detail/scratch.hpp - temporary memory: in huge pages if it is large, and kept for the next sort.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>
#include <new>

namespace weft::detail::algorithm {

struct scratch_block {
    void* memory;
    std::size_t bytes;  ///< at least what was asked for
};

/// Aligned to at least a cache line, and to `alignment`. Throws std::bad_alloc.
///
/// The first touch of memory costs as much as two passes of a sort over it. So a few large blocks are kept when they
/// are given back; the system may take their pages whenever it is short of memory.
scratch_block allocate_scratch(std::size_t bytes, std::size_t alignment);
void deallocate_scratch(scratch_block block, std::size_t alignment) noexcept;

/// Room for n elements, none of which is constructed.
template <class T>
class raw_scratch {
public:
    explicit raw_scratch(std::size_t n) : block_(allocate_scratch(bytes_of(n), alignof(T))) {}
    raw_scratch(const raw_scratch&) = delete;
    raw_scratch& operator=(const raw_scratch&) = delete;
    ~raw_scratch() { deallocate_scratch(block_, alignof(T)); }

    [[nodiscard]] T* data() const noexcept { return static_cast<T*>(block_.memory); }

private:
    static std::size_t bytes_of(std::size_t n)
    {
        if (n > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_array_new_length();
        return n * sizeof(T);
    }

    scratch_block block_;
};

}  // namespace weft::detail::algorithm
