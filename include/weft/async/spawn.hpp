// weft/async/spawn.hpp - tasks that run beside others, and handles to wait for them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/join_block.hpp>
#include <weft/async/detail/stopped.hpp>
#include <weft/async/task.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/seam/construct.hpp>

#include <type_traits>
#include <utility>

namespace weft {

template <class T>
class join_handle;

namespace detail {

template <class T>
class join_awaiter : public strand_awaiter {
public:
    explicit join_awaiter(join_handle<T>& handle) noexcept : handle_(handle) {}
    join_awaiter(const join_awaiter&) = delete;
    join_awaiter& operator=(const join_awaiter&) = delete;

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept
    {
        strand_ = detail::address_of(caller.promise().here());
        strand_->next = caller;
        return handle_.block_->wait(waiter_, *strand_);  // it may be resumed elsewhere by now
    }
    T await_resume()
    {
        if (!handle_.block_->waited(waiter_, *strand_)) detail::throw_stopped();
        return handle_.take();
    }

private:
    join_handle<T>& handle_;
    strand* strand_ = nullptr;
    join_waiter waiter_;
};

}  // namespace detail

/// A task that was spawned: to wait for it, to ask it to stop, or to let it go.
///
/// Destroyed, or assigned to, the task goes on by itself; what it throws then goes to the pool's on_unhandled, but for
/// weft::stopped. So does what it has thrown already and nobody has asked for.
///
/// Thread safety: one thread, or task, at a time.
template <class T>
class [[nodiscard]] join_handle {
public:
    join_handle(join_handle&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    join_handle& operator=(join_handle&& other) noexcept
    {
        join_handle taken(std::move(other));
        std::swap(block_, taken.block_);
        return *this;
    }
    ~join_handle()
    {
        if (block_ != nullptr) block_->drop();
    }

    /// `co_await h`, once: waits for the task, and gives its value or throws its exception; the handle is empty then.
    /// If this task is asked to stop meanwhile, the wait throws weft::stopped; the other one runs on, and the handle
    /// can be used again.
    ///
    /// Throws: what the task has thrown; std::invalid_argument if the handle is empty.
    [[nodiscard]] detail::join_awaiter<T> operator co_await() &
    {
        require_task();
        return detail::join_awaiter<T>(*this);
    }
    [[nodiscard]] detail::join_awaiter<T> operator co_await() &&
    {
        require_task();
        return detail::join_awaiter<T>(*this);
    }

    /// The same, once, for ordinary code: blocks as sync_wait does.
    T get()
    {
        require_task();
        block_->wait_here();
        return take();
    }

    /// Whether the task has ended: get() will not wait. True for an empty handle.
    [[nodiscard]] bool is_done() const noexcept { return block_ == nullptr || block_->has_ended(); }

    /// Whether there is a task: neither moved from, nor has its result been taken.
    [[nodiscard]] bool is_empty() const noexcept { return block_ == nullptr; }

    /// Asks the task to stop: what it waits for now, or later, throws weft::stopped there. One that waits for nothing
    /// ends as it would have. Does not wait.
    void request_stop() noexcept
    {
        if (block_ != nullptr) block_->request_stop();
    }

private:
    friend detail::join_awaiter<T>;
    template <class>
    friend struct detail::spawner;

    explicit join_handle(detail::join_block_of<T>* block) noexcept : block_(block) {}

    void require_task() const
    {
        if (block_ == nullptr) [[unlikely]]
            detail::throw_invalid_argument("weft::join_handle: empty: it has been moved from, or its result taken");
    }

    T take()
    {
        struct finally {
            detail::join_block_of<T>* block;
            ~finally() { block->drop(); }
        } end{std::exchange(block_, nullptr)};
        return end.block->take();
    }

    detail::join_block_of<T>* block_;
};

namespace detail {

/// `weft::spawn(task)` and `pool.spawn(task)`: the task starts now, on the pool's threads, and runs beside its caller. The
/// handle waits for it.
///
/// The task is not stopped with its spawner: it is the handle's. The destructor of the pool asks all its tasks to stop
/// and waits for their ends. See async_scope for tasks that must not outlive their parent.
///
/// Throws: std::bad_alloc; the task has then not run.
template <class T>
struct spawner<weft::task<T>> {
    static join_handle<T> spawn(pool_core& pool, weft::task<T> t)
    {
        async_core& core = detail::core_of(pool);
        join_block_of<T>* const block = join_block_of<T>::make(task_access::frame(t));
        block->start(core, task_access::release(t));
        return join_handle<T>(block);
    }
};

/// A function that gives a task: called as any other, it would drop the task; and were the task begun, a lambda that has
/// captured something would be gone before it.
template <class F>
    requires is_task<std::invoke_result_t<F&>>
struct spawner<F> {
    template <class G>
    static void spawn(pool_core&, G&&)
    {
        static_assert(
            !is_task<std::invoke_result_t<F&>>,
            "weft: spawn takes a task, not the function that makes one: write spawn(f()), and give f what it needs "
            "as arguments: a lambda's captures end with the lambda");
    }
};

}  // namespace detail

}  // namespace weft
