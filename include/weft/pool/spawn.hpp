// weft/pool/spawn.hpp - tasks that nobody waits for; where this thread is; giving way.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/noted_block.hpp>
#include <weft/pool/detail/short_lived.hpp>
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
    auto* t = detail::make_short_lived<task_of<function>>(std::forward<F>(f));
    t->run = [](task* self, worker* here) noexcept {
        auto* mine = static_cast<task_of<function>*>(self);
        try {
            if (here != nullptr) static_cast<void>(std::move(mine->function)());
        } catch (...) {
            report_unhandled(here->pool, std::current_exception());
        }
        detail::dispose_short_lived(mine);
    };
    detail::spawn_detached(pool, t);
}

/// What `spawn` does with an F: a function runs as a task. Other layers specialise it for their own types.
template <class F>
struct spawner {
    template <class G>
    static void spawn(pool_core& pool, G&& f)
    {
        detail::spawn_into(pool, std::forward<G>(f));
    }
};

/// How other layers get into a pool.
struct pool_access {
    template <class Pool>
    [[nodiscard]] static pool_core& core(const Pool& pool) noexcept
    {
        return *pool.core_;
    }
};

class schedule_awaiter;

}  // namespace detail

/// Runs `f()` at some time on a thread of this thread's pool, or of the global one. Nobody waits for it except the
/// destructor of the pool; tasks of the global pool that have not run when the process exits are lost. What `f` refers
/// to must outlive it: see scope for tasks that use locals.
///
/// Tasks that one worker spawns run newest first on it; other threads take the oldest. From outside a pool: oldest
/// first.
///
/// Throws: std::bad_alloc, what moving `f` throws, and from outside a pool what starting the global one throws. What
///         `f` itself throws goes to pool_options::on_unhandled.
/// Order:  all that the caller did earlier happens before the task.
/// Cost:   40 to 60 ns, with memory that an earlier task has left, if there was one of its size; a system call if a thread
///         must be woken.
/// Example: examples/pool/spawn.cpp
template <class F>
decltype(auto) spawn(F&& f)
{
    return detail::spawner<std::decay_t<F>>::spawn(detail::current_pool(), std::forward<F>(f));
}

/// The index of this thread in its pool, below current_num_threads(). No two threads have the same index at the same
/// time. Nothing outside a pool, inside weft::blocking, for callers beyond the pool's number of threads, and for a
/// moment after a wait if all others are working.
///
/// A thread that waits gives its index away, so ask again after every call that may wait: a join, a scope, a loop,
/// blocking, a call into another pool.
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
/// that a task will do. Unlike the waiting in join and scope, this may run unrelated tasks: hold no lock. Tasks that
/// yield in turn run on top of each other, 32 deep; beyond that another thread runs one while this one waits a moment.
/// A task that waits for one below it on the same stack waits forever: weft::blocking has no such trap.
yield_result yield_now();

/// As yield_now, but runs only a task that this worker itself has spawned.
yield_result yield_local();

/// Lets idle threads have the work that this one has forked: call it now and then in a long computation that forks
/// nothing itself. One load if nobody wants it.
void poll() noexcept;

namespace detail {

/// Lasts as long as a call that blocks: the pool may use another thread meanwhile.
class blocking_section {
public:
    /// `kind`: what for, a static string.
    explicit blocking_section(const char* kind = "blocking");
    ~blocking_section();
    blocking_section(const blocking_section&) = delete;
    blocking_section& operator=(const blocking_section&) = delete;

private:
    noted_block blocked_;  // begins first and ends last
    worker* place_;
};

}  // namespace detail

/// Calls `f()`, which may block for a long time (input, a lock, a sleep), and returns what it returns. The pool
/// keeps its number of working threads meanwhile: if there is work, now or later, another thread, started if need be,
/// does it. Thousands of tasks may block at once; pool_options::stack_size says how much a thread takes. Outside a pool
/// it just calls `f()`.
///
/// Afterwards no more than num_threads + 1 tasks compute: if many come back at once, they go on one after another.
///
/// Throws: what `f` throws. If no thread can be started, `f` is called anyway.
/// Cost:   less than a microsecond, or a thread start.
template <class F>
decltype(auto) blocking(F&& f)
{
    static_assert(std::is_invocable_v<F>, "weft: blocking calls its function without arguments");
    const detail::blocking_section section;
    return std::forward<F>(f)();
}

}  // namespace weft
