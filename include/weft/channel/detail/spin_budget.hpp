// weft/channel/detail/spin_budget.hpp - how long a thread spins before it sleeps.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/backoff.hpp>
#include <weft/base/spin_hint.hpp>
#include <weft/seam/chrono.hpp>
#include <weft/seam/clock.hpp>
#include <weft/seam/this_thread.hpp>

#include <cstdint>

namespace weft::detail::channels {

/// Pauses 1, 2, 4, ... 64 times. The rounds grow so that a waiting thread leaves the cache line that it watches alone:
/// polling at a steady rate would keep taking the line from the thread that is about to write it.
inline void pause_round(unsigned round) noexcept
{
    for (unsigned i = 0; i < (1u << round); ++i) spin_hint();
}

/// How a thread that has lost a claim to another backs off before it tries again. It tries again with the value that
/// the failed claim has shown it, which is out of date by then if many threads claim: so it fails once more, backs off
/// for longer, and leaves the line to a thread that has it already. If it read the value anew, all threads would keep
/// fetching the line, and a message would take half as long again.
using contention = backoff;

/// Sleeps for some tens of microseconds.
void nap() noexcept;

/// Waits for another thread that is in the middle of something, and that may have lost its core.
class patience {
public:
    void wait() noexcept
    {
        if (round_ < 10) {
            pause_round(round_ < 5 ? round_ : 5);
        } else if (round_ < 100) {
            yield_thread();
        } else {
            nap();
        }
        ++round_;
    }

    /// True after about 50 ms: by now it is unlikely that a little more waiting will do.
    [[nodiscard]] bool is_over() const noexcept { return round_ > 100 + 500; }

private:
    unsigned round_ = 0;
};

/// How long a thread spins for what it waits for before it goes to sleep. Each handle has a budget of its own.
///
/// A wait is a number of rounds: at first 1, 2, 4, 8 and 16 pauses, then one yield of the core per round. The budget is
/// the number of rounds. It grows when spinning was enough, and shrinks when the thread had to sleep after all.
///
/// There are few rounds of pauses, and there is always at least one yield before a sleep, because the threads may share
/// a core. Then the other thread cannot run while this one pauses, so every pause is wasted; and sleeping is expensive,
/// since each message has to wake a thread up.
///
/// Every so often a wait is much longer than the budget. Two threads that pass messages back and forth can otherwise
/// get stuck in a pattern in which both always sleep, because each takes longer to wake up than the other one spins.
/// The long wait lasts longer than a wake-up: when the other thread acts it finds this one awake, does not have to wake
/// it, and soon need not sleep either. As long as this does not help, long waits become rarer.
///
/// A yield can cost a whole time slice if some other program uses the core. After that has happened, yields are left
/// out for a number of waits.
///
///     unsigned round = 0;
///     for (budget.begin(); budget.wait(round); ++round) { if (it has come) return budget.came(round); }
///     sleep, then budget.slept()
class spin_budget {
public:
    void begin() noexcept
    {
        if (waits_without_yield_ != 0) --waits_without_yield_;
        limit_ = rounds_;
        if (++waits_ < interval_) return;
        waits_ = 0;
        limit_ = longest;
    }

    /// Waits for one round. False if it is time to sleep: then it has not waited.
    bool wait(unsigned round) noexcept
    {
        if (round >= limit_) return false;
        if (round < pauses || round >= most || waits_without_yield_ != 0) {
            pause_round(round < pauses ? round : pauses - 1);
        } else {
            yield();
        }
        return true;
    }

    /// What the thread waited for has come in this round.
    void came(unsigned round) noexcept
    {
        if (limit_ == longest) interval_ = often;
        const unsigned better = rounds_ > round ? rounds_ + 1u : round + 2;
        rounds_ = static_cast<std::uint8_t>(better < most ? better : most);
    }

    /// The thread had to sleep.
    void slept() noexcept
    {
        if (limit_ == longest && interval_ < seldom) interval_ = static_cast<std::uint16_t>(interval_ * 2);
        if (rounds_ > least) --rounds_;
    }

private:
    static constexpr unsigned pauses = 5;    // rounds without a yield: 31 pauses, less than a microsecond
    static constexpr unsigned least = 6;     // with one yield: twice as long
    static constexpr unsigned most = 14;     // about the cost of one sleep
    static constexpr unsigned longest = 26;  // about twice as long as a wake-up takes
    /// A yield that takes longer than this has given the core to a thread that has nothing to do with the channel.
    /// Threads of one channel give it back sooner, even if there are eight of them and each fills or empties a thousand
    /// slots in its turn.
    static constexpr std::chrono::microseconds slice{500};
    static constexpr std::uint16_t often = 16;
    static constexpr std::uint16_t seldom = 1024;

    void yield() noexcept
    {
        const clock::time_point begin = clock::now();
        yield_thread();
        if (clock::now() - begin < slice) return;
        waits_without_yield_ = penalty_;
        if (penalty_ < (1u << 20)) penalty_ *= 4;  // a lost time slice costs as much as some hundred sleeps
    }

    std::uint32_t waits_without_yield_ = 0;  // so many of them are still to come
    std::uint32_t penalty_ = 256;
    std::uint16_t waits_ = 0;
    std::uint16_t interval_ = often;
    std::uint8_t rounds_ = most;
    std::uint8_t limit_ = most;
};

}  // namespace weft::detail::channels
