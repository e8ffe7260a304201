// weft/async/async_latch.hpp - tasks wait until so many things have happened.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Fields      left_   written under the line's lock, read without
//
// Orders      O1  count_down: store release, each after the load of the one before under the lock -> wait, is_done: load
//                 acquire of 0. All that was counted has happened.
//
// Checked by  tests/model/async_model.cpp: async_latch_counts (O1).
#pragma once

#include <weft/async/detail/wait_line.hpp>
#include <weft/seam/atomic.hpp>

#include <cstddef>

namespace weft {

/// A count that goes down to zero, once; tasks wait for that, holding no thread.
///
/// Thread safety: all members, any thread. It is destroyed when nobody waits; a count_down() by which somebody was woken
///                may be about to return.
/// Order:         what was done before a count_down() happens before the return of a wait.
/// Cost:          a locked operation; no allocation.
/// Example:       examples/async/locks.cpp
class async_latch {
    class wait_awaiter : public detail::line_wait {
    public:
        explicit wait_awaiter(async_latch& l) noexcept : latch_(l) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class Promise>
        bool await_suspend(std::coroutine_handle<Promise> caller) noexcept
        {
            return latch_.wait_or_pass(*this, caller.promise().here(), caller);
        }
        void await_resume()
        {
            if (!latch_.line_.leave(*this)) detail::throw_stopped();
        }

    private:
        async_latch& latch_;
    };

public:
    explicit async_latch(std::size_t count) noexcept : left_(count) {}
    async_latch(const async_latch&) = delete;
    async_latch& operator=(const async_latch&) = delete;

    /// Takes `n` off. At zero all that wait go on. More than is left counts as what is left.
    void count_down(std::size_t n = 1) noexcept;

    /// To be awaited: waits for zero. Throws weft::stopped if the task is asked to stop while it waits.
    [[nodiscard]] wait_awaiter wait() noexcept { return wait_awaiter(*this); }

    /// Whether it is at zero.
    [[nodiscard]] bool is_done() const noexcept { return left_.load(detail::order::acquire) == 0; }  // O1

private:
    bool wait_or_pass(detail::line_wait& w, detail::strand& who, std::coroutine_handle<> where) noexcept;

    detail::wait_line line_;
    detail::atomic<std::size_t> left_;
};

}  // namespace weft
