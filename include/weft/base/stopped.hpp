// weft/base/stopped.hpp - the exception of what has been stopped.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/atomic.hpp>
#include <weft/seam/memory.hpp>
#include <weft/seam/shared.hpp>

#include <cstddef>
#include <exception>
#include <utility>

namespace weft {

namespace detail {

/// How many positions of a chain have been run. Relaxed: a number; it is final when all pieces have ended, which
/// happens before the terminal throws. The chain and the exceptions share it: the last one disposes of it.
struct stop_count {
    atomic<std::size_t> done{0};
    std::size_t total = 0;
    atomic<std::size_t> owners{1};
};

/// One of the owners of a count, or of none.
class shared_stop_count {
public:
    shared_stop_count() = default;
    explicit shared_stop_count(stop_count* fresh) noexcept : count_(fresh) {}
    shared_stop_count(const shared_stop_count& other) noexcept : count_(other.count_)
    {
        if (count_ != nullptr) count_->owners.fetch_add(1, order::relaxed);
    }
    shared_stop_count& operator=(shared_stop_count other) noexcept
    {
        std::swap(count_, other.count_);
        return *this;
    }
    ~shared_stop_count()
    {
        // Acquire and release: what the other owners did to the count happens before its end.
        if (count_ != nullptr && count_->owners.fetch_sub(1, order::acq_rel) == 1) dispose(count_);
    }

    [[nodiscard]] stop_count* get() const noexcept { return count_; }

private:
    stop_count* count_ = nullptr;
};

}  // namespace detail

/// Something was stopped before it was done. A terminal throws it whose chain was stopped by stop_on or deadline; and in a
/// task that was asked to stop, what it waits for: a sleep, a lock, a handle, a message. That has not happened then: no
/// lock is held, no message is lost. A task lets it pass, and whoever awaits the task knows what it means.
class WEFT_ONCE_PER_PROCESS stopped : public std::exception {
public:
    stopped() = default;
    explicit stopped(detail::shared_stop_count count) noexcept : count_(std::move(count)) {}

    [[nodiscard]] const char* what() const noexcept override { return "weft: stopped"; }

    /// How far a loop came: how many of the positions in front of stop_on or deadline were run, not necessarily the
    /// first ones. A position is an item of the source, or a byte of a text. Bridged input has no total: 0. A task has
    /// neither.
    [[nodiscard]] std::size_t done() const noexcept
    {
        return count_.get() == nullptr ? 0 : count_.get()->done.load(detail::order::relaxed);
    }
    [[nodiscard]] std::size_t total() const noexcept { return count_.get() == nullptr ? 0 : count_.get()->total; }

private:
    detail::shared_stop_count count_;
};

}  // namespace weft
