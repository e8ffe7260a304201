// src/async/async_scope.cpp - the tasks of a scope: how they begin and end.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async_scope.hpp>
#include <weft/async/detail/stopped.hpp>

#include "async/async_core.hpp"
#include "async/notes.hpp"

namespace weft::detail {

void async_scope_core::begin(strand& parent) noexcept
{
    parent_ = goes_on_ = &parent;
    core_ = parent.core;
    before_ = parent.stop;
    mine_.open(before_, &parent);
    parent.stop = &mine_;
}

/// For traces: the end of the body is about to wait for the tasks, or need not after all.
void async_scope_core::tell(bool waits) noexcept { note_task_waits(waits ? "a scope's end" : nullptr); }

void async_scope_core::finish() noexcept
{
    parent_->stop = before_;
    mine_.close();
}

void async_scope_core::start(strand& child, std::coroutine_handle<> first) noexcept
{
    if (runs_here(*parent_)) {
        ++spawned_;
    } else {
        left_.fetch_add(1, order::relaxed);  // O2
    }
    prepare(child, *core_, &mine_, first);
    make_ready(child);
}

strand* async_scope_core::ended(async_core& core, std::exception_ptr error) noexcept
{
    if (error != nullptr && !(asked_.load(order::relaxed) && is_stopped(error))) fail(std::move(error));  // O3
    strand* const parent = goes_on_;
    if (left_.fetch_sub(1, order::acq_rel) != 1) return nullptr;  // O1; the scope may be gone
    return core.go_on_with(*parent);
}

void async_scope_core::fail(std::exception_ptr error) noexcept
{
    if (!failed_.exchange(true, order::relaxed)) error_ = std::move(error);
    request_stop();
}

void async_scope_core::body_failed() noexcept { fail(std::current_exception()); }

void async_scope_core::request_stop() noexcept
{
    asked_.store(true, order::relaxed);  // O3
    mine_.request();
}

}  // namespace weft::detail
