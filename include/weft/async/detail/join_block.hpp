// weft/async/detail/join_block.hpp - a spawned task, and the handle that waits for it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       task: the strand, wherever it runs.  handle: who holds the join_handle; one thread at a time.
//             requester: who asks the waiting task to stop.
//
// Fields      word_   running: nobody waits        written by the handle: waiter, detached, and running again by a
//                     a waiter's address           requester who takes the waiter away; by the task: ended, once
//                     detached: the handle is gone
//                     ended
//
//             running -handle waits-> waiter -requester-> running
//             running, waiter -task ends-> ended: then the handle owns the block
//             running -handle is dropped-> detached -task ends-> the task owns the block
//
// Invariants  I1  Who takes the waiter out of the word wakes it: the task by its exchange, or a requester by its
//                 compare-exchange. So it is woken once.
//             I2  The block has one owner at any time after both sides have spoken: the one that speaks last.
//
// Orders      O1  task ends: exchange release -> handle: load or failed compare-exchange acquire. The result is seen.
//             O2  handle waits: compare-exchange release -> task ends: exchange acquire. The waiter is seen.
//             O3  handle is dropped: compare-exchange release -> task ends: exchange acquire. The handle's last access
//                 happens before the end of the block.
//             O4  requester: compare-exchange relaxed: what it takes was shown under the lock that it holds.
//
// Progress    wait-free but for the lock of the link (stop_state.hpp).
//
// Checked by  tests/model/async_model.cpp: join_gets_the_result (O1, O2), join_dropped (O3, I2), join_stopped (I1).
#pragma once

#include <weft/async/detail/promise.hpp>
#include <weft/async/detail/stop_state.hpp>
#include <weft/async/detail/strand.hpp>
#include <weft/base/detail/coroutine.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/sync/detail/parking_spot.hpp>

#include <cstdint>
#include <new>

namespace weft::detail {

class join_block;

/// Who waits for a task: a coroutine, or a thread.
struct join_waiter : stop_wait {
    join_block* block = nullptr;
    parking_spot* thread = nullptr;  ///< null: a coroutine
    atomic<bool>* over = nullptr;    ///< for a thread
    bool suspended = false;
    bool stopped = false;
};

class join_block : public strand {
public:
    /// Starts it in `core`. The caller owns the handle's side.
    void start(async_core& where, std::coroutine_handle<> first) noexcept;

    [[nodiscard]] bool has_ended() const noexcept { return word_.load(order::acquire) == ended; }  // O1

    /// Lets `w` wait, a coroutine of `who` that is suspended. False: it is over, or stopped already.
    bool wait(join_waiter& w, strand& who) noexcept;
    /// When the coroutine goes on: takes it back. False: it was stopped.
    bool waited(join_waiter& w, strand& who) noexcept;
    /// Blocks until the task has ended.
    void wait_here() noexcept;

    /// The handle is gone, or has got the result.
    void drop() noexcept;

    void request_stop() noexcept { mine_.request(); }

private:
    static constexpr std::uintptr_t running = 0;
    static constexpr std::uintptr_t detached = 1;
    static constexpr std::uintptr_t ended = 2;

    virtual void collect() noexcept = 0;  ///< takes over the result, and ends the frame
    virtual task_error& result() noexcept = 0;
    virtual void dispose() noexcept = 0;

    bool announce(join_waiter& w) noexcept;
    static strand* at_end(strand& self) noexcept;
    static bool claim(stop_wait& wait) noexcept;
    void destroy() noexcept;

    async_core* home_ = nullptr;  ///< where it was spawned
    stop_state mine_;
    atomic<std::uintptr_t> word_{running};

protected:
    join_block() noexcept { end = &join_block::at_end; }
    ~join_block() = default;
};

/// With room for the result. The frame ends with the task, and with it the task's arguments, not with the handle.
template <class T>
class join_block_of final : public join_block {
public:
    static join_block_of* make(std::coroutine_handle<promise_of<T>> frame)
    {
        return ::new (detail::allocate_short_lived(sizeof(join_block_of))) join_block_of(frame);
    }

    /// After the end, once: the value, or the exception thrown.
    [[nodiscard]] T take() { return result_.take(); }

private:
    explicit join_block_of(std::coroutine_handle<promise_of<T>> frame) noexcept : frame_(frame)
    {
        frame.promise().begin(*this);
    }

    void collect() noexcept override
    {
        result_.adopt(frame_.promise().result());
        frame_.destroy();
    }
    task_error& result() noexcept override { return result_; }
    void dispose() noexcept override
    {
        this->~join_block_of();
        detail::free_short_lived(this, sizeof(join_block_of));
    }

    const std::coroutine_handle<promise_of<T>> frame_;
    task_result<T> result_;
};

}  // namespace weft::detail
