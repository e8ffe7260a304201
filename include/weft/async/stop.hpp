// weft/async/stop.hpp - how a task learns that it is to stop.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/stop_state.hpp>
#include <weft/async/detail/stopped.hpp>
#include <weft/async/task.hpp>
#include <weft/seam/construct.hpp>

#include <stop_token>
#include <utility>

#if defined(_LIBCPP_VERSION) && !defined(__cpp_lib_jthread)
#error "weft: coroutines need std::stop_token, which libc++ before 20 has with -fexperimental-library"
#endif

namespace weft {

namespace detail {

/// The token of a state; one that never stops for null. Throws std::bad_alloc.
[[nodiscard]] std::stop_token stop_token_of(stop_state* state);

class stop_token_awaiter : public strand_awaiter {
public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept
    {
        state_ = caller.promise().here().stop;
        return false;
    }
    [[nodiscard]] std::stop_token await_resume() const { return detail::stop_token_of(state_); }

private:
    stop_state* state_ = nullptr;
};

template <class T>
class detached_from_stop_awaiter : public strand_awaiter {
public:
    explicit detached_from_stop_awaiter(std::coroutine_handle<promise_of<T>> child) noexcept : child_(child) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> caller) noexcept
    {
        strand_ = detail::address_of(caller.promise().here());
        before_ = std::exchange(strand_->stop, nullptr);
        return child_.promise().enter(*strand_, caller, child_);
    }
    T await_resume()
    {
        strand_->stop = before_;
        return child_.promise().result().take();
    }

private:
    std::coroutine_handle<promise_of<T>> child_;
    strand* strand_ = nullptr;
    stop_state* before_ = nullptr;
};

/// A task that must not be stopped, to be awaited.
template <class T>
class [[nodiscard]] detached_task {
public:
    explicit detached_task(weft::task<T> t) noexcept : task_(std::move(t)) {}
    [[nodiscard]] detached_from_stop_awaiter<T> operator co_await() &&
    {
        return detached_from_stop_awaiter<T>(task_access::frame(task_));
    }

private:
    weft::task<T> task_;
};

}  // namespace detail

/// `co_await weft::get_stop_token()` is the std::stop_token of this task: for loops that never wait, which ask it, and for
/// code that is not weft's. What waits in a task needs it not: every wait of weft's that is suspended ends with
/// weft::stopped when its task is asked to stop.
///
/// Tasks have the token of whoever awaits them; when_all, when_any, with_timeout and async_scope stop what runs in them
/// also by themselves. A task in sync_wait, or inside detached_from_stop, is never asked.
///
/// Order:  what waits in the tasks that are asked goes on first; then the callbacks of their tokens are called, on the
///         thread that asks, one after the other.
/// Throws: std::bad_alloc.
/// Cost:   the first time in a task an allocation.
[[nodiscard]] inline detail::stop_token_awaiter get_stop_token() noexcept { return {}; }

/// `co_await weft::detached_from_stop(t)` runs `t`, which is not asked to stop when this task is: for a goodbye, or what
/// must not be left half done.
template <class T>
[[nodiscard]] detail::detached_task<T> detached_from_stop(weft::task<T> t) noexcept
{
    return detail::detached_task<T>(std::move(t));
}

}  // namespace weft
