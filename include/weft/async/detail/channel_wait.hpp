// weft/async/detail/channel_wait.hpp - a coroutine's wait in the lines of channels.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A coroutine waits as a thread does that selects: its arms stand in the lines of their channels, under one token
// (channel/detail/waiter.hpp). The token's word decides between the channels, a request to stop, and the time-out. Who ends
// the wait makes the strand ready. Mostly that only means "look again", since others may be faster: so when the strand is
// run it first looks, in `look_again`, and stands in line once more if there was nothing, without ever resuming the coroutine.
//
// Roles       owner: the strand, on whichever thread runs it.  claimers: as in waiter.hpp.  requesters: who ask the task to
//             stop.  alarm: a strand of its own, which sleeps until the deadline.
//
// Fields      the token   written by all         as in waiter.hpp
//             stopped_    written by a requester that has aborted the token
//             alarm word  idle -the alarm has had its say-> rung;  idle -owner waits for that-> awaited -> rung
//             the others  the owner's
//
// Invariants  I1  Nobody but the owner touches the wait once it has left the lines and been taken back from those who ask to
//                 stop, each under its lock, and its alarm, which is either taken out of the sleepers' queue or has rung.
//             I2  The wait is shown and the owner suspended under one hold of the lock of its strand's link, and the owner
//                 takes that lock when it goes on: so whoever suspends it has left by then, although somebody else may have
//                 let it go on.
//             I3  An alarm that claims the token settles it, and has rung before: its last access.
//
// Orders      O1  Suspended and let go on: waiter.hpp, O4, or the lock of the link; then the way of a ready strand.
//             O2  owner: compare-exchange release -> alarm: word exchange acquire. Whoever goes on sees what the owner did.
//                 alarm: exchange release -> owner: load, or failing compare-exchange, acquire. It touches nothing any more.
//
// Progress    blocking, for some tens of instructions.
//
// Checked by  tests/model/async_channel_model.cpp; tests/async/channel_test.cpp.
#pragma once

#include <weft/async/detail/stop_state.hpp>
#include <weft/async/detail/stopped.hpp>
#include <weft/async/detail/strand.hpp>
#include <weft/channel/detail/arm.hpp>
#include <weft/seam/clock.hpp>

#include <cstddef>
#include <exception>
#include <span>

namespace weft::detail {

class channel_alarm;
class timer_queue;

/// Starts one of several arms, waiting for it; part of an awaiter.
class channel_wait : public strand_awaiter, private stop_wait, private channels::called_token {
public:
    channel_wait(const channel_wait&) = delete;
    channel_wait& operator=(const channel_wait&) = delete;

    /// What was wanted is there at once. Whether to suspend all the same, to let others run.
    static bool at_once(strand& waits, std::coroutine_handle<> where) noexcept
    {
        if (waits.take_step()) [[likely]]
            return false;
        give_way(waits, where);
        return true;
    }

protected:
    explicit channel_wait(bool fair = true) noexcept : called_token(&channel_wait::wake), fair_(fair) {}
    ~channel_wait() = default;

    /// Starts one of `arms`, on behalf of a coroutine of `waits` that is suspended at `where`; waits for it until `deadline`.
    /// False: it need not be suspended. Throws what starting an arm throws, if that happens at once.
    bool wait(std::span<channels::arm* const> arms, strand& waits, std::coroutine_handle<> where,
              clock::time_point deadline);

    /// The same after a look in vain.
    bool wait_in_line(std::span<channels::arm* const> arms, strand& waits, std::coroutine_handle<> where,
                      clock::time_point deadline) noexcept;

    /// When the coroutine goes on: the arm that has been started; null if none was by the deadline. Throws weft::stopped if
    /// none was because of a stop, and what starting one has thrown.
    channels::arm* outcome()
    {
        if (error_ != nullptr || stopped_) [[unlikely]]
            fail();
        return found_;
    }

    [[nodiscard]] bool has_started() const noexcept { return found_ != nullptr; }

    timer_queue* sleepers_ = nullptr;  ///< where the alarm sleeps; null: where those of the pool do

private:
    [[noreturn]] void fail();
    template <class F>
    void each_arm(F f) const;
    channels::arm* start_any() const;
    bool enrol() noexcept;
    bool conclude() noexcept;
    bool proceed() noexcept;
    bool set_alarm(clock::time_point due);
    bool is_alarm_over() noexcept;
    void suspend_in(strand& waits) noexcept;
    void resume_from(strand& waits) const noexcept;
    bool sleep_in(strand& waits) noexcept;

    static void wake(called_token& self) noexcept;
    static bool claim_stopped(stop_wait& self) noexcept;
    static void look_again(task* self, worker* here) noexcept;

    std::span<channels::arm* const> arms_;
    clock::time_point deadline_{};
    channels::arm* found_ = nullptr;
    channels::arm* engaged_ = nullptr;  ///< has got a partner while it got in line
    channel_alarm* alarm_ = nullptr;
    turn* turn_ = nullptr;  ///< of the strand when the wait began: in case that it is not suspended
    std::exception_ptr error_;
    bool stopped_ = false;
    const bool fair_;
};

}  // namespace weft::detail
