// weft/async/detail/timer.hpp - coroutines that wait for a time.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       sleepers: coroutines, each on its own thread of the moment.  limits: of tasks that run meanwhile; their owners
//             are the coroutines that have set them.  the keeper: who takes what is due: a thread of weft's own that starts
//             with the first sleeper; in a test_pool, which has a queue of its own, whoever plays it.
//             requesters: who ask a sleeping task to stop.
//
// Fields      root_, and the links of the timers: guarded by lock_
//             wakes_at_   when the keeper looks next, if nobody wakes it; guarded by lock_
//             asked_ of a limit: not yet; then awaited by the owner, or over
//
//             A limit that is due is laid where the pool looks for work, like a strand: a thread of the pool asks the task to
//             stop, since that may call functions of the user.
//
// Invariants  I1  Whether it is served or stopped is decided as in stop_state.hpp, for plain waits; the keeper does it under
//                 lock_. Who does makes the coroutine ready.
//             I2  A timer is alive while it is in the queue. The keeper takes it out, under lock_; a stopped one takes itself
//                 out before it goes on.
//             I3  The keeper looks no later than `slack` after the first deadline: who brings one for which wakes_at_ would be
//                 too late wakes it. So those that come one soon after the other are taken together. It may look
//                 earlier: at a time that it was given for a timer that has left since.
//             I4  A limit that has left lock_ before the keeper took it is the owner's alone; else the owner waits until it
//                 has been asked_: whoever asks touches nothing of it after the exchange, but the owner that waits.
//
// Orders      The lock's, and:
//             O1  asked_: exchange release, when the task has been asked -> load or exchange acquire by the owner, who ends
//                 it all.
//             O2  asked_: exchange release by the owner that waits -> exchange acquire: it is suspended.
//
// Progress    blocking, for some tens of instructions; logarithmic in the number of sleepers, but constant to join.
//
// Checked by  tests/model/async_model.cpp: timer_meets_stop (I1, I2), limit_meets_end (I4, O1, O2);
//             tests/async/sleep_test.cpp.
#pragma once

#include <weft/async/detail/stop_state.hpp>
#include <weft/async/detail/stopped.hpp>
#include <weft/async/detail/strand.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/clock.hpp>
#include <weft/sync/detail/parking_spot.hpp>
#include <weft/sync/spinlock.hpp>

#include <cstdint>

namespace weft::detail {

class timer_queue;

/// When a wait is over: at a time, or so long after it began.
class until {
public:
    [[nodiscard]] static until at(clock::time_point time) noexcept
    {
        return until(time.time_since_epoch() > clock::duration::zero() ? time.time_since_epoch()
                                                                       : clock::duration::zero());
    }
    [[nodiscard]] static until after(clock::duration limit) noexcept
    {
        return until(limit > clock::duration::zero() ? -limit : clock::duration::zero());
    }

    [[nodiscard]] clock::time_point of(clock::time_point now) const noexcept
    {
        if (time_ >= clock::duration::zero()) return clock::time_point(time_);
        return -time_ < clock::time_point::max() - now ? now - time_ : clock::time_point::max();
    }

private:
    friend class sleep_awaiter;
    explicit until(clock::duration time) noexcept : time_(time) {}
    clock::duration time_;  ///< since the clock's epoch; if negative, its amount is how long after the beginning
};

/// What lies in the queue.
class timer {
public:
    timer() noexcept = default;
    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;

protected:
    friend class timer_queue;

    strand* who_ = nullptr;  ///< null: the time had come at once
    clock::time_point deadline_{};
    // A pairing heap: the first child, the next sibling, and the previous one or the parent. When it has left: itself; and the
    // next one of those that are being made ready.
    timer* child_ = nullptr;
    timer* sibling_ = nullptr;
    timer* back_ = this;
};

/// A wait for a time: what co_await needs.
class sleep_awaiter : public timer, public strand_awaiter {
public:
    explicit sleep_awaiter(until when) noexcept { deadline_ = clock::time_point(when.time_); }
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller)
    {
        return sleep(caller.promise().here(), caller);
    }
    void await_resume()
    {
        if (!wake()) detail::throw_stopped();
    }

private:
    /// Sleeps on behalf of a coroutine of `who` that is suspended at `where`. False: the time has come, or the task is asked
    /// to stop. Throws what starting the keeper throws.
    bool sleep(strand& who, std::coroutine_handle<> where);
    /// When the coroutine goes on. False: it was stopped.
    bool wake() noexcept;
};

