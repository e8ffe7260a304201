// tests/observe/tell.hpp - events as a program might have told them: a tick is a nanosecond.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/event_note.hpp>

#include "observe/ledger.hpp"

#include <chrono>
#include <cstdint>

namespace test {

/// A program of a few threads. Thread 1 is from outside; threads 2, 3, ... are those of a pool.
class told_program {
public:
    using kind = weft::detail::event_kind;
    static constexpr double ticks_per_microsecond = 1000;

    explicit told_program(std::uint16_t pool_threads, std::uint64_t began = 1000) : threads_(pool_threads)
    {
        ledger_.begin(began, 1);
    }

    void tell(std::uint32_t thread, std::uint64_t time, weft::detail::event_note note)
    {
        note.at = at(thread);
        ledger_.add(thread, time, note);
    }

    void begin(std::uint32_t thread, std::uint64_t time, const char* file, std::uint32_t line, std::uint64_t items = 0)
    {
        tell(thread, time,
             {.kind = kind::region_begin, .what = file, .value = items, .line = line, .threads = threads_});
    }
    void end(std::uint32_t thread, std::uint64_t time) { tell(thread, time, {.kind = kind::region_end}); }

    /// The thread finds a job of `victim`'s, and runs it.
    void take(std::uint32_t thread, std::uint64_t time, std::uint32_t victim, std::uint16_t slot = 0)
    {
        tell(thread, time, {.kind = kind::found, .value = 1});
        steal(thread, time, victim, slot);
    }
    void steal(std::uint32_t thread, std::uint64_t time, std::uint32_t victim, std::uint16_t slot = 0,
               std::uint32_t own_slot = 0, const char* name = nullptr)
    {
        tell(thread, time,
             {.kind = kind::steal,
              .what = at(victim),
              .value = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(name)),
              .line = own_slot,
              .slot = slot});
    }
    void done(std::uint32_t thread, std::uint64_t time)
    {
        tell(thread, time, {.kind = kind::job_end});
        tell(thread, time, {.kind = kind::search});
    }
    void simply(std::uint32_t thread, std::uint64_t time, kind what) { tell(thread, time, {.kind = what}); }
    void wakes(std::uint32_t thread, std::uint64_t time, std::uint32_t whom)
    {
        tell(thread, time, {.kind = kind::wake, .what = at(whom)});
    }

    weft::measurement stop(std::uint64_t time) { return ledger_.end(time, ticks_per_microsecond); }

    weft::detail::ledger& ledger() { return ledger_; }
    const void* at(std::uint32_t thread) const { return &places_[thread]; }

private:
    const std::uint16_t threads_;
    char places_[64] = {};
    weft::detail::ledger ledger_;
};

inline std::chrono::nanoseconds sum_of_parts(const weft::region_report& r)
{
    return r.work + r.overhead + r.searching + r.waiting + r.blocked + r.elsewhere + r.idle;
}

}  // namespace test
