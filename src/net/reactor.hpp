// src/net/reactor.hpp - learns from the system which descriptors are ready, and wakes who waits for them.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       sleeper: a thread of a pool that has nothing to do; one at a time.  others that look: threads of pools between
//             two tasks, or that look for work.  watcher: see attendance.hpp.
//
// Fields      turn_    who has it may ask the system
//             looks_   how often somebody has asked; looked_at_: when; written with the turn
//             server_  whose thread has got the last events, served_at_: when; hints, written with the turn
//
// Invariants  I1  A thread that sleeps in here is woken by the system's event, or by what is written to bell_, by whoever
//                 has left a token at its spot and found that it sleeps elsewhere (parking_spot).
//             I2  No event is lost with the thread that has got it: it makes ready what waits before it does anything else.
//
// Orders      O1  turn_: store release -> exchange acquire. What the one before has written to the fields.
//
// Progress    look: never waits. How long an event waits: not at all if a thread sleeps here; for the longest task that does
//             not let others run if all threads have work; and for `longest_nap` if some sleep, but none in here.
//
// Checked by  tests/net/reactor_test.cpp; tests/model/sync_model.cpp: parker_elsewhere (I1).
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/sync/detail/parking_spot.hpp>
#include <weft/sync/spinlock.hpp>

#include "net/attendance.hpp"
#include "pool/driver.hpp"

#include <cstdint>

namespace weft::detail {

class io_source;

class reactor final : public driver {
public:
    /// The one of this process: made by the first call; the child of a fork makes its own. Throws std::system_error,
    /// std::bad_alloc.
    static reactor& here();
    /// The same if it is there, else null.
    [[nodiscard]] static reactor* there() noexcept;

    /// Throws std::bad_alloc.
    [[nodiscard]] io_source* make_source();
    /// To be used again.
    static void take_back(io_source& s) noexcept;

    /// Watches a source, or another side of it. Gives the system's error, or 0.
    [[nodiscard]] int watch(io_source& s, std::uint32_t sides, bool is_new) noexcept;
    /// It is about to be closed.
    void forget(io_source& s) noexcept;

    bool look(const parking_spot* who) noexcept override;
    void glance() noexcept override;
    [[nodiscard]] bool is_left_to_another(const parking_spot& who) const noexcept override;
    void park(parking_spot& spot) noexcept override;
    void wake() noexcept override;
    void attend() noexcept override;

private:
    struct events;

    reactor();
    ~reactor() = default;
    static reactor& make();

    [[nodiscard]] bool take_turn() noexcept;
    void give_turn() noexcept;
    /// Whether somebody has asked the system so short a time ago.
    [[nodiscard]] bool was_asked_within(std::uint64_t microseconds) const noexcept;
    /// Asks the system, for the thread of this spot; with the turn. False: it cannot be asked.
    bool ask(events& into, int milliseconds, const parking_spot* who) noexcept;
    [[noreturn]] void watch_over() noexcept;
    void serve() noexcept;

    const unsigned born_in_;
    int epoll_ = -1;
    int bell_ = -1;
    spinlock depot_lock_;
    io_source* depot_ = nullptr;  ///< to be used again

    alignas(cache_line_size) atomic<bool> turn_{false};
    atomic<std::uint32_t> looks_{0};
    atomic<std::uint64_t> looked_at_{0};  ///< in ticks
    atomic<std::uint64_t> served_at_{0};
    atomic<const parking_spot*> server_{nullptr};  ///< only compared: it may be gone
    alignas(cache_line_size) attendance who_;
};

}  // namespace weft::detail
