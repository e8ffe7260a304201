// src/pool/test_schedule.hpp - what a test_pool knows: the seed, what waits, and what has been decided.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A test schedule belongs to a pool without threads. The thread that calls in plays all its places: at every fork,
// spawn and wait it draws from the seed whether some other place that has nothing to do takes a job or a task now, and
// runs that as a plain call, from that place. So whatever was taken has ended when the call that it interrupts goes on:
// the orders that come up are some of those that threads can produce, never others.
#pragma once

#include <weft/base/rng.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace weft::detail {

struct job_slot;
struct place;
struct task;

class test_schedule {
public:
    test_schedule(std::uint64_t seed, bool overlap, std::size_t most_jobs) : random_(seed), overlap_(overlap)
    {
        jobs.reserve(most_jobs);
        // Some seeds steal seldom, some at nearly every chance. Seed 0 never does: the serial order.
        static constexpr std::uint32_t chances[] = {32, 96, 160, 224};
        if (seed != 0) chance_ = chances[random_.below(4)];
    }

    struct waiting_job {
        place* home;
        job_slot* slot;
    };
    struct waiting_task {
        place* home;
        task* t;
    };
    std::vector<waiting_job> jobs;  ///< forked and not begun; never grows beyond what was reserved
    std::vector<waiting_task> tasks;

    /// Whether unrelated work may run in the middle of a task.
    [[nodiscard]] bool overlap() const noexcept { return overlap_; }

    /// Whether another place gets on with its work now.
    [[nodiscard]] bool go() noexcept { return chance_ != 0 && draw(256) < chance_; }

    /// A number below `bound`, which is not 0; written into the fingerprint.
    std::size_t draw(std::size_t bound) noexcept
    {
        const std::uint64_t drawn = chance_ == 0 ? 0 : random_() % bound;
        ++decisions_;
        fingerprint_ = rng(fingerprint_ ^ (std::uint64_t{bound} << 32) ^ drawn)();
        return static_cast<std::size_t>(drawn);
    }

    /// Which of `count` things that wait, oldest first, is next. Without a seed the newest, as on a single thread.
    std::size_t pick(std::size_t count) noexcept { return chance_ == 0 ? count - 1 : draw(count); }

    [[nodiscard]] std::uint64_t decisions() const noexcept { return decisions_; }
    [[nodiscard]] std::uint64_t fingerprint() const noexcept { return fingerprint_; }

    // One thread at a time is inside; it may come in again.
    void enter() { door_.lock(); }
    void leave() noexcept { door_.unlock(); }

private:
    rng random_;
    std::uint64_t decisions_ = 0;
    std::uint64_t fingerprint_ = 0;
    std::uint32_t chance_ = 0;  ///< of 256
    const bool overlap_;
    std::recursive_mutex door_;
};

}  // namespace weft::detail
