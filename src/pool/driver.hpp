// src/pool/driver.hpp - what idle threads look after for the whole process: descriptors that become ready.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The pool knows nothing of descriptors. The layer that waits for them brings a driver along, one for all pools; a thread
// that has nothing to do sleeps there rather than on its own spot, if no other one does. A program without descriptors pays
// a load where a thread looks around for work, or sleeps.
#pragma once

#include <weft/sync/detail/parking_spot.hpp>

#include <atomic>
#include <cstdint>

namespace weft::detail {

class driver {
public:
    driver() = default;
    driver(const driver&) = delete;
    driver& operator=(const driver&) = delete;

    /// Makes ready what waits for descriptors that are ready, without waiting. Whether there was anything. Does nothing if
    /// another thread is at it, or somebody has looked a moment ago. `who`: the spot of the thread that looks; null: of none that
    /// would sleep in here.
    virtual bool look(const parking_spot* who) noexcept = 0;
    /// The same for who has other things to do: the moment is longer.
    virtual void glance() noexcept = 0;

    /// Whether what comes from descriptors comes to another thread now, again and again. To look around beside it for long
    /// finds little, and takes the processor from that thread, or from whoever sends it something.
    [[nodiscard]] virtual bool is_left_to_another(const parking_spot& who) const noexcept = 0;

    /// Sleeps until there is a token at `spot` and takes it, like spot.park(), or goes on earlier. Makes ready meanwhile
    /// what waits for descriptors, unless another thread does so.
    virtual void park(parking_spot& spot) noexcept = 0;

    /// Wakes the thread that sleeps in here; after its spot's unpark() has said that it does.
    virtual void wake() noexcept = 0;

    /// drivers_wanted has changed.
    virtual void attend() noexcept = 0;

protected:
    ~driver() = default;  // it lives as long as the process
};

/// Null: there is none. No part of what the checker searches: no scenario has a driver.
inline constinit std::atomic<driver*> driver_of_all{nullptr};

[[nodiscard]] inline driver* driver_there() noexcept { return driver_of_all.load(std::memory_order_acquire); }

/// How many pools want a thread of the driver's own to do that: pool_options::driver_thread.
inline constinit std::atomic<std::uint32_t> drivers_wanted{0};

inline void want_driver(int more) noexcept
{
    drivers_wanted.fetch_add(static_cast<std::uint32_t>(more), std::memory_order_relaxed);
    if (driver* const d = driver_there()) d->attend();
}

/// Leaves a token at the spot of a pool's thread, wherever that sleeps.
inline void wake_thread_at(parking_spot& spot) noexcept
{
    if (!spot.unpark()) return;
    if (driver* const d = driver_there()) d->wake();  // none: in the child of a fork, whose parent's thread it was
}

}  // namespace weft::detail
