// weft/pool/test_pool.hpp - a pool for tests: one thread, and a seed that decides the order of everything.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/broadcast.hpp>
#include <weft/pool/callback.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/spawn.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

/// Options of a test_pool.
struct test_pool_options {
    /// Decides every order. 0: nothing is ever taken by another thread, as in a pool of one: joins and loops run in the
    /// order of the source, and tasks newest first when their scope ends.
    std::uint64_t seed = 1;

    /// The threads that the pool plays: what current_num_threads() says. With 1 nothing is taken either.
    std::size_t num_threads = 4;

    /// Whether a call of join, spawn or a loop may run unrelated work in the middle of the task that calls: what
    /// another thread could do at that moment. Turn it off for code that holds a lock during such a call: on one
    /// thread, a task that wants the lock would wait forever. Without it the two sides of a join come in either
    /// order, and so do the tasks of a scope at its end, but none begins before another one has ended.
    bool overlap = true;

    /// Gets the exception of a task that nobody waits for. Empty: std::terminate. It must not throw.
    callback<void, std::exception_ptr> on_unhandled{};
};

/// A thread_pool for tests, in which the order of everything is drawn from a seed: a bug that depends on the order
/// shows with some seeds, and with each of those every time.
///
/// It has no threads. The thread that calls install (or join, scope, broadcast) plays all of them: at every join,
/// spawn, yield and wait, and between the pieces of a parallel loop, the seed decides whether one of the other threads
/// takes a job or a task now and runs it to its end, or which of them this thread takes next. current_thread_index(),
/// per_worker and fn_context::migrated() say what they would say on that thread. What a seed does depends only on
/// the calls that the code makes: not on the time, the machine, or the number of its processors.
///
/// What it finds: results that depend on which side of a join, which task or which piece of a loop comes first;
/// operations given to reduce that are not associative; state that one task leaves behind for another; references that
/// a task uses too late. What it cannot find: races within tasks that run at the same time (ThreadSanitizer does, and
/// weft::model for lock-free code). A task that waits, without weft, for another one that has begun waits forever.
///
/// Thread safety: one thread at a time is inside; others wait. Tasks may be spawned from anywhere; what other threads
///                spawn comes in an order that no seed decides.
/// Cost:          some 50 ns a join: for tests only.
/// Example:       examples/pool/test_pool.cpp
/// See also:      docs/test_pool.md
class test_pool {
public:
    explicit test_pool(std::uint64_t seed) : test_pool(test_pool_options{.seed = seed}) {}

    /// Throws: std::invalid_argument for more than 4096 threads; std::bad_alloc.
    explicit test_pool(const test_pool_options& options);

    /// Runs what is still waiting.
    ~test_pool();

    test_pool(const test_pool&) = delete;
    test_pool& operator=(const test_pool&) = delete;

    /// Runs `f()` on this thread as a member of the pool and returns what it returns: every join, scope, spawn and
    /// parallel iterator inside uses this pool. Throws what `f` throws.
    template <class F>
    decltype(auto) install(F&& f)
    {
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

    /// weft::spawn in this pool. From outside, the task runs at the next call into the pool, or at the latest in
    /// run_until_idle() or the destructor: a caller must not wait for it without one of these.
    template <class F>
    decltype(auto) spawn(F&& f)
    {
        return detail::spawner<std::decay_t<F>>::spawn(*core_, std::forward<F>(f));
    }

    /// weft::broadcast in this pool.
    template <class F>
    auto broadcast(F&& f)
    {
        return install([&] { return weft::broadcast(f); });
    }

    /// As in thread_pool.
    template <class Awaiter = detail::schedule_awaiter>
    [[nodiscard]] auto schedule() noexcept
    {
        return Awaiter(*core_);
    }

    /// Runs all waiting tasks, and what they spawn.
    void run_until_idle();

    /// The number of threads that the pool plays.
    [[nodiscard]] std::size_t num_threads() const noexcept { return detail::thread_count(*core_); }

    /// What to print when a test fails, and to make the next pool with.
    [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

    /// How many decisions the seed has made so far, and a number that stands for all of them. If two runs with the same
    /// seed differ in these, the code under test depends on something besides the seed: the time, addresses, other
    /// threads, or its own random numbers.
    [[nodiscard]] std::uint64_t decisions() const noexcept;
    [[nodiscard]] std::uint64_t fingerprint() const noexcept;

private:
    friend struct detail::pool_access;
    const std::uint64_t seed_;
    detail::pool_core* core_;
};

/// Calls `test(pool)` with a fresh test_pool for each of the seeds 0, 1, .. `seeds` - 1, until one fails: `test`
/// throws, or returns false. Returns that seed; nothing if none fails. A test_pool with that seed fails again.
///
/// Example: examples/pool/test_pool.cpp
template <class F>
    requires std::is_invocable_v<F&, test_pool&>
std::optional<std::uint64_t> find_failing_seed(std::uint64_t seeds, F&& test, test_pool_options options = {})
{
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        options.seed = seed;
        try {
            test_pool pool(options);
            if constexpr (std::is_void_v<std::invoke_result_t<F&, test_pool&>>) {
                test(pool);
            } else {
                if (!test(pool)) return seed;
            }
        } catch (...) {
            return seed;
        }
    }
    return std::nullopt;
}

}  // namespace weft