/// A limit in time for what runs in the same strand meanwhile: asks it to stop when the time has come.
class time_limit : timer {
public:
    time_limit() noexcept;

    /// From now on. Throws what starting the keeper throws; nothing has begun then.
    void begin(strand& owner, until when);
    /// The same, in a queue; null: it never comes.
    void begin_in(timer_queue* queue, strand& owner, clock::time_point deadline) noexcept;
    /// What ran has ended. False: somebody is asking it to stop at this moment, or the strand is in another pool now: co_await
    /// settled().
    [[nodiscard]] bool end() noexcept;

    class settled_awaiter : public strand_awaiter {
    public:
        explicit settled_awaiter(time_limit& limit) noexcept : limit_(limit) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class Promise>
        bool await_suspend(std::coroutine_handle<Promise> caller) noexcept
        {
            return limit_.settle(caller);
        }
        void await_resume() const noexcept { limit_.mine_.close(); }

    private:
        time_limit& limit_;
    };
    [[nodiscard]] settled_awaiter settled() noexcept { return settled_awaiter(*this); }

    /// Whether a stop now is the limit's doing.
    [[nodiscard]] bool has_stopped() const noexcept
    {
        return is_up_ && !(before_ != nullptr && before_->is_requested());
    }

private:
    friend class timer_queue;

    /// Lies where the pool looks for work when the time has come.
    struct asker : strand {
        time_limit* limit = nullptr;
    };
    enum class asking : std::uint8_t { not_yet, awaited, over };

    void open(strand& owner) noexcept;
    bool settle(std::coroutine_handle<> where) noexcept;
    void ask() noexcept;

    asker asker_;
    strand* owner_ = nullptr;
    async_core* home_ = nullptr;  ///< where the owner was when it began
    stop_state* before_ = nullptr;
    stop_state mine_;
    atomic<asking> asked_{asking::not_yet};
    bool is_up_ = false;
    timer_queue* queue_ = nullptr;  ///< where it lies; null: nowhere, ever
};

class timer_queue {
public:
    timer_queue() noexcept = default;
    timer_queue(const timer_queue&) = delete;
    timer_queue& operator=(const timer_queue&) = delete;

    /// Lets a coroutine of `who` sleep that is suspended at `where`. False: the task is asked to stop.
    bool join(timer& t, strand& who, std::coroutine_handle<> where, clock::time_point deadline) noexcept;
    /// When the coroutine goes on. False: it was stopped.
    bool wake(timer& t) noexcept;

    /// For a strand that may be made ready at any time, and is not asked to stop.
    void add(timer& t, strand& who, clock::time_point deadline) noexcept;
    /// False: it is not there any more.
    bool leave(timer& t) noexcept;

    /// Makes ready all that is due at `now`. When the next one is due; the end of time if there is none.
    clock::time_point fire(clock::time_point now) noexcept;
    [[nodiscard]] clock::time_point first_deadline() noexcept;

    /// The keeper's thread; never returns.
    [[noreturn]] void keep() noexcept;

private:
    void insert_and_unlock(timer& t, clock::time_point deadline) noexcept;
    void remove_locked(timer& t) noexcept;
    static constexpr clock::duration slack = std::chrono::microseconds(200);

    static timer* merge(timer* a, timer* b) noexcept;
    static timer* merge_all(timer* first) noexcept;

    spinlock lock_;
    timer* root_ = nullptr;
    clock::time_point wakes_at_{};  ///< long past: nobody needs to be woken, it looks before it sleeps
    parking_spot keeper_;
};

}  // namespace weft::detail
