// src/model/fiber.hpp - stacks that the checker switches between: a modelled thread is one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

namespace weft::model::detail {

/// A stack to run on. A fiber that will never be resumed is simply prepared again: its frames are not unwound.
class fiber {
public:
    /// Its stack, if it is prepared, has so many bytes.
    explicit fiber(std::size_t stack_bytes = std::size_t{256} * 1024);
    ~fiber();
    fiber(const fiber&) = delete;
    fiber& operator=(const fiber&) = delete;

    /// The next switch to this fiber begins `entry()`, which must never return.
    void prepare(void (*entry)());

    /// Leaves `from`, which runs now, and continues where `to` was left. A default fiber that was never prepared
    /// stands for the stack of the thread itself.
    static void go(fiber& from, fiber& to) noexcept;

    /// `entry` must call this first.
    void arrived() noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace weft::model::detail
