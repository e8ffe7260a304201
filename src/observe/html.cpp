// src/observe/html.cpp - a report as a page that needs nothing else.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "observe/advice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace weft {
namespace {

using detail::percent;
using detail::time_text;
using detail::words;

// Colours of the parts of threads x wall: apart from each other by lightness too.
constexpr std::string_view head = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>
weft report</title><style>
:root{color-scheme:light dark;--page:#fff;--text:#1c1f23;--faint:#6b727a;--line:#d5d9de;--card:#f6f7f9;
--work:#1b7f4b;--overhead:#c4452d;--searching:#e0912f;--waiting:#8a4fbf;--blocked:#2f6fd0;--elsewhere:#8fb7e8;
--idle:#c9ced4}
@media(prefers-color-scheme:dark){:root{--page:#15181c;--text:#e6e9ec;--faint:#99a1a9;--line:#333a42;--card:#1d2126;
--work:#3fb57a;--overhead:#ee6f57;--searching:#f0b05a;--waiting:#b78ae0;--blocked:#6fa3f0;--elsewhere:#3c5f8c;
--idle:#4a525b}}
body{font:15px/1.45 system-ui,sans-serif;background:var(--page);color:var(--text);max-width:60rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.3rem}h2{font-size:1rem;margin:1.6rem 0 .4rem;overflow-wrap:anywhere}svg{width:100%;height:auto;
display:block}
svg text{fill:var(--faint);font:11px system-ui,sans-serif}.axis{stroke:var(--line);fill:none}.say{font-weight:600}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.6rem 1rem;margin:.8rem 0}
.small{color:var(--faint);font-size:.87rem}.key span{display:inline-block;margin-right:1rem}
.key i{display:inline-block;width:.8em;
height:.8em;border-radius:2px;margin-right:.35em}
</style></head><body>
)";

std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '&':
                out += "&amp;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

struct part {
    const char* name;
    std::chrono::nanoseconds time;
};

std::array<part, 7> parts_of(const region_report& r)
{
    return {{{"work", r.work},
             {"overhead", r.overhead},
             {"searching", r.searching},
             {"waiting", r.waiting},
             {"blocked", r.blocked},
             {"elsewhere", r.elsewhere},
             {"idle", r.idle}}};
}

/// The place without its folders, no longer than a line.
std::string short_place(const region_report& r)
{
    std::string place = r.place();
    if (const auto slash = r.file.rfind('/'); slash != std::string::npos) place.erase(0, slash + 1);
    constexpr std::size_t most = 100;
    return place.size() <= most ? place : place.substr(0, most) + "...";
}

/// Threads at work over time.
std::string drawn_timeline(const measurement& m)
{
    if (m.timeline.empty()) return {};
    constexpr double width = 860;
    constexpr double height = 120;
    constexpr double left = 30;
    const double top =
        std::max(static_cast<double>(m.threads), *std::max_element(m.timeline.begin(), m.timeline.end()));
    const double step = width / static_cast<double>(m.timeline.size());
    std::string path = words("M%.1f %.1f", left, height);
    for (std::size_t i = 0; i < m.timeline.size(); ++i) {
        const double y = height - m.timeline[i] / top * (height - 10);
        path += words("L%.1f %.1fL%.1f %.1f", left + step * static_cast<double>(i), y,
                      left + step * static_cast<double>(i + 1), y);
    }
    std::string out = words(
        "<h2>Threads at work</h2>\n<svg viewBox=\"0 0 900 140\" role=\"img\" aria-label=\"threads at work over "
        "time\"><path fill=\"var(--work)\" d=\"");
    out += path + words("L%.1f %.1fZ\"/>", left + width, height);
    out += words(
        "<path class=\"axis\" d=\"M%.1f 5V%.1fH%.1f\"/><text x=\"%.1f\" y=\"14\" text-anchor=\"end\">%.0f</text>"
        "<text x=\"%.1f\" y=\"136\">0</text><text x=\"%.1f\" y=\"136\" text-anchor=\"end\">%s</text></svg>\n",
        left, height, left + width, left - 4, top, left, left + width, time_text(m.wall).c_str());
    return out;
}

/// The speed-up that the serial share allows, and what was reached.
std::string drawn_speedup(const measurement& m)
{
    constexpr double left = 40;
    constexpr double width = 840;
    constexpr double height = 200;
    constexpr int most_doublings = 8;
    const double best = std::max(m.most_speedup(std::size_t{1} << most_doublings), m.parallelism());
    const double top = std::max(2.0, best * 1.1);
    const auto x = [](double threads) { return left + width * std::log2(threads) / most_doublings; };
    const auto y = [top](double times) { return height - std::min(times, top) / top * (height - 10); };
    std::string out =
        "<h2>How much faster more threads could make it</h2>\n<svg viewBox=\"0 0 900 225\" role=\"img\" "
        "aria-label=\"speed-up after Amdahl\">";
    out += words("<path class=\"axis\" d=\"M%.1f 5V%.1fH%.1f\"/>", left, height, left + width);
    std::string allowed;
    std::string ideal;
    for (int i = 0; i <= most_doublings * 8; ++i) {
        const double threads = std::exp2(i / 8.0);
        const double times = 1 / (m.serial_share() + (1 - m.serial_share()) / threads);
        allowed += words("%c%.1f %.1f", i == 0 ? 'M' : 'L', x(threads), y(times));
        if (threads <= top) ideal += words("%c%.1f %.1f", i == 0 ? 'M' : 'L', x(threads), y(threads));
    }
    out += "<path fill=\"none\" stroke=\"var(--faint)\" stroke-dasharray=\"5 4\" d=\"" + ideal + "\"/>";
    out += "<path fill=\"none\" stroke=\"var(--blocked)\" stroke-width=\"2\" d=\"" + allowed + "\"/>";
    for (int i = 0; i <= most_doublings; ++i)
        out += words("<text x=\"%.1f\" y=\"218\" text-anchor=\"middle\">%d</text>", x(std::exp2(i)), 1 << i);
    for (const double times : {1.0, top / 2, top / 1.1})
        out += words("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>", left - 5, y(times) + 4, times);
    out += words("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"var(--overhead)\"/>", x(std::max(m.threads, 1u)),
                 y(std::max(m.parallelism(), 0.0)));
    return out +
           "</svg>\n<p class=\"small\">Line: what the serial share allows, after Amdahl; dashed: as many times "
           "as fast as there are threads. Dot: what was reached.</p>\n";
}

/// The colours of the parts.
std::string key(const char* of)
{
    std::string out = words("<p class=\"key small\">%s: ", of);
    for (const part& p : parts_of({}))
        out += words("<span><i style=\"background:var(--%s)\"></i>%s</span>", p.name, p.name);
    return out + "</p>\n";
}

/// The regions in which most time of threads was no work, the worst first, each with what it was instead.
std::string drawn_losses(const measurement& m)
{
    constexpr std::size_t most = 10;
    constexpr double row = 34;
    constexpr double width = 760;
    const auto lost = [](const region_report& r) { return r.threads_time - r.work; };
    std::vector<std::size_t> order(m.regions.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return lost(m.regions[a]) > lost(m.regions[b]); });
    order.resize(std::min(order.size(), most));
    std::erase_if(order, [&](std::size_t i) { return lost(m.regions[i]).count() <= 0; });
    if (order.empty()) return {};
    const auto longest = static_cast<double>(lost(m.regions[order.front()]).count());
    std::string out = "<h2>Where threads did no work</h2>\n" + key("time of threads");
    out += words("<svg viewBox=\"0 0 900 %.0f\" role=\"img\" aria-label=\"worst regions\">",
                 row * static_cast<double>(order.size()));
    double y = 0;
    for (const std::size_t i : order) {
        const region_report& r = m.regions[i];
        out += words("<a href=\"#region-%llu\"><text x=\"0\" y=\"%.0f\">%s</text></a>",
                     static_cast<unsigned long long>(i), y + 11, escaped(short_place(r)).c_str());
        double x = 0;
        for (const part& p : parts_of(r)) {
            const double length = static_cast<double>(p.time.count()) / longest * width;
            if (p.name == std::string_view("work") || length < 0.05) continue;
            out += words(
                "<rect x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"14\" fill=\"var(--%s)\"><title>%s "
                "%s</title></rect>",
                x, y + 15, length, p.name, p.name, time_text(p.time).c_str());
            x += length;
        }
        out += words("<text x=\"%.1f\" y=\"%.0f\">%s</text>", x + 6, y + 26, time_text(lost(r)).c_str());
        y += row;
    }
    return out + "</svg>\n";
}

std::string bar(const region_report& r)
{
    std::string out = "<svg viewBox=\"0 0 900 22\" role=\"img\" aria-label=\"threads x wall\">";
    double x = 0;
    for (const part& p : parts_of(r)) {
        const double width = percent(p.time, r.threads_time) * 9;
        if (width <= 0) continue;
        out += words(
            "<rect x=\"%.2f\" y=\"2\" width=\"%.2f\" height=\"18\" fill=\"var(--%s)\"><title>%s %.1f %%</title></rect>",
            x, width, p.name, p.name, percent(p.time, r.threads_time));
        x += width;
    }
    return out + "</svg>";
}

}  // namespace

