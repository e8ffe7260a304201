// weft/pool/scope.hpp - spawn any number of tasks that may use the caller's locals, and wait for all of them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/code_place.hpp>
#include <weft/pool/detail/short_lived.hpp>
#include <weft/pool/detail/task.hpp>
#include <weft/pool/observed_region.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

template <class F>
decltype(auto) scope(F&& body, detail::code_place where = detail::code_place::here());

namespace detail {
template <class F>
[[gnu::always_inline]] inline decltype(auto) scope_in_region(F&& body);
}  // namespace detail

/// What scope() passes to its body: spawns tasks that end before scope() returns.
///
/// Thread safety: any thread may spawn, while the body or a task of this scope runs.
class task_scope {
public:
    task_scope(const task_scope&) = delete;
    task_scope& operator=(const task_scope&) = delete;

    /// Spawns a task that calls `f(task_scope&)` or `f()`, once, as an rvalue. It may refer to anything that outlives
    /// the call of scope() (the body's own locals do not: tasks may run after the body has returned), and may spawn
    /// more tasks into the scope.
    ///
    /// Tasks that one thread spawns run newest first on that thread; others take the oldest. See spawn_fifo.
    ///
    /// Throws: std::bad_alloc, and what moving `f` throws; nothing is spawned then.
    /// Order:  all that the caller did earlier happens before the task; the task happens before scope() returns.
    /// Cost:   about 43 ns: one or two locked operations, and memory that an earlier task has left, if there was one of its
    ///         size; 15 more while another thread looks for work.
    template <class F>
    void spawn(F&& f)
    {
        core_.spawn(make_task(std::forward<F>(f)));
    }

    /// As spawn, but the tasks spawned with spawn_fifo into this scope start in the order in which they were spawned.
    template <class F>
    void spawn_fifo(F&& f)
    {
        core_.spawn_fifo(make_task(std::forward<F>(f)));
    }

    /// Spawns one task for every thread of the pool, to run on that thread: `f(index)` or `f()`, called through
    /// `const F&` and possibly by all threads at once. The task of a busy thread starts when what that
    /// thread runs has ended; that of a thread that waits starts on whichever thread has its index meanwhile, or on
    /// the thread itself if it waits for this scope.
    ///
    /// Throws: std::bad_alloc, and what moving `f` throws; nothing is spawned then.
    template <class F>
    void spawn_broadcast(F&& f)
    {
        using shared_function = std::decay_t<F>;
        static_assert(std::invocable<const shared_function&, std::size_t> || std::invocable<const shared_function&>,
                      "weft: a task of spawn_broadcast is called by all threads at once, through a const reference, "
                      "without arguments or with the index of the thread");
        struct crew;
        struct part : detail::task {
            crew* owner = nullptr;
            std::size_t index = 0;
        };
        /// The function and the tasks that call it; the last task destroys the function.
        struct crew {
            crew(F&& f, std::size_t count) : function(std::forward<F>(f)), parts(count), left(count) {}
            void call(std::size_t index) const
            {
                if constexpr (std::invocable<const shared_function&, std::size_t>) {
                    static_cast<void>(function(index));
                } else {
                    static_cast<void>(index);
                    static_cast<void>(function());
                }
            }
            const shared_function function;
            std::vector<part> parts;
            detail::atomic<std::size_t> left;
        };
        const std::size_t count = core_.num_threads();
        std::vector<detail::task*> tasks(count);
        crew* const all = detail::make<crew>(std::forward<F>(f), count);
        for (std::size_t i = 0; i < count; ++i) {
            part& p = all->parts[i];
            p.owner = all;
            p.index = i;
            p.run = [](detail::task* self, detail::worker* here) noexcept {
                auto& mine = *static_cast<part*>(self);
                detail::scope_core* const core = mine.scope;
                try {
                    if (here != nullptr) mine.owner->call(mine.index);
                } catch (...) {
                    core->fail(std::current_exception());
                }
                // Acquire and release: what the others did with it happens before it is destroyed (mail_at_the_end).
                if (mine.owner->left.fetch_sub(1, detail::order::acq_rel) == 1) detail::dispose(mine.owner);
                if (here != nullptr) core->task_done();
            };
            tasks[i] = detail::address_of(p);
        }
        core_.spawn_to_each(tasks.data(), count);
    }

private:
    template <class F>
    friend decltype(auto) detail::scope_in_region(F&& body);

    explicit task_scope(detail::worker& home) noexcept : core_(home) {}

    template <class F>
    detail::task* make_task(F&& f)
    {
        using function = std::decay_t<F>;
        static_assert(std::invocable<function, task_scope&> || std::invocable<function>,
                      "weft: a task of a scope is called without arguments, or with the task_scope&");
        struct scope_task : detail::task_of<function> {
            scope_task(F&& g, task_scope& s) : detail::task_of<function>(std::forward<F>(g)), owner(s) {}
            task_scope& owner;
        };
        auto* t = detail::make_short_lived<scope_task>(std::forward<F>(f), *this);
        t->scope = &core_;
        t->run = [](detail::task* self, detail::worker* here) noexcept {
            auto* mine = static_cast<scope_task*>(self);
            if (here == nullptr) return detail::dispose_short_lived(mine);
            task_scope& owner = mine->owner;
            try {
                if constexpr (std::invocable<function, task_scope&>) {
                    static_cast<void>(std::move(mine->function)(owner));
                } else {
                    static_cast<void>(std::move(mine->function)());
                }
            } catch (...) {
                owner.core_.fail(std::current_exception());
            }
            detail::dispose_short_lived(mine);
            owner.core_.task_done();
        };
        return t;
    }

    detail::scope_core core_;
};

/// Calls `body(task_scope&)` on this thread and returns its value once every task that was spawned into the scope,
/// directly or by its tasks, has ended. From outside a pool, this thread takes a place in the global pool meanwhile.
///
/// Throws:   the first exception that the body or a task threw, after all tasks have ended; a task that throws does
///           not stop the others. Tasks that were spawned before the body threw still run.
/// Blocking: while it waits, this thread runs tasks of this scope and what descends from them, nothing else; then it
///           sleeps, and another thread may use its seat.
/// Order:    all tasks happen before the return.
/// Cost:     about 43 ns a task (bench/pool/spawn_bench.cpp). For a few functions join is cheaper.
/// Example:  examples/pool/scope.cpp
template <class F>
decltype(auto) scope(F&& body, detail::code_place where)
{
    static_assert(std::invocable<F, task_scope&>, "weft::scope: the body must be callable as body(task_scope&)");
    const detail::observed_region region(where);
    return detail::scope_in_region(std::forward<F>(body));
}

/// As scope, but what it does counts for the region around it.
template <class F>
[[gnu::always_inline]] inline decltype(auto) detail::scope_in_region(F&& body)
{
    const detail::visit here;
    task_scope s(here.place());
    using result = std::invoke_result_t<F, task_scope&>;
    const auto run_body = [&]() -> result {
        try {
            return std::forward<F>(body)(s);
        } catch (...) {
            s.core_.fail(std::current_exception());
            s.core_.finish();  // throws
            throw;
        }
    };
    if constexpr (std::is_void_v<result>) {
        run_body();
        s.core_.finish();
    } else {
        result value = run_body();
        s.core_.finish();
        return static_cast<result>(std::forward<result>(value));
    }
}

}  // namespace weft
