// weft/async/async_scope.hpp - tasks that end before the one that started them goes on.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/promise.hpp>
#include <weft/async/detail/stop_state.hpp>
#include <weft/async/detail/strand.hpp>
#include <weft/async/detail/task_result.hpp>
#include <weft/async/task.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/construct.hpp>

#include <cstddef>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

namespace weft {

class async_task_scope;

namespace detail {

/// What a scope knows of its tasks.
///
/// Roles       parent: the strand whose body it is.  tasks: those that were spawned.
///
/// Fields      left_     tasks that have not ended, but for those that the parent has spawned in the body: as long as that runs, it
///                       counts for more than there can be tasks, and when it ends, for as many fewer as it has spawned
///             spawned_  how many the parent has spawned; the parent's own
///             failed_   whether error_ is somebody's; who sets it writes error_ before it counts itself out
///             asked_    whether the scope has asked its tasks to stop by itself
///
/// Orders      O1  task ends: left_ decrement acquire-release -> the last one's. The parent goes on after all that the
///                 tasks did, and after error_ was written.
///             O2  spawn: left_ increment relaxed: whoever spawns is counted already, or is the body.
///             O3  asked_ store relaxed, before the request -> load relaxed: who was stopped by the request knows of it by the
///                 lock of its link, or by requested_, and so sees what was written before it.
///
/// Checked by  tests/model/async_model.cpp: async_scope_ends (O1), async_scope_spawns_from_a_task (O2), async_scope_fails (O1, O3).
class async_scope_core {
public:
    async_scope_core() noexcept = default;
    async_scope_core(const async_scope_core&) = delete;
    async_scope_core& operator=(const async_scope_core&) = delete;

    /// Counts a task in, and starts it.
    void start(strand& child, std::coroutine_handle<> first) noexcept;
    /// A task that runs in `core` has ended.
    strand* ended(async_core& core, std::exception_ptr error) noexcept;
    /// The body has thrown.
    void body_failed() noexcept;
    void request_stop() noexcept;
    void rethrow()
    {
        if (failed_.load(order::relaxed)) std::rethrow_exception(std::move(error_));
    }

    struct open_awaiter : strand_awaiter {
        async_scope_core& scope;
        explicit open_awaiter(async_scope_core& s) noexcept : scope(s) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class Promise>
        bool await_suspend(std::coroutine_handle<Promise> body) noexcept
        {
            scope.begin(body.promise().here());
            return false;
        }
        void await_resume() const noexcept {}
    };
    /// The end of the body: waits for the tasks. It cannot be stopped; the tasks can.
    struct close_awaiter : strand_awaiter {
        async_scope_core& scope;
        explicit close_awaiter(async_scope_core& s) noexcept : scope(s) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class Promise>
        bool await_suspend(std::coroutine_handle<Promise> body) noexcept
        {
            scope.parent_->next = body;
            async_scope_core::tell(true);
            const std::size_t body_counts = of_body - scope.spawned_;
            if (scope.left_.fetch_sub(body_counts, order::acq_rel) != body_counts)  // O1
                return true;                                                        // resumed elsewhere perhaps
            async_scope_core::tell(false);
            return false;
        }
        void await_resume() noexcept { scope.finish(); }
    };
    [[nodiscard]] open_awaiter open() noexcept { return open_awaiter(*this); }
    [[nodiscard]] close_awaiter close() noexcept { return close_awaiter(*this); }

private:
    void begin(strand& parent) noexcept;
    static void tell(bool waits) noexcept;
    void finish() noexcept;
    void fail(std::exception_ptr error) noexcept;

    static constexpr std::size_t of_body = ~std::size_t{0} / 2;