std::string measurement::html() const
{
    std::string out(head);
    out += "<h1>Where the time went</h1>\n<div class=\"card\"><p class=\"say\">" + escaped(advice()) + "</p>\n";
    out += words(
        "<p>%s, work %s: parallelism %.2f on %u threads and %u processors. Serial: %.1f %% of the work. At most %.2f "
        "times as "
        "fast as one thread on %u, %.1f times on any number. Karp-Flatt: %.1f %%.</p>",
        time_text(wall).c_str(), time_text(work).c_str(), parallelism(), threads, processors, 100 * serial_share(),
        most_speedup(threads), threads, most_speedup(0), 100 * karp_flatt());
    if (dropped != 0)
        out +=
            words("<p>%llu events were lost: these numbers are too low.</p>", static_cast<unsigned long long>(dropped));
    out += "</div>\n" + drawn_timeline(*this) + drawn_speedup(*this) + drawn_losses(*this);
    out += "<h1>Regions</h1>\n" + key("threads x wall");
    for (std::size_t i = 0; i < regions.size(); ++i) {
        const region_report& r = regions[i];
        out += "<h2 id=\"region-" + std::to_string(i) + "\">" + escaped(r.place()) + "</h2>\n" + bar(r);
        out += words("\n<p class=\"small\">%llu calls, %llu shared in %llu parts",
                     static_cast<unsigned long long>(r.calls), static_cast<unsigned long long>(r.shared_calls),
                     static_cast<unsigned long long>(r.parts));
        if (r.items != 0) out += words(", %llu items", static_cast<unsigned long long>(r.items));
        out += words(
            "; %s, %.1f %% of all; parallelism %.2f of %u; imbalance %.1f %%; serial %.1f %%: at most %.2f times as "
            "fast on "
            "%u threads, %.1f on any number; Karp-Flatt %.1f %%</p>\n",
            time_text(r.wall).c_str(), percent(r.wall, wall), r.parallelism(), r.threads,
            percent(r.imbalance, r.threads_time), 100 * r.serial_share(), r.most_speedup(r.threads), r.threads,
            r.most_speedup(0), 100 * r.karp_flatt());
        if (!r.blocked_by.empty()) {
            out += "<p class=\"small\">blocked for";
            for (const auto& [kind, time] : r.blocked_by)
                out += " " + escaped(kind) + words(" %.1f %%;", percent(time, r.threads_time));
            out.back() = '<';
            out += "/p>\n";
        }
        if (r.slowdown_looks != 0)
            out += words(
                "<p class=\"small\">an item takes %.2f times as long beside %.1f threads at work as alone (median of "
                "%llu looks)</p>\n",
                r.slowdown, r.side_by_side - 1, static_cast<unsigned long long>(r.slowdown_looks));
        out += "<p class=\"say\">" + escaped(r.advice) + "</p>\n";
    }
    return out + "</body></html>\n";
}

}  // namespace weft
