// weft/async/detail/strand.hpp - coroutines that run one after the other, and how they are resumed.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A strand is what runs by itself: a spawned task with all that it awaits in turn. At any time one coroutine of it runs,
// or is suspended and will be resumed once; the others await it, each the next. So a strand, not a coroutine, is what is
// queued, and it brings the node for that along: to make it ready allocates nothing.
//
// Who resumes a strand owns it until the coroutine suspends; what another thread does with it then may begin before
// resume() has returned here. So whatever the coroutine tells its runner lies in a `turn` on the runner's stack.
//
// To await a child, and to return to who awaits, is symmetric transfer: a jump, if the compiler makes one of it. GCC
// does only when it optimises, and not under a sanitizer. So one transfer in some tens goes by way of the runner, which
// bounds the stack; and one in some thousands by way of the queue, so that a strand that never waits lets others run.
#pragma once

#include <weft/async/detail/stop_link.hpp>
#include <weft/base/detail/coroutine.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/seam/atomic.hpp>

#include <cstdint>
#include <exception>

namespace weft::detail {

class async_core;
class channel_wait;

/// What a coroutine that is being resumed tells its runner.
struct turn {
    std::coroutine_handle<> next{};  ///< to be resumed: of the same strand
    strand* then = nullptr;          ///< to be run, when this one is suspended or has ended
    bool ended = false;              ///< the strand's first coroutine has come to its end
    int steps = 0;                   ///< transfers until the next one by way of the runner
};

inline constexpr int steps_between_returns = 64;

struct strand : stop_link, task {
    strand() noexcept;
    strand(const strand&) = delete;
    strand& operator=(const strand&) = delete;

    // Of the task, once somebody has asked; in the room that `task` leaves.
    std::uint16_t id_above = 0;
    std::uint32_t id_below = 0;
    std::coroutine_handle<> next{};  ///< where it goes on; while it is suspended
    union {
        turn* now = nullptr;  ///< while it runs
        channel_wait*
            wait;  ///< while it is suspended in one, which looks whether that is over before the strand goes on
    };
    async_core* core = nullptr;  ///< the pool where it runs
    stop_state* stop = nullptr;  ///< null: it cannot be asked to stop
    /// Called when its first coroutine has ended and is suspended for good; may end the strand's life. What it gives is run next,
    /// unless it is null.
    strand* (*end)(strand& self) noexcept = nullptr;

    /// A transfer from one coroutine of this strand, which is suspended, to another.
    [[nodiscard]] std::coroutine_handle<> go_on(std::coroutine_handle<> to) noexcept
    {
        if (--now->steps > 0) [[likely]]
            return to;
        now->next = to;
        return std::noop_coroutine();
    }

    /// One step of a wait that was over before it had begun. False: the strand has had its share, and is to give way.
    [[nodiscard]] bool take_step() noexcept { return --now->steps > 0; }
};

/// What `run` of a strand is: resumes it, and what it wants to be run next.
void run_strand(task* self, worker* here) noexcept;

/// Lays a suspended strand where its pool looks for work. `where.next` says where it goes on. From any thread; the strand
/// may run, and be gone, before this returns.
void make_ready(strand& s) noexcept;

/// As make_ready, after the strands that are ready now.
inline void give_way(strand& s, std::coroutine_handle<> where) noexcept
{
    s.next = where;
    make_ready(s);
}

/// Whoever makes several strands ready, one after the other, does so during the life of one of these. In a test_pool a strand
/// that is made ready may run at once, on top of whoever has done so, and may wait there for the next one: so all of them
/// are noted down first.
class ready_batch {
public:
    ready_batch() noexcept;
    ready_batch(const ready_batch&) = delete;
    ready_batch& operator=(const ready_batch&) = delete;
    ~ready_batch();
};

/// What coroutines there are in `pool`; brought along by the first. Throws std::bad_alloc.
async_core& core_of(pool_core& pool);
[[nodiscard]] pool_core& pool_of(async_core& core) noexcept;

/// Tells `s` its pool, where it begins, and the floating-point mode of this thread, under which it is to run.
void prepare(strand& s, async_core& core, stop_state* stop, std::coroutine_handle<> first) noexcept;

/// What the promises of all coroutines that run on a strand have in common.
class strand_promise {
public:
    [[nodiscard]] strand& here() const noexcept { return *strand_; }

protected:
    strand* strand_ = nullptr;
};

/// What a coroutine of weft can await: its await_suspend gets the strand by here().
struct strand_awaiter {};

}  // namespace weft::detail
