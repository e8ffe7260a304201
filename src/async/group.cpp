// src/async/group.cpp - tasks side by side: how they start, and what becomes of their ends.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/detail/group.hpp>
#include <weft/async/detail/stopped.hpp>

#include "async/async_core.hpp"
#include "async/notes.hpp"

namespace weft::detail {

void task_group::start(strand& parent) noexcept
{
    note_task_waits("a group's end");
    turn& now = *parent.now;
    parent_ = &parent;
    async_core& core = *parent.core;
    mine_.open(parent.stop, nullptr);
    left_.store(count_, order::relaxed);
    // All but the last are for whoever comes; the last one begins here, when the parent has suspended. Until it has ended
    // the parent stays, whatever the others do.
    const ready_batch all;  // in a test_pool everything may be over after it
    task* t = first_;
    while (t != last_) {
        auto& m = static_cast<group_member&>(static_cast<strand&>(*t));
        t = t->next;
        prepare(m, core, &mine_, m.first_);
        make_ready(m);
    }
    auto& m = static_cast<group_member&>(static_cast<strand&>(*t));
    prepare(m, core, &mine_, m.first_);
    now.then = core.go_on_with(m);
}

strand* group_member::at_end(strand& self) noexcept
{
    auto& m = static_cast<group_member&>(self);
    return m.group_->ended(m, m.collect());
}

strand* task_group::ended(group_member& m, const task_error& result) noexcept
{
    async_core& core = *m.core;
    const bool failed = result.error() != nullptr;
    if (failed || what_ != aim::all) {
        const bool was_stopped = failed && is_stopped(result.error());
        if (what_ == aim::all) {
            m.failed_ = !was_stopped || !asked_.load(order::relaxed);                  // O2, I2
            if (m.failed_ && !asked_.exchange(true, order::relaxed)) mine_.request();  // O2
        } else if (!was_stopped && !asked_.exchange(true, order::relaxed)) {
            winner_ = &m;
            mine_.request();
        }
    }
    strand* const parent = parent_;
    if (left_.fetch_sub(1, order::acq_rel) != 1) return nullptr;  // O1; the group may be gone
    return core.go_on_with(*parent);
}

}  // namespace weft::detail
