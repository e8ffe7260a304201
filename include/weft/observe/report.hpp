// weft/observe/report.hpp - where the time of parallel regions goes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/chrono.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weft {

/// A parallel region of the program: a loop (the terminal of a chain), a scope, or what a call from outside has joined;
/// all its calls together. Regions inside it count for themselves, and their work for this one too.
///
/// The numbers add up: threads_time == work + overhead + searching + waiting + blocked + elsewhere + idle.
struct region_report {
    std::string file;        ///< where it stands in the source; empty if only its function has a name
    std::uint32_t line = 0;  ///< there
    std::string name;        ///< of the function that was handed over, if there is no file

    std::uint64_t calls = 0;
    std::uint64_t shared_calls = 0;  ///< calls of which another thread took a part
    std::uint64_t parts = 0;         ///< how many parts
    std::uint64_t items = 0;         ///< of all calls; 0: not known
    std::uint32_t threads = 0;       ///< of the pool; the most, if it ran in several

    std::chrono::nanoseconds wall{};          ///< from begin to end, all calls
    std::chrono::nanoseconds threads_time{};  ///< threads x wall
    std::chrono::nanoseconds work{};          ///< threads ran the region's functions
    std::chrono::nanoseconds
        overhead{};  ///< threads were called but did not run yet, or were on the way to what they had found
    std::chrono::nanoseconds searching{};  ///< threads looked for work and found none
    std::chrono::nanoseconds waiting{};    ///< a thread needed what another one had not finished, and could not help
    std::chrono::nanoseconds blocked{};    ///< asleep for a lock of weft's or in a channel, or in weft::blocking
    std::chrono::nanoseconds elsewhere{};  ///< threads worked for other regions
    std::chrono::nanoseconds idle{};       ///< threads slept

    std::chrono::nanoseconds imbalance{};  ///< of all that: lost at the end of calls, when some had no work left
    std::chrono::nanoseconds alone{};      ///< of `wall`: no more than one thread worked
    std::chrono::nanoseconds longest{};    ///< the longest block of items that one thread ran in one go, if it was long
    std::chrono::nanoseconds longest_of{};      ///< the work of the call it was in
    std::chrono::nanoseconds in_long_blocks{};  ///< the longest of each call
    std::uint64_t long_calls = 0;               ///< calls that had such a block

    /// How many times as long an item takes while other threads work, too, as while one works and the others are held: the
    /// median of so many looks; 0 of none. And how many threads worked in them, on average.
    double slowdown = 0;
    std::uint64_t slowdown_looks = 0;
    double side_by_side = 0;

    /// `blocked` by what was waited for, the longest first: "mutex", "fair_mutex", "sharded_mutex", "event_count",
    /// "wait_group", "parker", "channel", "timer", "stream", "sync_wait", "blocking".
    std::vector<std::pair<std::string, std::chrono::nanoseconds>> blocked_by;

    std::string advice;  ///< what to do about it, in a sentence

    /// Threads that worked at a time, on average.
    [[nodiscard]] double parallelism() const;
    /// The share of the work in which only one thread worked.
    [[nodiscard]] double serial_share() const;
    /// The speed-up that this share allows on so many threads, after Amdahl; 0: on any number.
    [[nodiscard]] double most_speedup(std::size_t on_threads) const;
    /// The serial share that explains the parallelism reached, if nothing else does (Karp and Flatt); 0 for one thread.
    [[nodiscard]] double karp_flatt() const;
    /// The share of the work that threads have spent on waiting for what they share, memory mostly; 0 if it is not known.
    [[nodiscard]] double shared_share() const;
    /// `file:line`, or the name.
    [[nodiscard]] std::string place() const;
};

/// A part of a program, and the parallel regions in it.
struct measurement {
    std::chrono::nanoseconds wall{};
    std::chrono::nanoseconds work{};           ///< all threads' time in functions of the program, as far as weft knows
    std::chrono::nanoseconds serial{};         ///< of `wall`: outside of all parallel regions
    std::uint32_t threads = 0;                 ///< of the largest pool that was used
    std::uint32_t processors = 0;              ///< that the system has
    std::uint64_t dropped = 0;                 ///< events that were lost: if there are any, the numbers are too low
    std::vector<double> timeline;              ///< threads at work, on average, in each of so many steps of time
    std::chrono::nanoseconds timeline_step{};  ///< how long a step is
    std::vector<region_report> regions;        ///< the longest first

    /// work / wall.
    [[nodiscard]] double parallelism() const;
    /// The share of the work that is outside of parallel regions.
    [[nodiscard]] double serial_share() const;
    /// As for a region.
    [[nodiscard]] double most_speedup(std::size_t on_threads) const;
    [[nodiscard]] double karp_flatt() const;
    /// A sentence about the whole.
    [[nodiscard]] std::string advice() const;

    /// The report as text, or as a page of HTML that needs nothing else.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string html() const;
    /// Writes text() to the standard output.
    void print() const;
};

}  // namespace weft
