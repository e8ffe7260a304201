// weft/model/seams/weft/base/clock.hpp - the seam for time as the model checker sees it: it stands still until a wait
// times out. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/hooks.hpp>

#include <chrono>
#include <cstdint>

namespace weft::detail {

struct clock {
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    static time_point now() noexcept { return model::detail::now(); }
};

template <class Rep, class Period>
clock::time_point deadline_after(std::chrono::duration<Rep, Period> limit) noexcept
{
    const auto now = clock::now();
    const std::chrono::duration<double> room = clock::time_point::max() - now;
    if (std::chrono::duration<double>(limit) >= room) return clock::time_point::max();
    if (limit <= std::chrono::duration<Rep, Period>::zero()) return now;
    return now + std::chrono::ceil<clock::duration>(limit);
}

template <class Duration>
clock::time_point deadline_at(std::chrono::time_point<std::chrono::steady_clock, Duration> time) noexcept
{
    const Duration since = time.time_since_epoch();
    const std::chrono::duration<double> seconds = since;
    if (seconds >= std::chrono::duration<double>(clock::duration::max())) return clock::time_point::max();
    if (seconds <= std::chrono::duration<double>(clock::duration::min())) return clock::time_point::min();
    return clock::time_point(std::chrono::ceil<clock::duration>(since));
}

/// The modelled time as ticks.
inline std::uint64_t ticks() noexcept { return static_cast<std::uint64_t>(clock::now().time_since_epoch().count()); }

inline std::uint64_t ticks_per_microsecond() noexcept { return 1; }

}  // namespace weft::detail
