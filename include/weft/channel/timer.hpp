// weft/channel/timer.hpp - receivers of the time: once, at intervals, never.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/deadline.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/detail/timer.hpp>
#include <weft/seam/chrono.hpp>
#include <weft/seam/memory.hpp>

namespace weft {

/// The message of a timer: the time for which it was scheduled.
using timer_message = std::chrono::steady_clock::time_point;

/// A receiver that gets one message at `time` and none afterwards; it is never closed. Copies share the one message.
///
/// Blocking: recv() waits for ever once the message has been taken.
/// Throws:   std::bad_alloc.
/// Cost:     one small allocation; no thread. The receiver itself sleeps until the time has come.
/// Example:  examples/channel/select_timeout.cpp
[[nodiscard]] inline receiver<timer_message> at(timer_message time)
{
    return detail::channels::channel_access::one<timer_message>(
        detail::make<detail::channels::timer>(time, detail::channels::timer::once), detail::channels::flavour::timer);
}

/// As at(), `delay` from now.
template <detail::duration Delay>
[[nodiscard]] receiver<timer_message> after(Delay delay)
{
    return weft::at(detail::deadline_after(delay));
}

/// A receiver that gets a message once in each `period`, the first one `period` from now; it is never closed. There is
/// room for one message: a thread that comes late gets the one that is due, and has missed those that should have come
/// since. The next one is due at the next multiple of the period: nothing drifts. Copies share the messages. With a
/// period of zero a message is always due.
///
/// Throws:  std::bad_alloc.
/// Cost:    as at().
/// Example: examples/channel/rate_limiter.cpp
template <detail::duration Period>
[[nodiscard]] receiver<timer_message> tick(Period period)
{
    const auto first = detail::deadline_after(period);
    const bool counts = period > Period::zero();
    detail::clock::duration step = detail::channels::timer::once;
    if (first != detail::channels::no_deadline)
        step = counts ? std::chrono::ceil<detail::clock::duration>(period) : detail::clock::duration::zero();
    return detail::channels::channel_access::one<timer_message>(detail::make<detail::channels::timer>(first, step),
                                                                detail::channels::flavour::timer);
}

/// A receiver that gets nothing, ever, and is never closed: for an arm of a select that is switched off.
///
/// Cost: nothing; all of them count as one channel.
template <class T>
[[nodiscard]] receiver<T> never() noexcept
{
    return detail::channels::channel_access::one<T>(nullptr, detail::channels::flavour::never);
}

}  // namespace weft
