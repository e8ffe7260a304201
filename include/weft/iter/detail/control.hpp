// weft/iter/detail/control.hpp - how the pieces of one loop stop each other.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       any thread that runs a piece of the loop.
//
// Fields      stopped_   written by all, never reset         pieces look at it once per block
//             failed_    written by all, first one wins      claims first_
//             first_     written by the claimant             read when all pieces have ended
//
// Orders      All relaxed: a stop is a hint that saves work. first_ and the results are published by the end of the
//             fork-join, which happens before the loop's caller goes on.
#pragma once

#include <weft/seam/atomic.hpp>

#include <exception>
#include <utility>

namespace weft::detail {

class control {
public:
    control() = default;
    control(const control&) = delete;
    control& operator=(const control&) = delete;

    [[nodiscard]] bool stopped() const noexcept { return stopped_.load(order::relaxed); }

    /// Whatever has not run yet need not run.
    void stop() noexcept { stopped_.store(true, order::relaxed); }

    /// Keeps the exception in flight if it is the first, and stops the rest.
    void fail() noexcept
    {
        if (!failed_.exchange(true, order::relaxed)) first_ = std::current_exception();
        stop();
    }

    [[nodiscard]] bool failed() const noexcept { return failed_.load(order::relaxed); }

    /// After all pieces have ended: throws what failed first.
    void rethrow()
    {
        if (failed()) std::rethrow_exception(std::move(first_));
    }

private:
    atomic<bool> stopped_{false};
    atomic<bool> failed_{false};
    std::exception_ptr first_;
};

}  // namespace weft::detail
