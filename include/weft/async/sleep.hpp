// weft/async/sleep.hpp - waiting for a time, and no longer than for a time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/promise.hpp>
#include <weft/async/detail/stopped.hpp>
#include <weft/async/detail/timer.hpp>
#include <weft/async/task.hpp>
#include <weft/base/detail/deadline.hpp>
#include <weft/seam/chrono.hpp>
#include <weft/seam/clock.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// So long; for ever if that is more than the clock can tell.
template <class Rep, class Period>
until after(std::chrono::duration<Rep, Period> limit) noexcept
{
    if (limit <= std::chrono::duration<Rep, Period>::zero()) return until::after(clock::duration::zero());
    if (std::chrono::duration<double>(limit) >= std::chrono::duration<double>(clock::duration::max()))
        return until::after(clock::duration::max());
    return until::after(std::chrono::ceil<clock::duration>(limit));
}

/// Runs a task here and now, under a limit.
template <class T>
class limited_awaiter : public strand_awaiter {
public:
    limited_awaiter(time_limit& limit, std::coroutine_handle<promise_of<T>> child, until when) noexcept
        : limit_(limit), child_(child), when_(when)
    {
    }
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> caller)
    {
        strand& s = caller.promise().here();
        limit_.begin(s, when_);
        return child_.promise().enter(s, caller, child_);
    }
    /// Whether nothing of the limit is left.
    [[nodiscard]] bool await_resume() const noexcept { return limit_.end(); }

private:
    time_limit& limit_;
    std::coroutine_handle<promise_of<T>> child_;
    until when_;
};

template <class T>
using timed_result = std::conditional_t<std::is_void_v<T>, bool, std::optional<T>>;

template <class T>
weft::task<timed_result<T>> run_until(weft::task<T> t, until when)
{
    time_limit limit;
    const std::coroutine_handle<promise_of<T>> child = task_access::frame(t);
    if (!co_await limited_awaiter<T>(limit, child, when)) co_await limit.settled();
    task_result<T>& result = child.promise().result();
    if (limit.has_stopped() && detail::is_stopped(result.error())) co_return timed_result<T>();
    if constexpr (std::is_void_v<T>) {
        result.take();
        co_return true;
    } else {
        co_return timed_result<T>(result.take());
    }
}

}  // namespace detail

/// `co_await weft::sleep_for(1s)`: goes on so much later, never earlier; at once for zero or less. Throws weft::stopped if
/// the task is asked to stop meanwhile, and std::system_error if the thread that wakes sleepers cannot be started.
///
/// Cost:    no thread sleeps along: one thread of weft's own, which starts with the first sleeper, wakes all of them. Where
///          many are due it does so every 200 us, so one may be so much later than the system would let it be.
///          In a test_pool it takes no time: the pool's clock jumps when nothing else can be done.
/// Example: examples/async/timeout.cpp
template <class Rep, class Period>
[[nodiscard]] auto sleep_for(std::chrono::duration<Rep, Period> limit) noexcept
{
    return detail::sleep_awaiter(detail::after(limit));
}

/// The same until `time`, of any clock. What is done to another clock than std::chrono::steady_clock later is not noticed.
template <class Clock, class Duration>
[[nodiscard]] auto sleep_until(std::chrono::time_point<Clock, Duration> time) noexcept
{
    return detail::sleep_awaiter(detail::until::at(detail::deadline_at(time)));
}

/// A task that runs `t`, asks it to stop when `limit` is over, and ends when it has ended. It gives what `t` gives, also if
/// that came late; nothing if it was stopped for that reason: a std::optional, or a bool for void. Zero or less: `t` still
/// begins, and is asked to stop already.
///
/// Throws:  what `t` throws; weft::stopped if this task is asked to stop; std::system_error as sleep_for.
/// Example: examples/async/timeout.cpp
template <class T, class Rep, class Period>
task<detail::timed_result<T>> with_timeout(task<T> t, std::chrono::duration<Rep, Period> limit)
{
    static_assert(!std::is_reference_v<T>, "weft: with_timeout needs a result that a std::optional can hold");
    return detail::run_until(std::move(t), detail::after(limit));
}

/// The same with a time at which it is over, of any clock.
template <class T, class Clock, class Duration>
task<detail::timed_result<T>> with_deadline(task<T> t, std::chrono::time_point<Clock, Duration> time)
{
    static_assert(!std::is_reference_v<T>, "weft: with_deadline needs a result that a std::optional can hold");
    return detail::run_until(std::move(t), detail::until::at(detail::deadline_at(time)));
}

}  // namespace weft
