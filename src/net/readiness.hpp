// src/net/readiness.hpp - whether one side of a descriptor is ready, and who waits for that.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       user: a task that reads (or writes), which tries a system call and waits here if there is nothing to be had.
//             waker: whoever has got an event from the system; any thread, several at once.  closer: any thread.
//             requesters: who ask a waiting task to stop.
//
// Fields      word_         three marks, or the task that waits:
//                               ready     there was an event since the user last looked
//                               insists   the other side has ended or failed, and there may be no more events; or there
//                                         may be more than the last system call has given
//                               closed    for ever
//             is_drained_   the last system call took all that there was; the user's
//
// Invariants  I1  A task waits only if nothing has happened since before its system call: its compare-exchange expects the
//                 word that it has seen then. So no event is lost between the call and the wait.
//             I2  Whoever takes a task out of the word makes it ready: a waker, a closer, or a requester under the lock of
//                 its strand's link (stop_state.hpp). It is shown there before it can be taken, and taken back before it goes on.
//             I3  To be woken for nothing does no harm: one tries, and waits again. The mark insists, if it is not true any
//                 more, goes when a system call finds nothing.
//
// Orders      O1  wait: compare-exchange release -> whoever takes the task out: compare-exchange acquire. The task is
//                 suspended, and what is needed to let it go on is written.
//             O2  may_try clears `ready` by a read-modify-write, acquire -> it has seen the one by which the mark was added,
//                 release: the system call that follows finds what that event was about.
//
// Progress    lock-free, but for the lock of the link.
//
// Checked by  tests/model/net_model.cpp: ready_meets_wait (I1, O1, O2), stop_meets_ready (I2), close_meets_wait (I2).
#pragma once

#include <weft/async/detail/stop_state.hpp>
#include <weft/async/detail/stopped.hpp>
#include <weft/async/detail/strand.hpp>
#include <weft/seam/atomic.hpp>

#include <cstdint>

namespace weft::detail {

class io_wait;

/// Whether a side is ready, and who waits for that.
class readiness {
public:
    static constexpr std::uintptr_t ready = 1;
    static constexpr std::uintptr_t insists = 2;
    static constexpr std::uintptr_t closed = 4;

    /// Before a system call. Whether it makes sense; and what has been seen, for wait().
    [[nodiscard]] bool may_try(std::uintptr_t& seen) noexcept;
    /// The call took all that there was: the next one waits first.
    void note_drained() noexcept { is_drained_ = true; }
    void note_more() noexcept { is_drained_ = false; }
    [[nodiscard]] bool is_closed() const noexcept { return (word_.load(order::relaxed) & closed) != 0; }

    /// Suspends `who`, which is at `where`, unless something has happened since `seen`: then false.
    bool wait(io_wait& w, strand& who, std::coroutine_handle<> where, std::uintptr_t seen) noexcept;
    /// Adds marks, and makes ready who waits.
    void add(std::uintptr_t marks) noexcept;
    /// For a source that is used again.
    void reset() noexcept
    {
        word_.store(0, order::relaxed);
        is_drained_ = false;
    }

private:
    friend class io_wait;
    static constexpr std::uintptr_t marks_of_all = ready | insists | closed;

    atomic<std::uintptr_t> word_{0};
    bool is_drained_ = false;
};

/// A wait: what co_await needs.
class io_wait : public strand_awaiter, public stop_wait {
public:
    io_wait(readiness& side, std::uintptr_t seen) noexcept : side_(side), seen_(seen) {}
    io_wait(const io_wait&) = delete;
    io_wait& operator=(const io_wait&) = delete;

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept
    {
        return side_.wait(*this, caller.promise().here(), caller, seen_);
    }
    void await_resume()
    {
        if (!leave()) detail::throw_stopped();
        side_.note_more();
    }

private:
    friend class readiness;

    static bool claim_stopped(stop_wait& self) noexcept;
    /// When the task goes on. False: it was stopped.
    [[nodiscard]] bool leave() noexcept;

    readiness& side_;
    const std::uintptr_t seen_;
    bool is_suspended_ = false;
    bool is_stopped_ = false;
};

}  // namespace weft::detail
