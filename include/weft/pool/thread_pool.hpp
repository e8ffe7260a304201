// weft/pool/thread_pool.hpp - your own pools, and the global one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/broadcast.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/pool_options.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/spawn.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

/// A work-stealing pool of threads. Most programs need not make one: join, scope, spawn and the parallel iterators use
/// the global pool by themselves. Your own pools separate kinds of work, or set options.
///
/// A call from outside, such as install, takes the place of one of the pool's threads and runs on the calling thread,
/// so that no more than num_threads threads work at once. When all are busy the caller gets an extra place. A thread
/// that waits, blocks or calls into another pool lets another thread work in its stead.
///
/// Floating point: what a thread of the pool runs for others, it runs in the environment (rounding, flushing to zero,
/// traps) of the thread that handed it out, as it was then: a loop or a join as when it was called, a task as when it
/// was spawned, a helper of a stream as when it was called in. Afterwards it is back in that of the thread that made
/// the pool. So results do not depend on who computes them. A function that changes the environment itself should put
/// it back; what it forks meanwhile runs under the changed one. On x86, flushing to zero that a function turns on after
/// it has spawned something is seen by its loops and joins, but not by what it spawns then. Flags (inexact, overflow,
/// ..) stay with the thread that raised them: those of functions that others ran are lost, so do not test flags across
/// a call.
///
/// Signals: the threads of a pool, and those that step in, block all that are sent to the process (SIGINT, SIGTERM,
/// SIGUSR1, ..), so the program's own threads get these, or wait for them, as if there were no pool. Left as on the
/// thread that started them are those that answer what a thread does itself (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP,
/// SIGSYS, SIGABRT; SIGPIPE, SIGXFSZ, SIGTTIN, SIGTTOU), and SIGPROF and SIGVTALRM for profilers. A task or an
/// on_thread_start that wants other signals unblocks them on its thread (pthread_sigmask). A child process that a task
/// starts inherits the mask. Callers from outside keep theirs.
///
/// Thread safety: any thread may use a pool at any time between construction and destruction.
/// Example:       examples/pool/own_pool.cpp
class thread_pool {
public:
    /// Starts the threads.
    ///
    /// Throws: std::invalid_argument for more than 4096 threads; std::system_error if a thread cannot be started; what
    ///         on_thread_start throws. Threads started before then have ended when the exception leaves.
    explicit thread_pool(const pool_options& options = {});

    /// A bare number is an error, whose message says what to write.
    template <class N>
        requires std::is_integral_v<N>
    explicit thread_pool(N) : thread_pool(pool_options())
    {
        static_assert(!std::is_integral_v<N>,
                      "weft: a number does not say what it is of: write thread_pool({.num_threads = 4})");
    }

    /// Waits until all work has ended, including detached tasks and what they wait for, which runs on all threads as
    /// before; then until all threads have ended. Calls of other members must have returned, except those from the
    /// pool's own tasks. Must not be called from one of the pool's own threads, which would wait for itself: that is
    /// reported on stderr and ends the program.
    ~thread_pool();

    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;

    /// Runs `f()` on this thread as a member of the pool and returns what it returns: every join, scope, spawn and
    /// parallel iterator inside uses this pool.
    ///
    /// Throws: what `f` throws.
    /// Cost:   about 50 ns.
    template <class F>
    decltype(auto) install(F&& f)
    {
        static_assert(std::is_invocable_v<F>, "weft: install calls its function without arguments");
        const detail::visit here(*core_);
        return std::forward<F>(f)();
    }

    /// weft::join in this pool.
    template <class... Fs>
    decltype(auto) join(Fs&&... fs)
    {
        return install([&]() -> decltype(auto) { return weft::join(std::forward<Fs>(fs)...); });
    }

    /// weft::scope in this pool.
    template <class F>
    decltype(auto) scope(F&& body)
    {
        return install([&]() -> decltype(auto) { return weft::scope(std::forward<F>(body)); });
    }

    /// weft::spawn in this pool.
    template <class F>
    decltype(auto) spawn(F&& f)
    {
        return detail::spawner<std::decay_t<F>>::spawn(*core_, std::forward<F>(f));
    }

    /// weft::broadcast in this pool.
    template <class F>
    auto broadcast(F&& f)
    {
        return detail::broadcast_in(*core_, f);
    }

    /// For a coroutine to await, which then goes on in this pool: see weft/async/schedule.hpp.
    template <class Awaiter = detail::schedule_awaiter>
    [[nodiscard]] auto schedule() noexcept
    {
        return Awaiter(*core_);
    }

    /// The number of threads that work at once.
    [[nodiscard]] std::size_t num_threads() const noexcept { return detail::thread_count(*core_); }

private:
    friend struct detail::pool_access;
    detail::pool_core* core_;
};

/// Starts the global pool with your own options; call it before anything uses the pool, early in main.
///
/// Throws: std::logic_error if the global pool is already running; otherwise as the constructor of thread_pool, and
///         then there is still no global pool.
void init_global_pool(const pool_options& options);

}  // namespace weft
