// weft/iter/detail/turns.hpp - whose turn it is to read input that one thread at a time may touch.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One worker at a time is in the input, because it may wait there for as long as it likes. Another one that comes
// meanwhile watches for a while whether the input becomes free; if not, it ends, so that its thread does something
// else. Whoever comes out of the input may call another worker. A worker that is alone takes no lock: only it can call
// others.
//
// Roles       workers: the first one, and those that were called.
//
// Fields      workers_   written by all, holding lock_, except by a worker that is alone
//             occupied_  written by all, holding lock_: a worker that is not alone is in the input
//             missed_    written by whoever holds lock_, or is alone: a worker has ended because it got no turn
//
// Invariants  I1  Only a worker calls workers, so that one that sees workers_ == 1 stays alone until it calls.
//             I2  A worker that ends because the input is occupied says so in missed_ under the lock that the other one
//                 takes when it comes out.
//
// Orders      O1  enter, refused: workers_ store release -> enter: workers_ load acquire. The one that is alone sees
//                 what the others did in the input, and their fields. What a caller did before it called must happen
//                 before the new worker begins: that is the caller's concern, as for any task.
//             O2  occupied_ is read without the lock by those that wait for it: a hint, relaxed.
//
// Progress    a worker waits for a lock that is held for some instructions; it never waits for whoever is in the input.
//
// Checked by  tests/model/stream_model.cpp: turns_alone (O1), turns_missed (I2)
#pragma once

#include <weft/base/detail/lock_guard.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/sync/mutex.hpp>

#include <cstddef>

namespace weft::detail {

template <class Lock>
class basic_turns {
public:
    basic_turns() = default;
    basic_turns(const basic_turns&) = delete;
    basic_turns& operator=(const basic_turns&) = delete;

    enum class entry { refused, alone, in_turn };

    /// A worker wants to go in. `one_too_many(workers)` says whether there should be fewer; `wait()` waits a little and
    /// says whether the input looks free; after false the worker is refused, and must end.
    template <class TooMany, class Wait>
    entry enter(TooMany one_too_many, Wait wait)
    {
        if (workers_.load(order::acquire) == 1) return entry::alone;  // O1, I1
        for (bool patient = true;; patient = wait()) {
            const lock_guard hold(lock_);
            const std::size_t workers = workers_.load(order::relaxed);
            const bool superfluous = workers > 1 && one_too_many(workers);
            if (!superfluous && !occupied_.load(order::relaxed)) {
                occupied_.store(true, order::relaxed);
                return entry::in_turn;
            }
            if (superfluous || !patient) {
                missed_ = missed_ || !superfluous;            // I2
                workers_.store(workers - 1, order::release);  // O1
                return entry::refused;
            }
        }
    }

    /// It comes out. `calls(workers, missed)` says whether another worker is to be called, which is counted from then
    /// on.
    template <class Calls>
    bool leave(entry how, Calls calls)
    {
        if (how == entry::alone) return decide(calls);  // I1
        const lock_guard hold(lock_);
        occupied_.store(false, order::relaxed);
        return decide(calls);
    }

    [[nodiscard]] bool looks_free() const noexcept { return !occupied_.load(order::relaxed); }  // O2

private:
    template <class Calls>
    bool decide(Calls calls)
    {
        const std::size_t workers = workers_.load(order::relaxed);
        if (!calls(workers, missed_)) return false;
        missed_ = false;
        workers_.store(workers + 1, order::relaxed);
        return true;
    }

    Lock lock_;
    atomic<std::size_t> workers_{1};
    atomic<bool> occupied_{false};
    bool missed_ = false;
};

using turns = basic_turns<mutex>;

}  // namespace weft::detail
