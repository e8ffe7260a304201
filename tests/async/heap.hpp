// tests/async/heap.hpp - how much memory the program has from the system's allocator.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "test.hpp"

#include <cstddef>
#include <optional>

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace test {

/// Bytes in use; nothing where nobody can tell, or a sanitizer keeps what is freed.
inline std::optional<std::size_t> heap_in_use()
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    if (sanitized) return std::nullopt;
    const auto now = ::mallinfo2();
    return now.uordblks + now.hblkhd;
#else
    return std::nullopt;
#endif
}

/// How many bytes more are in use after `f()` than before; none if nobody can tell.
template <class F>
std::size_t growth_of(F&& f)
{
    const auto before = heap_in_use();
    f();
    const auto after = heap_in_use();
    return before && after && *after > *before ? *after - *before : 0;
}

}  // namespace test
