// src/observe/report.cpp - a report as text.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "observe/advice.hpp"

#include <cstdio>

namespace weft {

std::string measurement::text() const
{
    using detail::percent;
    using detail::time_text;
    using detail::words;
    std::string out = words("weft: %s, work %s, parallelism %.2f; %u threads, %u processors\n", time_text(wall).c_str(),
                            time_text(work).c_str(), parallelism(), threads, processors);
    out += words(
        "serial %.1f %% of the work: after Amdahl at most %.2f times as fast on %u threads, %.1f on any number; "
        "Karp-Flatt %.1f %%\n",
        100 * serial_share(), most_speedup(threads), threads, most_speedup(0), 100 * karp_flatt());
    if (dropped != 0)
        out += words("%llu events were lost: these numbers are too low\n", static_cast<unsigned long long>(dropped));
    out += advice() + "\n";
    for (const region_report& r : regions) {
        const auto share = [&r](std::chrono::nanoseconds part) { return percent(part, r.threads_time); };
        const auto calls = static_cast<std::chrono::nanoseconds::rep>(r.calls == 0 ? 1 : r.calls);
        out += "\n" + r.place() + "\n";
        out += words("  %llu calls, %llu shared in %llu parts", static_cast<unsigned long long>(r.calls),
                     static_cast<unsigned long long>(r.shared_calls), static_cast<unsigned long long>(r.parts));
        if (r.items != 0) out += words(", %llu items", static_cast<unsigned long long>(r.items));
        out += words("; %s (%s a call), %.1f %% of all; processors %s; parallelism %.2f of %u\n",
                     time_text(r.wall).c_str(), time_text(r.wall / calls).c_str(), percent(r.wall, wall),
                     time_text(r.work).c_str(), r.parallelism(), r.threads);
        out += words(
            "  threads x wall: work %.1f %%, overhead %.1f %%, searching %.1f %%, waiting %.1f %%, blocked %.1f %%, "
            "elsewhere %.1f %%, idle %.1f %%",
            share(r.work), share(r.overhead), share(r.searching), share(r.waiting), share(r.blocked),
            share(r.elsewhere), share(r.idle));
        if (!r.blocked_by.empty()) {
            std::string kinds;
            for (const auto& [kind, time] : r.blocked_by)
                kinds += words("%s%s %.1f %%", kinds.empty() ? "" : ", ", kind.c_str(), share(time));
            out += "; blocked for: " + kinds;
        }
        out += words("; of this imbalance %.1f %%\n", share(r.imbalance));
        out += words(
            "  serial %.1f %%: at most %.2f times as fast on %u threads, %.1f on any number; Karp-Flatt %.1f %%\n",
            100 * r.serial_share(), r.most_speedup(r.threads), r.threads, r.most_speedup(0), 100 * r.karp_flatt());
        if (r.slowdown_looks != 0)
            out += words(
                "  an item takes %.2f times as long beside %.1f threads at work as alone (median of %llu looks)\n",
                r.slowdown, r.side_by_side - 1, static_cast<unsigned long long>(r.slowdown_looks));
        out += "  " + r.advice + "\n";
    }
    return out;
}

void measurement::print() const
{
    std::fputs(text().c_str(), stdout);
    std::fflush(stdout);
}

}  // namespace weft
