// weft/pool/thread_pool.hpp - a pool of one's own, and the global one.
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

/// A work-stealing pool of threads. Most programs need none: join, scope, spawn and the parallel iterators use the
/// global pool by themselves. Own pools separate kinds of work, or set options.
///
/// A call from outside, such as install, takes the place of one of the pool's threads and runs on the calling thread,
/// so that no more than num_threads threads work at once. When all places are busy the caller works on an extra one.
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

    /// A number by itself is an error that says what to write.
    template <class N>
        requires std::is_integral_v<N>
    explicit thread_pool(N) : thread_pool(pool_options())
    {
        static_assert(!std::is_integral_v<N>,
                      "weft: a number does not say what it is of: write thread_pool({.num_threads = 4})");
    }

    /// Waits until all work has ended, detached tasks included, and all threads have. Calls of other members must have
    /// returned, but for those from the pool's own tasks. Must not be called from one of the pool's own threads: that
    /// would wait for itself; it is reported on stderr and ends the program.
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
    void spawn(F&& f)
    {
        detail::spawn_into(*core_, std::forward<F>(f));
    }

    /// weft::broadcast in this pool.
    template <class F>
    auto broadcast(F&& f)
    {
        return detail::broadcast_in(*core_, f);
    }

    /// The number of threads that work at once.
    [[nodiscard]] std::size_t num_threads() const noexcept { return detail::thread_count(*core_); }

private:
    detail::pool_core* core_;
};

/// Starts the global pool with options of one's own; call it before anything uses the pool, early in main.
///
/// Throws: std::logic_error if the global pool runs already; otherwise as the constructor of thread_pool, and the
///         global pool is then still unmade.
void init_global_pool(const pool_options& options);

}  // namespace weft
