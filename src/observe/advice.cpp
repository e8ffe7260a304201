// src/observe/advice.cpp - what the numbers of a report mean, in words.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "observe/advice.hpp"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>

namespace weft {
namespace detail {

std::string words(const char* format, ...)
{
    std::array<char, 1024> buffer;
    std::va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(buffer.data(), buffer.size(), format, arguments);
    va_end(arguments);
    return {buffer.data(), std::min(static_cast<std::size_t>(std::max(length, 0)), buffer.size() - 1)};
}

std::string time_text(std::chrono::nanoseconds t)
{
    const auto ns = static_cast<double>(t.count());
    const auto in = [](double value, const char* unit) {
        return words(value < 9.995 ? "%.2f %s" : value < 99.95 ? "%.1f %s" : "%.0f %s", value, unit);
    };
    if (ns < 1e3) return in(ns, "ns");
    if (ns < 1e6) return in(ns / 1e3, "us");
    if (ns < 1e9) return in(ns / 1e6, "ms");
    return in(ns / 1e9, "s");
}

double percent(std::chrono::nanoseconds part, std::chrono::nanoseconds whole)
{
    return whole.count() <= 0 ? 0 : 100 * static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

std::string type_in(const char* text)
{
    if (text == nullptr) return "(a call from outside)";
    std::string_view name(text);
    if (const auto begin = name.find("T = "); begin != std::string_view::npos) name.remove_prefix(begin + 4);
    if (!name.empty() && name.back() == ']') name.remove_suffix(1);
    constexpr std::size_t most = 120;
    return name.size() <= most ? std::string(name) : std::string(name.substr(0, most)) + "...";
}

std::string advice_for(const region_report& r)
{
    using std::chrono::microseconds;
    using std::chrono::milliseconds;
    const auto share = [&r](std::chrono::nanoseconds part) { return percent(part, r.threads_time); };
    const auto each = r.calls != 0 ? r.wall / static_cast<std::chrono::nanoseconds::rep>(r.calls) : r.wall;
    const std::string took = time_text(each);
    constexpr double much = 15;  // percent
    if (r.threads <= 1)
        return "The pool has one thread; see WEFT_NUM_THREADS, or what limits the processors of this process.";
    if (share(r.elsewhere) > 2 * much)
        return words("Threads worked for other regions in %.0f %% of the time: it shares the pool with them.",
                     share(r.elsewhere));
    if (share(r.blocked) > much)
        return words(
            "%.0f %% of the time was spent blocked (%s): do more between one wait and the next, or wait in "
            "coroutines.",
            share(r.blocked),
            r.blocked_by.empty() ? "locks, input and output, channels" : r.blocked_by.front().first.c_str());
    if (r.shared_calls * 10 < r.calls && each < microseconds(30))
        return words(
            "Left on one thread, for a call takes %s, about as long as handing work over: do more in one call, or "
            "make the loop around it parallel instead.",
            took.c_str());
    const double shared = share(r.work) * r.shared_share();
    if (shared > 20 && shared > share(r.imbalance)) {
        const std::string known = words(
            "an item takes %.1f times as long while %.1f threads work as while one does and the others are held "
            "(median of %llu looks)",
            r.slowdown, r.side_by_side, static_cast<unsigned long long>(r.slowdown_looks));
        if (share(r.blocked) > 2 && !r.blocked_by.empty())
            return words("Bound by what threads share: %s, and they slept for it, too (%s): hold it for less time.",
                         known.c_str(), r.blocked_by.front().first.c_str());
        // Those who share a bandwidth are together as fast as one who has it alone.
        if (r.slowdown > 1.25 * r.side_by_side)
            return words(
                "Bound by a cache line that threads take from each other: %s, so together they are slower than one. "
                "Look for what several of them write, a counter, a flag or a spinlock (perf c2c): give each its own.",
                known.c_str());
        return words(
            "Bound by memory: %s. More threads add no bandwidth: read less (smaller types, fewer passes, blocks that "
            "stay "
            "in the cache), unless it is a line that all of them write, a spinlock, or a core that two of them share.",
            known.c_str());
    }
    // In a few of many calls it is more likely that a thread has lost its processor.
    if (r.in_long_blocks > r.work / 4 && r.long_calls * 2 >= r.calls && r.longest > microseconds(100))
        return words(
            "One item, or block of items that one thread ran in one go, takes %s, %.0f %% of the work of its call: no "
            "number of threads can be faster than that; divide it (unless the system has put that thread aside).",
            time_text(r.longest).c_str(), percent(r.longest, r.longest_of));
    if (r.shared_calls == 0)
        return words(
            "No other thread took part in any call, of %s each: it cannot be divided, or the other threads had no "
            "processor.",
            took.c_str());
    if (share(r.overhead) > much && each < milliseconds(1))
        return words(
            "Threads are woken for calls of %s, and %.0f %% of the time is lost on the way: put calls together, "
            "or let them follow each other more quickly.",
            took.c_str(), share(r.overhead));
    if (share(r.overhead) > much)
        return words(
            "%.0f %% of the time is lost between the call to a thread and its beginning: the machine has other work, "
            "or fewer processors than the pool has threads.",
            share(r.overhead));
    if (share(r.imbalance) > much)
        return words(
            "%.0f %% of the time is lost at the end of calls, when some threads have run out of work: the last parts "
            "take too long; divide the dearest items, or begin with them.",
            share(r.imbalance));
    if (r.serial_share() > 0.2)
        return words(
            "Only one thread worked in %.0f %% of the time: there is too little that can be done side by side.",
            percent(r.alone, r.wall));
    if (share(r.searching) + share(r.waiting) + share(r.idle) > 2 * much)
        return words("Threads found nothing to take in %.0f %% of the time: the region has too few parts for them.",
                     share(r.searching) + share(r.waiting) + share(r.idle));
    return words("Good: %.1f of %u threads worked.", r.parallelism(), r.threads);
}

}  // namespace detail

namespace {

double amdahl(double serial_share, std::size_t threads)
{
    const double divided = threads == 0 ? 0 : (1 - serial_share) / static_cast<double>(threads);
    return serial_share + divided <= 0 ? 0 : 1 / (serial_share + divided);
}

double ratio(std::chrono::nanoseconds part, std::chrono::nanoseconds whole)
{
    return detail::percent(part, whole) / 100;
}

double serial_share_that_explains(double speedup, std::size_t threads)
{
    if (threads <= 1 || speedup <= 0) return 0;
    const double one_of_them = 1 / static_cast<double>(threads);
    return std::clamp((1 / speedup - one_of_them) / (1 - one_of_them), 0.0, 1.0);
}

}  // namespace

double region_report::parallelism() const { return ratio(work, wall); }
double region_report::serial_share() const { return std::min(ratio(alone, work), 1.0); }
double region_report::most_speedup(std::size_t on_threads) const { return amdahl(serial_share(), on_threads); }
double region_report::karp_flatt() const { return serial_share_that_explains(parallelism(), threads); }

double region_report::shared_share() const
{
    constexpr std::uint64_t enough = 5;  // looks
    return slowdown_looks < enough || slowdown <= 1 ? 0 : 1 - 1 / slowdown;
}

std::string region_report::place() const
{
    if (file.empty()) return name;
    return file + ":" + std::to_string(line);
}

double measurement::parallelism() const { return ratio(work, wall); }
double measurement::serial_share() const { return std::min(ratio(serial, work), 1.0); }
double measurement::most_speedup(std::size_t on_threads) const { return amdahl(serial_share(), on_threads); }
double measurement::karp_flatt() const { return serial_share_that_explains(parallelism(), threads); }

std::string measurement::advice() const
{
    if (regions.empty() && work > serial)
        return "No parallel region ran, but threads of pools worked: tasks or coroutines, which a trace shows.";
    if (regions.empty()) return "No parallel region ran: nothing here uses more than one thread.";
    if (threads > processors)
        return detail::words(
            "There are more threads (%u) than processors (%u): threads wait for each other's processors.", threads,
            processors);
    if (serial_share() > 0.1)
        return detail::words(
            "%.0f %% of the work is outside of parallel regions: however many threads there are, no more than "
            "%.1f times as fast as with one. Look there first.",
            100 * serial_share(), most_speedup(0));
    return "Most of the work is in parallel regions: look at the first of them.";
}

}  // namespace weft
