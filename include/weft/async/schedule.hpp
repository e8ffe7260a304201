// weft/async/schedule.hpp - giving way to other tasks, changing the pool, and which task this is.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/strand.hpp>
#include <weft/async/task.hpp>

#include <cstdint>

namespace weft {

namespace detail {

class yield_awaiter : public strand_awaiter {
public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller) const noexcept
    {
        detail::give_way(caller.promise().here(), caller);
    }
    void await_resume() const noexcept {}
};

/// What a pool's schedule() gives.
class schedule_awaiter : public strand_awaiter {
public:
    explicit schedule_awaiter(pool_core& pool) noexcept : pool_(pool) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller) const
    {
        strand& s = caller.promise().here();
        s.core = &detail::core_of(pool_);
        detail::give_way(s, caller);
    }
    void await_resume() const noexcept {}

private:
    pool_core& pool_;
};

/// See current_task_id.
[[nodiscard]] std::uint64_t id_of_this_task() noexcept;

}  // namespace detail

/// `co_await weft::async_yield()` lets the tasks run that are ready now; this one goes on after them. Not a wait that can
/// be stopped.
///
/// `co_await pool.schedule()` is the same in another pool: the task goes on there, and stays. That pool must live until
/// the task has ended or left.
[[nodiscard]] inline detail::yield_awaiter async_yield() noexcept { return {}; }

/// A number for the task that runs on this thread: the one that was spawned, or given to sync_wait or when_all, not what it
/// awaits. No two tasks have the same, ever. 0 outside every task.
[[nodiscard]] inline std::uint64_t current_task_id() noexcept { return detail::id_of_this_task(); }

}  // namespace weft
