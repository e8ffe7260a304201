// weft/async/detail/wait_line.hpp - the line of coroutines that wait for one thing, first come, first served.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       waits: coroutines, each on its own thread of the moment.  servers: whoever has something for the first in
//             line.  requesters: who ask a waiting task to stop.
//
// Fields      first_, last_, and the links and in_line of the waits: guarded by lock_
//
// Invariants  I1  Whether it is served or stopped is decided as in stop_state.hpp, for plain waits; servers do it under lock_.
//                 Who does makes the coroutine ready.
//             I2  A wait is alive while it is in line. A server takes it out, under lock_; a stopped one takes itself out
//                 before it goes on.
//             I3  The object with the line is alive until the last server has left lock_: its destructor takes it.
//
// Orders      The lock's.
//
// Progress    blocking, for some tens of instructions.
//
// Checked by  tests/model/async_model.cpp: async_mutex_excludes, async_mutex_stopped (I1, I2), async_event_ends (I3).
#pragma once

#include <weft/async/detail/stop_state.hpp>
#include <weft/async/detail/stopped.hpp>
#include <weft/async/detail/strand.hpp>
#include <weft/sync/spinlock.hpp>

namespace weft::detail {

/// One that waits in a line; and the part of an awaiter that is the same for all.
class line_wait : public strand_awaiter {
public:
    line_wait() noexcept = default;
    line_wait(const line_wait&) = delete;
    line_wait& operator=(const line_wait&) = delete;

private:
    friend class wait_line;

    strand* who_ = nullptr;  ///< null: what it wanted was there at once
    bool in_line_ = false;   ///< guarded by the line's lock
    line_wait* before_ = nullptr;
    line_wait* after_ = nullptr;
};

class wait_line {
public:
    constexpr wait_line() noexcept = default;
    wait_line(const wait_line&) = delete;
    wait_line& operator=(const wait_line&) = delete;
    ~wait_line()
    {
        lock_.lock();  // I3
        lock_.unlock();
    }

    void lock() noexcept { lock_.lock(); }
    void unlock() noexcept { lock_.unlock(); }
    [[nodiscard]] bool is_empty_locked() const noexcept { return first_ == nullptr; }

    /// Under the lock, which it gives up: joins. False: the task is asked to stop, and need not be suspended.
    /// `kind`: what it waits for, a static string.
    bool join_and_unlock(line_wait& w, strand& who, std::coroutine_handle<> where, const char* kind) noexcept;

    /// What was wanted is there at once. Whether to suspend all the same, to let others run.
    static bool at_once(line_wait& w, strand& who, std::coroutine_handle<> where) noexcept;

    /// When the coroutine goes on. False: it was stopped, and has got nothing.
    bool leave(line_wait& w) noexcept;

    /// Under the lock: the first in line that can be served, which is out of the line then; null if there is none. It is
    /// to be made ready, without the lock.
    [[nodiscard]] line_wait* serve_locked() noexcept;

    /// Under the lock: all of them, as a list for make_all_ready.
    [[nodiscard]] line_wait* serve_all_locked() noexcept;

    static void make_ready(line_wait& w) noexcept { detail::make_ready(*w.who_); }
    static void make_all_ready(line_wait* list) noexcept;
    /// Appends one to such a list; `last` is null while it is empty.
    static void append(line_wait*& list, line_wait*& last, line_wait& w) noexcept;

private:
    void remove_locked(line_wait& w) noexcept;

    spinlock lock_;
    line_wait* first_ = nullptr;
    line_wait* last_ = nullptr;
};

}  // namespace weft::detail
