// weft/async/task.hpp - a coroutine that is awaited.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/promise.hpp>
#include <weft/async/detail/strand.hpp>
#include <weft/base/detail/coroutine.hpp>
#include <weft/base/detail/throw.hpp>

#include <utility>

namespace weft {

namespace detail {

struct task_access;

template <class T>
class task_awaiter : public strand_awaiter {
public:
    explicit task_awaiter(std::coroutine_handle<promise_of<T>> child) noexcept : child_(child) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> caller) const noexcept
    {
        return child_.promise().enter(caller.promise().here(), caller, child_);
    }
    T await_resume() const { return child_.promise().result().take(); }

private:
    std::coroutine_handle<promise_of<T>> child_;
};

}  // namespace detail

/// What a function returns that is a coroutine: work that has not begun, and gives a T, or throws, once it is awaited.
///
///     weft::task<int> answer() { co_return 42; }
///     weft::task<> print() { std::printf("%d\n", co_await answer()); }
///     weft::sync_wait(print());
///
/// `co_await` of a task runs it here and now, like a call; sync_wait runs one from ordinary code, spawn beside others.
/// T may be void, a reference, not default-constructible, only movable. A task is awaited once, as an rvalue
/// (`co_await std::move(t)` for one with a name). One that never is runs nothing, and destroys its arguments. One that has
/// been begun runs to its end before it is destroyed.
///
/// A coroutine keeps copies of its arguments, but of a reference only the reference, and of a lambda's captures nothing:
/// what they refer to must live until the task has ended. A lambda that is a coroutine is safe if it captures nothing, or
/// is itself alive until then.
///
/// A task may go on, on another thread, after each co_await: hold no lock of the thread's (weft::async_mutex is not one)
/// across it, and keep no address of a thread_local.
///
/// Throws: from the call of the coroutine std::bad_alloc, and what copying its arguments throws; from co_await what the
///         task has let pass.
/// Cost:   a frame from recycled memory, and some nanoseconds, to await it. Any number of awaits in a loop, or of tasks
///         each awaiting the next, takes no stack. One that never waits lets others run now and then.
/// Example: examples/async/hello.cpp
template <class T = void>
class [[nodiscard]] task {
public:
    using promise_type = detail::promise_of<T>;
    using value_type = T;

    task(task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    task& operator=(task&& other) noexcept
    {
        task taken(std::move(other));
        std::swap(frame_, taken.frame_);
        return *this;
    }
    ~task()
    {
        if (frame_) frame_.destroy();
    }

    /// For co_await of an rvalue. Throws std::invalid_argument if the task has been moved from.
    [[nodiscard]] detail::task_awaiter<T> operator co_await() &&;

private:
    friend promise_type;
    friend detail::task_access;

    explicit task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

    std::coroutine_handle<promise_type> frame_;
};

namespace detail {

template <class T>
weft::task<T> promise_of<T>::get_return_object() noexcept
{
    return weft::task<T>(std::coroutine_handle<promise_of<T>>::from_promise(*this));
}

inline weft::task<void> promise_of<void>::get_return_object() noexcept
{
    return weft::task<void>(std::coroutine_handle<promise_of<void>>::from_promise(*this));
}

struct task_access {
    /// Throws std::invalid_argument if there is none.
    template <class T>
    [[nodiscard]] static std::coroutine_handle<promise_of<T>> frame(const weft::task<T>& t)
    {
        if (!t.frame_) [[unlikely]]
            detail::throw_invalid_argument("weft::task: there is nothing to run: it has been moved from");
        return t.frame_;
    }
    /// The frame, which is the caller's now to destroy.
    template <class T>
    [[nodiscard]] static std::coroutine_handle<promise_of<T>> release(weft::task<T>& t) noexcept
    {
        return std::exchange(t.frame_, nullptr);
    }
};

}  // namespace detail

template <class T>
detail::task_awaiter<T> task<T>::operator co_await() &&
{
    return detail::task_awaiter<T>(detail::task_access::frame(*this));
}

}  // namespace weft
