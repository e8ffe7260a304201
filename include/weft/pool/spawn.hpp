// weft/pool/spawn.hpp - tasks that nobody waits for; where this thread is; giving way.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/detail/task.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

template <class F>
void spawn_into(pool_core& pool, F&& f)
{
    using function = std::decay_t<F>;
    static_assert(std::invocable<function>, "weft::spawn: the task must be callable without arguments");
    auto* t = make<task_of<function>>(std::forward<F>(f));
    t->run = [](task* self, worker* here) noexcept {
        auto* mine = static_cast<task_of<function>*>(self);
        try {
            if (here != nullptr) static_cast<void>(std::move(mine->function)());
        } catch (...) {
            report_unhandled(here->pool, std::current_exception());
        }
        dispose(mine);
    };
    spawn_detached(pool, t);
}

}  // namespace detail

/// Runs `f()` some time on a thread of the pool of this thread, or of the global one. Nobody waits for it but the
/// destructor of the pool; tasks of the global pool that have not run when the process exits are lost. What `f` refers
/// to must outlive it: see scope for tasks that use locals.
///
/// Tasks that one worker spawns run newest first on it; other threads take the oldest. From outside a pool: oldest
/// first.
///
/// Throws: std::bad_alloc, what moving `f` throws, and from outside a pool what starting the global one throws. What
///         `f` itself throws goes to pool_options::on_unhandled.
/// Order:  all that the caller did before happens before the task.
/// Cost:   one allocation, and 20 to 50 ns; a system call if a thread must be woken.
/// Example: examples/pool/spawn.cpp
template <class F>
void spawn(F&& f)
{
    detail::spawn_into(detail::current_pool(), std::forward<F>(f));
}

/// The index of this thread in its pool, below current_num_threads(). No two threads have the same index at the same
/// time. Nothing outside a pool, and for callers beyond the pool's number of threads.
[[nodiscard]] std::optional<std::size_t> current_thread_index() noexcept;

/// The number of threads of this thread's pool, or of the global one, which is made if need be.
[[nodiscard]] std::size_t current_num_threads();

/// What yield_now and yield_local did.
enum class yield_result {
    not_in_pool,  ///< this thread works for no pool
    idle,         ///< there was no task
    executed,     ///< one task has run
};

/// Runs one waiting task of the pool, whichever it finds first, on this thread: for loops that wait for something else
/// that a task will do. Unlike the waiting of join and scope this may run unrelated tasks: hold no lock.
yield_result yield_now();

/// As yield_now, but only a task that this worker itself has spawned.
yield_result yield_local();

/// Lets idle threads have the work that this one has forked: call it now and then in a long computation that forks
/// nothing itself. One load if nobody wants any.
void poll() noexcept;

namespace detail {

/// A stay in a call that blocks: the pool may use another thread meanwhile.
class blocking_section {
public:
    blocking_section();
    ~blocking_section();
    blocking_section(const blocking_section&) = delete;
    blocking_section& operator=(const blocking_section&) = delete;

private:
    worker* place_;
};

}  // namespace detail

/// Calls `f()`, which may block for long (input, a lock, a sleep), and returns what it returns. Meanwhile the pool
/// keeps its number of working threads: another thread, started if need be, takes this one's part. Outside a pool it
/// just calls `f()`.
///
/// Throws: what `f` throws. If no thread can be started, `f` is called all the same.
/// Cost:   about a microsecond, or a thread start.
template <class F>
decltype(auto) blocking(F&& f)
{
    static_assert(std::is_invocable_v<F>, "weft: blocking calls its function without arguments");
    const detail::blocking_section section;
    return std::forward<F>(f)();
}

}  // namespace weft
