// weft/async/async_select.hpp - a coroutine waits for several operations and carries out exactly one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/channel_wait.hpp>
#include <weft/async/task.hpp>
#include <weft/channel/broadcast.hpp>
#include <weft/channel/select.hpp>
#include <weft/channel/watch.hpp>
#include <weft/seam/chrono.hpp>
#include <weft/seam/clock.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::channels {

/// What an arm's function gives, once it has been awaited if it is a task.
template <class R>
struct awaited_result {
    using type = R;
};
template <class R>
struct awaited_result<weft::task<R>> {
    using type = R;
};
template <class Arm>
using awaited_result_of = typename awaited_result<typename Arm::result_type>::type;

/// The end of a select's time. It is counted in the time of the pool.
struct select_time {
    bool waits = true;
    clock::duration limit = clock::duration::max();
    std::optional<clock::time_point> end{};

    [[nodiscard]] clock::time_point of(const strand& s) noexcept;
};

/// In a test_pool the seed says where a select looks first.
void draw_first_look(const strand& s) noexcept;

class first_look : public strand_awaiter {
public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) const noexcept
    {
        channels::draw_first_look(caller.promise().here());
        return false;
    }
    void await_resume() const noexcept {}
};

/// Starts one of the arms; null: there is no time left.
class awaited_choice : public channel_wait {
public:
    awaited_choice(std::span<arm* const> arms, bool fair, select_time& time) noexcept
        : channel_wait(fair), arms_(arms), time_(time)
    {
    }
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller)
    {
        strand& s = caller.promise().here();
        return wait(arms_, s, caller, time_.waits ? time_.of(s) : end_of_a_try(s));
    }
    arm* await_resume() { return outcome(); }

private:
    [[nodiscard]] clock::time_point end_of_a_try(const strand& s) const noexcept;

    std::span<arm* const> arms_;
    select_time& time_;
};

template <class Result, class T>
weft::task<Result> await_as(weft::task<T> t)
{
    if constexpr (std::is_void_v<Result>) {
        static_cast<void>(co_await std::move(t));
    } else {
        co_return co_await std::move(t);
    }
}

template <bool Fair, class Result, class... Arms>
weft::task<Result> select_task(Arms... all)
{
    select_time time;
    time.waits = !(is_default<Arms> || ...);
    const auto note_limit = [&time](const auto& a) {
        if constexpr (is_timeout<std::remove_cvref_t<decltype(a)>>) time.limit = a.limit;
    };
    (note_limit(all), ...);

    std::optional<std::conditional_t<std::is_void_v<Result>, bool, Result>> outcome;
    std::optional<weft::task<Result>> rest;
    auto then = [&](auto&& call) {
        using given = decltype(call());
        if constexpr (std::is_same_v<given, weft::task<Result>>) {
            rest.emplace(call());
        } else if constexpr (is_task<given>) {
            rest.emplace(channels::await_as<Result>(call()));
        } else if constexpr (std::is_void_v<Result>) {
            static_cast<void>(call());
        } else {
            outcome.emplace(call());
        }
    };
    if constexpr (Fair) co_await first_look();
    while (!channels::select_now<Fair>(then, all...)) {
        select_parts<Arms...> parts(all...);
        arm* const chosen = co_await awaited_choice(parts.arms(), Fair, time);
        if (parts.finish(chosen, then)) break;
    }
    if (rest) co_return co_await *std::move(rest);
    if constexpr (!std::is_void_v<Result>) co_return Result(*std::move(outcome));
}

/// What the task of an async_select of these gives.
template <class... Arms>
struct result_of_async_select {
    static constexpr std::size_t count = (std::size_t{is_operation<Arms>} + ... + 0);
    static constexpr bool agree =
        (std::is_void_v<awaited_result_of<Arms>> || ...) || have_common_type<awaited_result_of<Arms>...>;
    static_assert(agree, "weft: the functions of a select return types that have nothing in common");
    static_assert(count + 1 >= sizeof...(Arms), "weft: select takes one on_default or one on_timeout, not both");
    static_assert(count != 0 || (is_default<Arms> || ...) || (is_timeout<Arms> || ...),
                  "weft: select needs an operation");
    using type = typename result_of_select<awaited_result_of<Arms>...>::type;
};

template <bool Fair, class... Arms>
[[nodiscard]] auto async_select_from(Arms&&... all)
{
    using result = typename result_of_async_select<std::remove_cvref_t<Arms>...>::type;
    return channels::select_task<Fair, result, std::remove_cvref_t<Arms>...>(std::forward<Arms>(all)...);
}

}  // namespace detail::channels

/// A task that waits until one of several operations can be done, does exactly that one, calls its function, and gives
/// what that returns: select for coroutines, with the same arms and the same meaning.
///
///     co_await weft::async_select(on_recv(jobs, [&](auto job) -> task<> { … }), on_recv(stop, [&](auto) { … }),
///                                 on_timeout(1s, [&] { … }));
///
/// A function may return a task: it is awaited then, after the operation, and what it gives counts. Such a function takes
/// its argument by value, since a reference would outlive what it refers to. A lambda that captures something with a
/// destructor by value has a name of its own before the co_await, as long as GCC 12 is to compile it.
///
/// Requires: what the arms refer to (handles, the value of an on_send) lives until the task has ended: await it in the
///           expression that makes it.
/// Throws:   as select; weft::stopped if the task is asked to stop while it waits: then none of the operations has been
///           done. From the call std::bad_alloc. With on_timeout, or timers, std::system_error as sleep_for.
/// Order:    if several operations are ready, each has the same chance. The time of an on_timeout is counted from the
///           moment at which the task begins, and in a test_pool in the pool's time.
/// Cost:     a frame from recycled memory. Ready: as select, beside some tens of nanoseconds.
/// Example:  examples/async/worker_pool.cpp
template <detail::channels::select_arm... Arms>
[[nodiscard]] auto async_select(Arms&&... arms)
{
    return detail::channels::async_select_from<true>(std::forward<Arms>(arms)...);
}

/// As async_select, but if several operations are ready the first of them is done.
template <detail::channels::select_arm... Arms>
[[nodiscard]] auto async_select_biased(Arms&&... arms)
{
    return detail::channels::async_select_from<false>(std::forward<Arms>(arms)...);
}

}  // namespace weft
