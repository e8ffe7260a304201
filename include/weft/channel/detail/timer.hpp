// weft/channel/detail/timer.hpp - channels that make their messages when the time has come, and one that makes none.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// There is no thread that keeps the time: the receivers themselves sleep until it has come.
//
// Roles       receivers: any threads.
//
// Fields      due_   when the next message is due, in ticks of the clock; `taken` once there will be no more
//
// Orders      O1  claim: compare-exchange relaxed. A message carries nothing but its time.
//
// Progress    lock-free; a receiver that waits sleeps until the time has come.
//
// Checked by  tests/channel/timer_test.cpp.
#pragma once

#include <weft/channel/detail/core.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>
#include <weft/seam/clock.hpp>

#include <cstddef>
#include <limits>
#include <optional>

namespace weft::detail::channels {

class timer : public channel_core {
public:
    /// One message at `first`, and another one each `period` after it unless that is `once`.
    timer(clock::time_point first, clock::duration period) noexcept
        : due_(first.time_since_epoch().count()), period_(period)
    {
    }

    static constexpr clock::duration once = clock::duration::max();

    /// When the next message is due; no_deadline if never.
    [[nodiscard]] clock::time_point due() const noexcept
    {
        return clock::time_point(clock::duration(due_.load(order::relaxed)));
    }

    /// By the clock, or at `time` if that is later.
    channel_status recv_now(storage_cell<clock::time_point>& room,
                            clock::time_point time = clock::time_point::min()) noexcept
    {
        clock::time_point message;
        if (!take(message, time)) return channel_status::blocked;
        room.construct(message);
        return channel_status::done;
    }
    channel_status try_recv(storage_cell<clock::time_point>& room, spin_budget&) noexcept { return recv_now(room); }
    channel_status recv(storage_cell<clock::time_point>& room, clock::time_point deadline, spin_budget&) noexcept
    {
        clock::time_point message;
        if (!take_until(deadline, message)) return channel_status::timed_out;
        room.construct(message);
        return channel_status::done;
    }

    [[nodiscard]] bool ready_to_recv(clock::time_point time = clock::time_point::min()) const noexcept
    {
        return due() <= time || due() <= clock::now();
    }
    [[nodiscard]] std::size_t len() const noexcept { return ready_to_recv() ? 1 : 0; }
    [[nodiscard]] static std::optional<std::size_t> capacity() noexcept { return 1; }
    [[nodiscard]] bool full() const noexcept { return len() == 1; }

    // It does not close, and has no senders.
    void close() noexcept {}
    [[nodiscard]] static bool is_closed() noexcept { return false; }
    void discard() noexcept {}
    [[nodiscard]] static bool leave_last() noexcept { return true; }

private:
    /// Takes the message that is due, by the clock or at `time`, if there is one.
    bool take(clock::time_point& message, clock::time_point time = clock::time_point::min()) noexcept;

    /// Waits for a message until `deadline`.
    bool take_until(clock::time_point deadline, clock::time_point& message) noexcept;

    static constexpr clock::duration::rep taken = std::numeric_limits<clock::duration::rep>::max();

    atomic<clock::duration::rep> due_;
    const clock::duration period_;
};

/// Sleeps until `time`; for ever if it is no_deadline.
void sleep_until(clock::time_point time) noexcept;

/// What stands behind the receivers of never(): it holds nothing, and does not close. All of them share one, which has
/// no state.
struct never_channel {
    template <class Room>
    static channel_status recv_now(Room&) noexcept
    {
        return channel_status::blocked;
    }
    template <class Room>
    static channel_status try_recv(Room&, spin_budget&) noexcept
    {
        return channel_status::blocked;
    }
    template <class Room>
    static channel_status recv(Room&, clock::time_point deadline, spin_budget&) noexcept
    {
        channels::sleep_until(deadline);
        return channel_status::timed_out;
    }

    [[nodiscard]] static bool ready_to_recv() noexcept { return false; }
    [[nodiscard]] static std::size_t len() noexcept { return 0; }
    [[nodiscard]] static std::optional<std::size_t> capacity() noexcept { return 0; }
    [[nodiscard]] static bool full() noexcept { return true; }
    static void close() noexcept {}
    [[nodiscard]] static bool is_closed() noexcept { return false; }
};

}  // namespace weft::detail::channels
