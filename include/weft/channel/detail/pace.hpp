// weft/channel/detail/pace.hpp - how long a thread spins before it sleeps.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/backoff.hpp>
#include <weft/base/chrono.hpp>
#include <weft/base/clock.hpp>
#include <weft/base/spin_hint.hpp>
#include <weft/base/this_thread.hpp>

#include <cstdint>

namespace weft::detail::channels {

/// 1, 2, 4, ... 64 pauses. They grow so that the waiting thread leaves the line it watches to the thread that will
/// write it; a flat poll drags the line back and forth.
inline void pause_round(unsigned round) noexcept
{
    for (unsigned i = 0; i < (1u << round); ++i) spin_hint();
}

/// How a thread that lost a claim steps back, before it tries again with the number that it saw then. That is old by now
/// where many claim: it loses once more, stays away longer, and leaves the line to one who has it. To read the number
/// anew would keep all of them at it: a message then takes half as long again.
using contention = backoff;

/// Sleeps for some tens of microseconds.
void nap() noexcept;

/// Waits for another thread that is in the middle of something: it may have lost its core, or run foreign code.
class patience {
public:
    void wait() noexcept
    {
        if (round_ < 100) {
            if (round_ < 10) {
                pause_round(round_ < 5 ? round_ : 5);
            } else {
                yield_thread();
            }
            ++round_;
        } else {
            nap();
        }
    }

private:
    unsigned round_ = 0;
};

/// How long a handle spins before it sleeps. A round of waiting is 1, 2, 4, 8, 16 pauses, then a yield of the core. The
/// number of rounds follows success: it grows while what is awaited comes in time, and shrinks while it does not.
///
/// Threads that share a core wait for one that cannot run meanwhile: for them every pause is lost, and a sleep is dear,
/// since each message then wakes a thread that finds room for one. Hence few pauses, and never a sleep without a yield.
///
/// Two threads that hand messages to and fro can be caught in sleep: each takes longer to wake up than the other one
/// spins. Hence a long spin now and then, longer than a wake-up takes: it finds the thread awake when the other one
/// acts, which then need not sleep either. It is made less often while it does not help. Where a yield costs a time
/// slice, since somebody else uses the core, it is left out for a while.
///
///     unsigned round = 0;
///     for (budget.begin(); budget.wait(round); ++round) { if (it has come) return budget.came(round); }
///     sleep, then budget.slept()
class spin_budget {
public:
    void begin() noexcept
    {
        if (sore_ != 0) --sore_;
        limit_ = rounds_;
        if (++waits_ < interval_) return;
        waits_ = 0;
        limit_ = longest;
    }

    /// Waits for one round; false if it is time to sleep.
    bool wait(unsigned round) noexcept
    {
        if (round >= limit_) return false;
        if (round < pauses || round >= most || sore_ != 0) {
            pause_round(round < pauses ? round : pauses - 1);
        } else {
            yield();
        }
        return true;
    }

    /// What was awaited has come in this round.
    void came(unsigned round) noexcept
    {
        if (limit_ == longest) interval_ = often;
        const unsigned better = rounds_ > round ? rounds_ + 1u : round + 2;
        rounds_ = static_cast<std::uint8_t>(better < most ? better : most);
    }

    /// It had to be slept for.
    void slept() noexcept
    {
        if (limit_ == longest && interval_ < seldom) interval_ = static_cast<std::uint16_t>(interval_ * 2);
        if (rounds_ > least) --rounds_;
    }

private:
    static constexpr unsigned pauses = 5;    // rounds without a yield: 31 pauses, less than a microsecond
    static constexpr unsigned least = 6;     // a yield: about as much again
    static constexpr unsigned most = 14;     // about the price of one sleep
    static constexpr unsigned longest = 26;  // about twice the time of waking up
    /// A yield that takes longer went to a stranger: the threads of one channel give the core back sooner, even eight of
    /// them that fill and empty a thousand places each in their turns.
    static constexpr std::chrono::microseconds slice{500};
    static constexpr std::uint16_t often = 16;
    static constexpr std::uint16_t seldom = 1024;

    void yield() noexcept
    {
        const clock::time_point begin = clock::now();
        yield_thread();
        if (clock::now() - begin < slice) return;
        sore_ = penalty_;
        if (penalty_ < (1u << 20)) penalty_ *= 4;  // a lost time slice is the price of some hundred sleeps
    }

    std::uint32_t sore_ = 0;  // waits without a yield that are left
    std::uint32_t penalty_ = 256;
    std::uint16_t waits_ = 0;
    std::uint16_t interval_ = often;
    std::uint8_t rounds_ = most;
    std::uint8_t limit_ = most;
};

}  // namespace weft::detail::channels
