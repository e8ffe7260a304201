// weft/sync/wait_group.hpp - waiting until everybody who holds a handle is done.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       each handle is used by one thread at a time; handles of one group by any threads.
//
// Fields      active_   handles that are neither gone nor waiting
//             round_    goes up each time active_ reaches 0; waiters sleep on its address
//
// Orders      O1  leave: active_ sub acq_rel -> the last leaver's sub. It sees what all the others did.
//             O2  last leaver: round_ add release -> waiter: round_ load acquire. With O1: the waiter sees it too.
//             A waiter reads round_ before it leaves: while it is active, round_ cannot move.
//
// Progress    copying and leaving: wait-free. wait: sleeps.
//
// Checked by  tests/model/sync_model.cpp: wait_group_all_done (O1, O2), wait_group_two_waiters.
#pragma once

#include <weft/base/atomic.hpp>

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
/// Cost:          one locked operation to copy, one to leave; an allocation for the group.
/// Example:       examples/sync/wait_group.cpp
/// Source:        the interface is crossbeam's.
class wait_group {
public:
    /// A new group with one handle. Throws std::bad_alloc.
    wait_group() : shared_(std::make_shared<shared>()) {}

    wait_group(const wait_group& other) noexcept : shared_(other.shared_)
    {
        if (shared_) shared_->active.fetch_add(1, detail::order::relaxed);
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
        const std::uint32_t round = shared_->round.load(detail::order::relaxed);
        if (!shared_->leave()) {
            while (shared_->round.load(detail::order::acquire) == round) detail::wait_on(shared_->round, round);  // O2
        }
        shared_->active.fetch_add(1, detail::order::relaxed);
    }

private:
    struct shared {
        /// Returns whether this was the last one.
        bool leave() noexcept
        {
            if (active.fetch_sub(1, detail::order::acq_rel) != 1) return false;  // O1
            round.fetch_add(1, detail::order::release);                          // O2
            detail::wake_all(&round);
            return true;
        }

        detail::atomic<std::uint32_t> active{1};
        detail::atomic<std::uint32_t> round{0};
    };

    std::shared_ptr<shared> shared_;
};

}  // namespace weft
