// weft/channel/detail/arm.hpp - one operation among several that a thread chooses from.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Of the arms of a select exactly one is started. Receiving is done when the arm is started, and so is sending a
// message that is in hand; only opening a box is left for later. A message that has yet to be made is *late*: start()
// takes a promise, of a place or of a partner, that keeps nobody from receiving or from leaving; then the typed part of
// the arm makes the message, and sends it. A thread that finds no arm ready registers all of them under one token, and
// sleeps once.
#pragma once

#include <weft/channel/detail/waiter.hpp>
#include <weft/seam/clock.hpp>

#include <span>

namespace weft::detail::channels {

/// The part of an arm that choosing needs. Used by one thread; while it is registered, other threads use its waiter.
class arm : public waiter {
public:
    arm() noexcept = default;
    arm(const arm&) = delete;
    arm& operator=(const arm&) = delete;
    virtual ~arm() = default;

    /// Carries the operation out, or takes a promise for it. True also if the channel is closed: then the outcome is
    /// known. A false answer means, if it is thorough, that the operation would block; if not, only that it is not
    /// ready.
    virtual bool start(bool thorough) = 0;

    /// Whether start would not be blocked. Partners that wait under this arm's own token do not count.
    virtual bool is_ready() noexcept = 0;

    virtual registration register_waiter() noexcept = 0;
    /// Leaves the line, and does nothing else: it is not called for an arm that was chosen, which whoever chose it has taken
    /// out.
    virtual void unregister() noexcept = 0;

    /// After the wait: a partner has carried the operation out, or has promised to.
    virtual void accept(verdict why) noexcept = 0;

    /// Gives up what start took.
    virtual void cancel() noexcept = 0;

    /// When it may be ready without anybody telling the thread.
    [[nodiscard]] virtual clock::time_point due() const noexcept { return no_deadline; }

    /// Whether it finds partners only while it is registered.
    [[nodiscard]] virtual bool hand_to_hand() const noexcept { return false; }

    /// What time it is at the least: a pool with a time of its own may be ahead of the clock.
    clock::time_point time = clock::time_point::min();
};

/// Starts one of the arms, waiting for it until `deadline`; null if none could be started by then.
arm* choose(std::span<arm* const> arms, bool fair, clock::time_point deadline);

/// As choose, without waiting.
arm* choose_now(std::span<arm* const> arms, bool fair);

/// Waits until one of the arms could be started; starts none.
arm* choose_ready(std::span<arm* const> arms, bool fair, clock::time_point deadline);

}  // namespace weft::detail::channels
