// src/pool/steering.hpp - makes a woken thread start on another processor than the one that wakes it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/atomic.hpp>

#include <array>
#include <cstddef>

namespace weft::detail {

/// In a virtual machine Linux takes an idle processor for one that the host has taken away, and queues a woken thread
/// behind its waker: if the waker goes on working, the thread starts at the next tick, some milliseconds later, while a
/// processor is idle. So the waker forbids its own processor to the sleeping thread, and the thread, once it runs
/// elsewhere, takes its old affinity back: the one it had when its life in the pool began. Nothing is done without
/// Linux, or where the thread may use one processor only.
///
/// Thread safety: begin before anybody may wake the thread; away_from_here for whoever wakes it; arrived for the
///                thread.
/// Cost:          about 2 us a wake-up, of some 40 to 80.
class steering {
public:
    /// The calling thread is the one to be steered.
    void begin() noexcept;
    /// The thread sleeps and is about to be woken by the calling thread.
    void away_from_here() noexcept;
    /// The thread runs again.
    void arrived() noexcept;

private:
    static constexpr std::size_t words = 1024 / (8 * sizeof(unsigned long));
    std::array<unsigned long, words> allowed_{};
    int thread_ = 0;
    std::size_t size_ = 0;  ///< bytes of allowed_ in use; 0: nothing to steer
    atomic<bool> steered_{false};
};

}  // namespace weft::detail
