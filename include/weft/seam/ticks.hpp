// weft/seam/ticks.hpp - the seam for measuring short times.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstdint>

namespace weft::detail {

/// A cheap monotonic tick, read without a system call; ticks_per_microsecond() says how fast it runs.
#if defined(__x86_64__)
inline std::uint64_t ticks() noexcept { return __builtin_ia32_rdtsc(); }
#elif defined(__aarch64__)
inline std::uint64_t ticks() noexcept
{
    std::uint64_t value;
    __asm__ __volatile__("mrs %0, cntvct_el0" : "=r"(value));
    return value;
}
#else
std::uint64_t ticks() noexcept;
#endif

/// Ticks in a microsecond; measured once, at the first call (about 200 us), and at least 1.
std::uint64_t ticks_per_microsecond() noexcept;

}  // namespace weft::detail
