// weft/async/async_semaphore.hpp - a number of permits for tasks.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/wait_line.hpp>
#include <weft/seam/atomic.hpp>

#include <cstddef>

namespace weft {

/// Permits that tasks acquire and anybody releases; who waits for one holds no thread. First come, first served.
///
/// Thread safety: all members, any thread. It is destroyed when nobody waits.
/// Order:         what was done before a release happens before the co_await of the acquire that gets the permit returns.
/// Cost:          one locked operation each, if nobody waits; no allocation.
/// Example:       examples/async/locks.cpp
class async_semaphore {
    class acquire_awaiter : public detail::line_wait {
    public:
        explicit acquire_awaiter(async_semaphore& s) noexcept : semaphore_(s) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class Promise>
        bool await_suspend(std::coroutine_handle<Promise> caller) noexcept
        {
            return semaphore_.take_or_wait(*this, caller.promise().here(), caller);
        }
        void await_resume()
        {
            if (!semaphore_.line_.leave(*this)) detail::throw_stopped();
        }

    private:
        async_semaphore& semaphore_;
    };

public:
    /// With so many permits.
    explicit async_semaphore(std::size_t permits) noexcept : permits_(permits) {}
    async_semaphore(const async_semaphore&) = delete;
    async_semaphore& operator=(const async_semaphore&) = delete;

    /// To be awaited: waits for a permit. Throws weft::stopped if the task is asked to stop while it waits; it has got none
    /// then.
    [[nodiscard]] acquire_awaiter acquire() noexcept { return acquire_awaiter(*this); }

    /// Takes a permit if there is one. Never waits; also for ordinary code.
    [[nodiscard]] bool try_acquire() noexcept;

    /// Gives back, or adds, `count` permits.
    void release(std::size_t count = 1) noexcept;

private:
    bool take_or_wait(detail::line_wait& w, detail::strand& who, std::coroutine_handle<> where) noexcept;

    detail::wait_line line_;
    std::size_t permits_;  ///< guarded by the line's lock; while it is not 0 nobody is in line
};

}  // namespace weft
