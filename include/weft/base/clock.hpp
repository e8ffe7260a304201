// weft/base/clock.hpp - the seam for time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace weft::detail {

/// The clock of every deadline and time-out in weft.
struct clock {
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    static time_point now() noexcept { return std::chrono::steady_clock::now(); }
};

/// The time `limit` from now; the end of time if that is beyond what the clock can say. Rounds up.
template <class Rep, class Period>
clock::time_point deadline_after(std::chrono::duration<Rep, Period> limit) noexcept
{
    const auto now = clock::now();
    const std::chrono::duration<double> room = clock::time_point::max() - now;
    if (std::chrono::duration<double>(limit) >= room) return clock::time_point::max();
    if (limit <= std::chrono::duration<Rep, Period>::zero()) return now;
    return now + std::chrono::ceil<clock::duration>(limit);
}

/// `time` as a time of the clock; the end, or the beginning, of time if it is beyond that. Rounds up.
template <class Duration>
clock::time_point deadline_at(std::chrono::time_point<std::chrono::steady_clock, Duration> time) noexcept
{
    const Duration since = time.time_since_epoch();
    const std::chrono::duration<double> seconds = since;
    if (seconds >= std::chrono::duration<double>(clock::duration::max())) return clock::time_point::max();
    if (seconds <= std::chrono::duration<double>(clock::duration::min())) return clock::time_point::min();
    return clock::time_point(std::chrono::ceil<clock::duration>(since));
}

/// A cheap monotonic tick, read without a system call; ticks_per_microsecond() says how fast it runs.
inline std::uint64_t ticks() noexcept
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    std::uint64_t value;
    __asm__ __volatile__("mrs %0, cntvct_el0" : "=r"(value));
    return value;
#else
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

/// Ticks in a microsecond; measured once, at the first call (about 200 us), and at least 1.
std::uint64_t ticks_per_microsecond() noexcept;

}  // namespace weft::detail