    // What the parent needs to spawn, a line apart from what tasks change at their end (no alignas: GCC 12 has none in frames).
    std::size_t spawned_ = 0;
    strand* parent_ = nullptr;
    async_core* core_ = nullptr;
    stop_state* before_ = nullptr;
    stop_state mine_;
    [[maybe_unused]] char apart_[cache_line_size] = {};
    strand* goes_on_ = nullptr;  ///< the parent, for those that end
    atomic<std::size_t> left_{of_body};
    atomic<bool> asked_{false};
    atomic<bool> failed_{false};
    std::exception_ptr error_;
};

/// A task of a scope.
template <class T>
class scope_task final : public strand {
public:
    static scope_task* make(async_scope_core& in, std::coroutine_handle<promise_of<T>> frame)
    {
        return ::new (detail::allocate_short_lived(sizeof(scope_task))) scope_task(in, frame);
    }

private:
    scope_task(async_scope_core& in, std::coroutine_handle<promise_of<T>> frame) noexcept : scope_(in), frame_(frame)
    {
        frame.promise().begin(*this);
        end = [](strand& self) noexcept -> strand* {
            auto& t = static_cast<scope_task&>(self);
            async_scope_core& home = t.scope_;
            async_core& at = *t.core;
            std::exception_ptr error = t.frame_.promise().result().take_error();
            t.frame_.destroy();
            strand* const then =
                home.ended(at, std::move(error));  // which may call functions of the user: t lives still
            t.~scope_task();
            detail::free_short_lived(detail::address_of(t), sizeof(scope_task));
            return then;
        };
    }
    ~scope_task() = default;

    async_scope_core& scope_;
    const std::coroutine_handle<promise_of<T>> frame_;
};

/// The type of an async_scope whose body returns a Result.
template <class Result>
struct scope_of_body {
    static_assert(is_task<Result>, "weft: the body of an async_scope must be a coroutine that returns a weft::task");
    using type = std::conditional_t<is_task<Result>, Result, weft::task<void>>;
};
template <class F>
using scope_task_of = typename scope_of_body<std::invoke_result_t<F&, async_task_scope&>>::type;

}  // namespace detail

/// What async_scope hands to its body: for spawning tasks.
///
/// Thread safety: any thread, while the body or a task of the scope runs.
class async_task_scope {
public:
    async_task_scope(const async_task_scope&) = delete;
    async_task_scope& operator=(const async_task_scope&) = delete;

    /// Starts a task that the scope waits for; its value is dropped. What it throws the scope throws at its end.
    ///
    /// Throws: std::bad_alloc; the task has then not run.
    template <class T>
    void spawn(task<T> t)
    {
        auto* const child = detail::scope_task<T>::make(*core_, detail::task_access::frame(t));
        core_->start(*child, detail::task_access::release(t));
    }

    /// Asks the body and all tasks to stop, also those that are spawned later. That they then end with weft::stopped is no
    /// failure of the scope; if the body does, the scope throws it.
    void request_stop() noexcept { core_->request_stop(); }

private:
    template <class F>
    friend auto async_scope(F body) -> detail::scope_task_of<F>;
    explicit async_task_scope(detail::async_scope_core& core) noexcept : core_(&core) {}

    detail::async_scope_core* core_;
};

/// A task that calls `body(scope)`, which is a coroutine and may spawn tasks by `scope.spawn(task)`, and ends when the body
/// and all of these have ended. It gives what the body gives. So the tasks may use the body's surroundings, and what it
/// has captured; but its own locals, lambdas among them, end with the body, which may be before the tasks do.
///
///     co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
///         for (auto& c : clients) s.spawn(talk(c));
///         co_return;
///     });
///
/// The first exception, of the body or a task, asks all others to stop, and is thrown at the end. If this task is asked to
/// stop, so are all.
///
/// Throws:  from the call std::bad_alloc, and what copying `body` throws.
/// Cost:    a frame; for each task a piece of recycled memory, and what to make it run elsewhere costs.
/// Example: examples/async/hello.cpp
template <class F>
auto async_scope(F body) -> detail::scope_task_of<F>
{
    using value = typename detail::scope_task_of<F>::value_type;
    detail::async_scope_core core;
    async_task_scope scope(core);
    detail::task_result<value> given;
    co_await core.open();
    try {
        if constexpr (std::is_void_v<value>) {
            co_await body(scope);
        } else {
            given.put(co_await body(scope));
        }
    } catch (...) {
        core.body_failed();
    }
    co_await core.close();
    core.rethrow();
    if constexpr (!std::is_void_v<value>) co_return given.take();
}

}  // namespace weft
