// weft/base/detail/deadline.hpp - the deadline of a wait that is limited by a duration, or by a point in time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/chrono.hpp>
#include <weft/seam/clock.hpp>

#include <type_traits>

namespace weft::detail {

template <class T>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;
template <class T>
inline constexpr bool is_time_point = false;
template <class Clock, class Duration>
inline constexpr bool is_time_point<std::chrono::time_point<Clock, Duration>> = true;

/// What the compiler says about anything else, in the first line.
template <class T>
struct check_duration {
    static constexpr bool ok = true;
    static_assert(is_duration<T>,
                  "weft: this needs a std::chrono duration: write 5ms, or std::chrono::milliseconds(5)");
};
template <class T>
struct check_time_point {
    static constexpr bool ok = true;
    static_assert(is_time_point<T>, "weft: this needs a std::chrono time_point: a time of a clock, as now() + 5ms");
};

template <class T>
concept duration = is_duration<T> || check_duration<T>::ok;
template <class T>
concept time_point = is_time_point<T> || check_time_point<T>::ok;

/// The time `limit` from now; the end of time if that is beyond the clock's range. Rounds up.
template <class Rep, class Period>
clock::time_point deadline_after(std::chrono::duration<Rep, Period> limit) noexcept
{
    const auto now = clock::now();
    const std::chrono::duration<double> room = clock::time_point::max() - now;
    if (std::chrono::duration<double>(limit) >= room) return clock::time_point::max();
    if (limit <= std::chrono::duration<Rep, Period>::zero()) return now;
    return now + std::chrono::ceil<clock::duration>(limit);
}

/// `limit` in the clock's ticks: none for less than nothing, as many as there are for too much. Rounds up.
template <class Rep, class Period>
clock::duration ticks_of(std::chrono::duration<Rep, Period> limit) noexcept
{
    if (std::chrono::duration<double>(limit) >= std::chrono::duration<double>(clock::duration::max()))
        return clock::duration::max();
    if (limit <= std::chrono::duration<Rep, Period>::zero()) return clock::duration::zero();
    return std::chrono::ceil<clock::duration>(limit);
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

/// `time` of another clock, as far from now as it is on that clock at present. If that clock is changed later, as by
/// setting the system's time, this is not noticed.
template <class Clock, class Duration>
clock::time_point deadline_at(std::chrono::time_point<Clock, Duration> time) noexcept
{
    using seconds = std::chrono::duration<double>;
    const auto now = Clock::now();
    // Roughly first: the exact difference of times far apart may not fit.
    const seconds away = seconds(time.time_since_epoch()) - seconds(now.time_since_epoch());
    if (away >= seconds(clock::duration::max())) return clock::time_point::max();
    if (away <= seconds(-1)) return clock::now();
    return detail::deadline_after(time - now);
}

}  // namespace weft::detail
