// weft/sync/wait_group.hpp - waiting until all holders of a handle are done.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       each handle is used by one thread at a time; handles of one group by any threads.
//
// Fields      state_    low half: handles that are neither gone nor waiting; high half: the round, which goes up each
//                       time the low half reaches 0
//             signal_   goes up by two after each round has ended; waiters sleep on its address. Its lowest bit: a
//                       waiter does sleep, or is about to
//
// Invariants  I1  The last one to leave ends the round in the same step. If these were two steps a waiter could come
//                 back in between and begin a round, which the second step would then end too early.
//
// Orders      O1  leave: state_ compare-exchange release -> the last leaver's, and every waiter's state_ load acquire,
//                 which reads the last leaver's write or a later one. The waiter sees what all the others did. Every
//                 write of state_ is a read-modify-write, so all of them form one release sequence.
//             O2  last leaver: signal_ compare-exchange release -> waiter: signal_ load acquire. A waiter that sees the
//                 new signal also sees the round's end; one that does not see it cannot mark it, and looks again, or
//                 the last leaver sees the mark and wakes.
//
// Progress    copying: wait-free. leaving: lock-free. wait: sleeps.
//
// Checked by  tests/model/sync_model.cpp: wait_group_all_done (O1), wait_group_two_waiters (O1, O2),
//             wait_group_rounds (I1).
#pragma once

#include <weft/base/detail/noted_block.hpp>
#include <weft/seam/atomic.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace weft {

/// A group of parties, each with a handle. Copying a handle adds a party; destroying one leaves the group; wait() waits
/// until all other handles are gone or waiting. After that the handle is a party again and may be used for another
/// round.
///
///     weft::wait_group group;
///     for (auto& job : jobs) weft::spawn([group, &job] { job.run(); });   // each has a copy
///     group.wait();
///
/// Thread safety: a handle belongs to one thread at a time; handles of one group are independent.
/// Order:         what others did before they left or waited happens before the return of wait().
/// Cost:          two locked operations to copy, two to leave; an allocation for the group. The last one to leave
///                makes a system call only if somebody sleeps.
/// Example:       examples/sync/wait_group.cpp
/// Source:        the interface is crossbeam's.
class wait_group {
public:
    /// A new group with one handle. Throws std::bad_alloc.
    wait_group() : shared_(std::make_shared<shared>()) {}

    wait_group(const wait_group& other) noexcept : shared_(other.shared_)
    {
        if (shared_) shared_->state.fetch_add(1, detail::order::relaxed);
    }
    wait_group(wait_group&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
    wait_group& operator=(wait_group other) noexcept
    {
        std::swap(shared_, other.shared_);
        return *this;
    }
    ~wait_group()
    {
        if (shared_) shared_->leave();
    }

    /// Waits until all other handles are gone or waiting. A moved-from handle does not wait.
    void wait() noexcept
    {
        if (!shared_) return;
        const std::uint32_t round = shared_->leave();
        while (true) {
            std::uint32_t signal = shared_->signal.load(detail::order::acquire);        // O2
            if (round_of(shared_->state.load(detail::order::acquire)) != round) break;  // O1
            if ((signal & asleep) == 0) {
                const std::uint32_t marked = signal | asleep;
                if (!shared_->signal.compare_exchange_strong(signal, marked, detail::order::relaxed,
                                                             detail::order::relaxed)) {
                    continue;
                }
                signal = marked;
            }
            const detail::noted_block blocked("wait_group", shared_.get());
            detail::wait_on(shared_->signal, signal);
        }
        shared_->state.fetch_add(1, detail::order::relaxed);
    }

private:
    static constexpr std::uint32_t asleep = 1;

    static std::uint32_t round_of(std::uint64_t state) noexcept { return static_cast<std::uint32_t>(state >> 32); }

    struct shared {
        /// Returns the round that the caller took part in.
        std::uint32_t leave() noexcept
        {
            std::uint64_t now = state.load(detail::order::relaxed);
            std::uint64_t next = 0;
            do {
                next = now - 1;
                if (static_cast<std::uint32_t>(next) == 0) next += std::uint64_t{1} << 32;  // I1
            } while (!state.compare_exchange_weak(now, next, detail::order::release, detail::order::relaxed));  // O1
            if (round_of(next) != round_of(now)) {
                std::uint32_t before = signal.load(detail::order::relaxed);
                while (!signal.compare_exchange_weak(before, (before & ~asleep) + 2, detail::order::release,
                                                     detail::order::relaxed)) {}  // O2
                if ((before & asleep) != 0) detail::wake_all(&signal);
            }
            return round_of(now);
        }

        detail::atomic<std::uint64_t> state{1};
        detail::atomic<std::uint32_t> signal{0};
    };

    std::shared_ptr<shared> shared_;
};

}  // namespace weft
