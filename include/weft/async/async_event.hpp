// weft/async/async_event.hpp - tasks wait until something has happened.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Fields      set_   written under the line's lock, read without
//
// Orders      O1  set: store release -> wait, is_set: load acquire. A task that was in line sees it by the way on which it
//                 was made ready.
//
// Checked by  tests/model/async_model.cpp: async_event_ends (O1).
#pragma once

#include <weft/async/detail/wait_line.hpp>
#include <weft/seam/atomic.hpp>

namespace weft {

/// A flag that tasks wait for, holding no thread. Set, it stays so until it is reset.
///
/// Thread safety: all members, any thread. It is destroyed when nobody waits; a set() by which somebody was woken may be
///                about to return.
/// Order:         what was done before set() happens before the return of a wait that it ends.
/// Cost:          a load if it is set; else one locked operation; no allocation.
/// Example:       examples/async/locks.cpp
class async_event {
    class wait_awaiter : public detail::line_wait {
    public:
        explicit wait_awaiter(async_event& e) noexcept : event_(e) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class Promise>
        bool await_suspend(std::coroutine_handle<Promise> caller) noexcept
        {
            return event_.wait_or_pass(*this, caller.promise().here(), caller);
        }
        void await_resume()
        {
            if (!event_.line_.leave(*this)) detail::throw_stopped();
        }

    private:
        async_event& event_;
    };

public:
    explicit async_event(bool set = false) noexcept : set_(set) {}
    async_event(const async_event&) = delete;
    async_event& operator=(const async_event&) = delete;

    /// To be awaited: waits until the event is set. Throws weft::stopped if the task is asked to stop while it waits.
    [[nodiscard]] wait_awaiter wait() noexcept { return wait_awaiter(*this); }

    /// Lets all that wait go on, and all that come until it is reset.
    void set() noexcept;
    void reset() noexcept;
    [[nodiscard]] bool is_set() const noexcept { return set_.load(detail::order::acquire); }  // O1

private:
    bool wait_or_pass(detail::line_wait& w, detail::strand& who, std::coroutine_handle<> where) noexcept;

    detail::wait_line line_;
    detail::atomic<bool> set_;
};

}  // namespace weft
