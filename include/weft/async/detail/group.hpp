// weft/async/detail/group.hpp - tasks that run side by side while one coroutine waits for them all.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       parent: the strand that waits.  members: the strands that it waits for.
//
// Fields      left_     members that have not ended; the last one lets the parent go on
//             asked_    whether the group has asked its members to stop by itself
//             member    its result, and its frame: the member's own until it has counted itself out, then the parent's
//
// Invariants  I1  The group lives until the last member has counted itself out, and no member touches it later.
//             I2  What a member ends with because the group has asked it to is told apart from what came before: who
//                 sets asked_ does so before the request.
//
// Orders      O1  member: left_ decrement acquire-release -> the last one's. Who lets the parent go on has seen, and so
//                 has the parent, what all members have done.
//             O2  asked_ exchange relaxed, before the request -> load relaxed: a member that was stopped by the request
//                 knows of it by the lock of its link, or by requested_, and so sees what was written before it.
//
// Progress    wait-free but for the locks of stop_state.hpp.
//
// Checked by  tests/model/async_model.cpp: group_ends (O1, I1), group_fails (O2, I2).
#pragma once

#include <weft/async/detail/promise.hpp>
#include <weft/async/detail/stop_state.hpp>
#include <weft/async/detail/strand.hpp>
#include <weft/async/task.hpp>
#include <weft/seam/atomic.hpp>

#include <cstddef>
#include <utility>

namespace weft::detail {

class task_group;

/// One of a group.
class group_member : public strand {
public:
    [[nodiscard]] bool has_failed() const noexcept { return failed_; }

protected:
    group_member() noexcept { end = &group_member::at_end; }
    virtual ~group_member() = default;

    /// Takes over the result, and ends the frame. The arguments of a task end with it, not with the group: another member
    /// may wait for just that.
    virtual task_error& collect() noexcept = 0;

    std::coroutine_handle<> first_{};

private:
    friend task_group;
    static strand* at_end(strand& self) noexcept;

    task_group* group_ = nullptr;
    bool failed_ = false;
};

template <class T>
class group_member_of final : public group_member {
public:
    group_member_of() noexcept = default;
    explicit group_member_of(weft::task<T>&& t) { take_on(std::move(t)); }
    ~group_member_of()
    {
        if (frame_) frame_.destroy();
    }

    /// Throws std::invalid_argument if there is no task.
    void take_on(weft::task<T>&& t)
    {
        frame_ = task_access::frame(t);
        static_cast<void>(task_access::release(t));
        frame_.promise().begin(*this);
        first_ = frame_;
    }

    [[nodiscard]] task_result<T>& result() noexcept { return result_; }

private:
    task_error& collect() noexcept override
    {
        result_.adopt(frame_.promise().result());
        std::exchange(frame_, nullptr).destroy();
        return result_;
    }

    std::coroutine_handle<promise_of<T>> frame_{};
    task_result<T> result_;
};

/// The members' side, and the parent's wait: `co_await group`.
class task_group : public strand_awaiter {
public:
    enum class aim {
        all,  ///< the first failure stops the others
        any,  ///< the first member that ends, but for those that were stopped, stops the others
    };

    explicit task_group(aim what) noexcept : what_(what) {}
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;
    ~task_group() = default;

    /// Before the wait: `m` belongs to the group. Members start in the order of their joining.
    void join(group_member& m) noexcept
    {
        m.group_ = this;
        m.task::next = nullptr;
        (last_ != nullptr ? last_->task::next : first_) = &m;
        last_ = &m;
        ++count_;
    }

    [[nodiscard]] bool await_ready() const noexcept { return count_ == 0; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller) noexcept
    {
        strand& s = caller.promise().here();
        s.next = caller;
        start(s);
    }
    void await_resume() noexcept
    {
        if (count_ != 0) mine_.close();
    }

    /// With aim::any: who was first; null if all were stopped.
    [[nodiscard]] group_member* winner() const noexcept { return winner_; }

private:
    friend group_member;

    void start(strand& parent) noexcept;
    strand* ended(group_member& m, const task_error& result) noexcept;

    const aim what_;
    std::size_t count_ = 0;
    task* first_ = nullptr;
    task* last_ = nullptr;
    strand* parent_ = nullptr;
    stop_state mine_;
    atomic<std::size_t> left_{0};
    atomic<bool> asked_{false};
    group_member* winner_ = nullptr;  ///< written by whoever sets asked_
};

}  // namespace weft::detail
