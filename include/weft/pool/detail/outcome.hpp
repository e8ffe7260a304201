// weft/pool/detail/outcome.hpp - a forked function with room for its result or exception, in its caller's frame.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/detail/worker.hpp>
#include <weft/seam/cell.hpp>

#include <exception>
#include <utility>

namespace weft::detail {

/// What join puts into the slot. `R` is an object type. The result or the exception exists only after a thief has run
/// the function; without a thief only the pointer is written here.
template <class F, class R>
struct outcome_frame {
    F* function;
    storage_cell<R> value;
    storage_cell<std::exception_ptr> error;

    explicit outcome_frame(F* f) noexcept : function(f) {}

    /// On the thief: keeps what `call()` returns or throws; false if it threw.
    template <class Call>
    bool capture(Call&& call) noexcept
    {
        try {
            value.construct(call());
            return true;
        } catch (...) {
            error.construct(std::current_exception());
            return false;
        }
    }

    /// On the owner, after the stolen function has ended: returns its result, or throws its exception.
    R take(const job_slot& slot)
    {
        if (failed(slot)) std::rethrow_exception(error.take());
        return value.take();
    }

    /// On the owner: discards the result or the exception.
    void drop(const job_slot& slot) noexcept
    {
        if (failed(slot)) {
            error.destroy();
        } else {
            value.destroy();
        }
    }

private:
    static bool failed(const job_slot& slot) noexcept
    {
        return job_state(slot.state.load(order::relaxed)).has_failed();  // the wait has acquired it
    }
};

/// Runs `right` and discards what it throws: the exception of the left side leaves the join, and there can be only one.
template <class Right>
void run_and_forget(Right&& right) noexcept
{
    try {
        static_cast<void>(right());
    } catch (...) {
    }
}

/// After the left side has thrown: makes sure that the right side runs and ends. The caller rethrows.
template <class Frame, class Right>
void finish_after_throw(worker& self, job_slot* slot, Frame& frame, Right&& right)
{
    self.jobs.set_head(slot);
    if (!self.jobs.is_private(slot) && !take_back_or_wait(self, slot)) {
        frame.drop(*slot);
    } else {
        detail::run_and_forget(right);
    }
}

}  // namespace weft::detail
