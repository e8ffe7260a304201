// weft/async/detail/promise.hpp - the promises of tasks, and the result of a task.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/strand.hpp>
#include <weft/async/detail/task_result.hpp>
#include <weft/base/detail/coroutine.hpp>
#include <weft/pool/detail/short_lived.hpp>
#include <weft/seam/construct.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

template <class T>
class task;

namespace detail {

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<weft::task<T>> = true;

/// Stands for an awaiter that is somewhere else: GCC 12 copies what is not made in the co_await itself.
template <class A>
class awaiter_elsewhere : public strand_awaiter {
public:
    explicit awaiter_elsewhere(A& a) noexcept : awaiter_(detail::address_of(a)) {}
    [[nodiscard]] bool await_ready() noexcept { return awaiter_->await_ready(); }
    template <class Promise>
    auto await_suspend(std::coroutine_handle<Promise> caller) noexcept(noexcept(awaiter_->await_suspend(caller)))
    {
        return awaiter_->await_suspend(caller);
    }
    decltype(auto) await_resume() { return awaiter_->await_resume(); }

private:
    A* awaiter_;
};

/// What `co_await x` awaits, as the language finds it.
template <class A>
decltype(auto) awaiter_of(A&& a)
{
    if constexpr (requires { static_cast<A&&>(a).operator co_await(); }) {
        return static_cast<A&&>(a).operator co_await();
    } else if constexpr (requires { operator co_await(static_cast<A&&>(a)); }) {
        return operator co_await(static_cast<A&&>(a));
    } else {
        return awaiter_elsewhere<std::remove_reference_t<A>>(a);
    }
}

template <class A>
inline constexpr bool is_awaiter_of_weft = std::is_base_of_v<strand_awaiter, A>;
template <class A>
inline constexpr bool is_awaiter_of_weft<awaiter_elsewhere<A>> = std::is_base_of_v<strand_awaiter, A>;

template <class A>
using awaiter_type = std::remove_cvref_t<decltype(detail::awaiter_of(std::declval<A>()))>;

/// Whether this is a task that has a name: it is not awaited like that.
template <class A>
inline constexpr bool is_named_task = is_task<std::remove_cvref_t<A>> && std::is_lvalue_reference_v<A>;

/// Whether a coroutine of weft may co_await an A.
template <class A>
inline constexpr bool is_awaitable = is_task<std::remove_cvref_t<A>> || is_awaiter_of_weft<awaiter_type<A>>;

/// The end of a task: who awaits it goes on, or the strand has ended.
struct final_awaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept
    {
        return self.promise().leave();
    }
    void await_resume() const noexcept {}
};

/// What the promises of tasks have in common, whatever their result.
class task_promise : public strand_promise {
public:
    static void* operator new(std::size_t bytes) { return detail::allocate_short_lived(bytes); }
    static void operator delete(void* memory, std::size_t bytes) noexcept { detail::free_short_lived(memory, bytes); }

    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] final_awaiter final_suspend() const noexcept { return {}; }

    template <class A>
    [[nodiscard]] decltype(auto) await_transform(A&& a) const
    {
        static_assert(!is_named_task<A>, "weft: a task is awaited once, and is gone then: write co_await std::move(t)");
        static_assert(
            is_awaitable<A>,
            "weft: a task can await tasks, and what weft makes for that purpose; anything else would resume it "
            "behind its pool's back");
        if constexpr (!is_named_task<A> && is_awaitable<A>) {
            return detail::awaiter_of(static_cast<A&&>(a));
        } else {
            static_cast<void>(a);
            return std::suspend_never();  // refused: no more errors
        }
    }

    /// Begins on behalf of `caller`, a coroutine of the strand `s` that awaits this one.
    [[nodiscard]] std::coroutine_handle<> enter(strand& s, std::coroutine_handle<> caller,
                                                std::coroutine_handle<> self) noexcept
    {
        strand_ = &s;
        caller_ = caller;
        return s.go_on(self);
    }
    /// Is the first coroutine of `s`.
    void begin(strand& s) noexcept { strand_ = &s; }

    [[nodiscard]] std::coroutine_handle<> leave() noexcept
    {
        if (caller_) [[likely]]
            return strand_->go_on(caller_);
        strand_->now->ended = true;
        return std::noop_coroutine();
    }

protected:
    std::coroutine_handle<> caller_{};
};

template <class T>
class promise_of final : public task_promise {
public:
    weft::task<T> get_return_object() noexcept;

    template <class U = T>
        requires std::is_constructible_v<T, U&&>
    void return_value(U&& value)
    {
        result_.put(static_cast<U&&>(value));
    }
    void unhandled_exception() noexcept { result_.fail(); }

    [[nodiscard]] task_result<T>& result() noexcept { return result_; }

private:
    task_result<T> result_;
};

template <>
class promise_of<void> final : public task_promise {
public:
    weft::task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void unhandled_exception() noexcept { result_.fail(); }

    [[nodiscard]] task_result<void>& result() noexcept { return result_; }

private:
    task_result<void> result_;
};

}  // namespace detail

}  // namespace weft
