// src/model/report.cpp - what a simulation has found, and that as text.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "model/simulation.hpp"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <map>
#include <string_view>
#include <utility>

namespace weft::model {

namespace detail {

namespace {

constexpr std::size_t most_lines = 16;  ///< and places

}  // namespace

std::string place_text(const source_location& where)
{
    std::string_view file = where.file_name();
    for (const std::string_view folder : {"/weft/", "/src/", "/"}) {
        const std::size_t at = file.rfind(folder);
        if (at == std::string_view::npos) continue;
        file = file.substr(at + (folder == "/src/" ? folder.size() : 1));
        break;
    }
    return std::string(file) + ":" + std::to_string(where.line());
}

void simulation::measure(bool begins)
{
    const in_simulator inside;
    if (!begins) return collect();
    keep_pace();
    begun_at_ = current_->clock;
    for (processor& p : processors_) p.work = p.memory = p.spinning = p.waking = 0;
    lines_.forget_costs();
    operations_ = wake_ups_ = switches_ = 0;
    collected_ = false;
}

void simulation::collect()
{
    const in_simulator inside;
    if (!ended_) keep_pace();
    collected_ = true;
    found_ = {};
    found_.machine_name = on_.name;
    const picoseconds time = current_->clock - begun_at_;
    found_.time = in_nanoseconds(time);
    found_.operations = operations_;
    found_.wake_ups = wake_ups_;
    found_.context_switches = switches_;
    for (const processor& p : processors_) {
        const picoseconds busy = p.work + p.memory + p.spinning + p.waking;
        found_.processors.push_back({in_nanoseconds(p.work), in_nanoseconds(p.memory), in_nanoseconds(p.spinning),
                                     in_nanoseconds(p.waking), in_nanoseconds(std::max(time - busy, picoseconds{0}))});
    }
    std::vector<const cache_line*> worst;
    for (const cache_line& l : lines_.all()) {
        found_.transfers += l.transfers;
        if (l.cost > 0) worst.push_back(&l);
    }
    // Equal ones in the order of their first use: their addresses may differ the next time.
    std::stable_sort(worst.begin(), worst.end(),
                     [](const cache_line* a, const cache_line* b) { return a->cost > b->cost; });
    worst.resize(std::min(worst.size(), most_lines));
    for (const cache_line* const l : worst) {
        found_.lines.push_back({l->name != nullptr ? std::string(l->name) : place_text(l->place),
                                in_nanoseconds(l->cost), l->transfers, l->operations});
    }
    std::map<std::string, place_cost> places;
    for (const line_table::place_cost& each : lines_.places()) {
        if (each.cost == 0) continue;
        const std::string name = place_text(each.place);
        place_cost& sum = places[name];
        sum.name = name;
        sum.time += in_nanoseconds(each.cost);
        sum.transfers += each.transfers;
    }
    for (auto& [name, each] : places) found_.places.push_back(std::move(each));
    std::stable_sort(found_.places.begin(), found_.places.end(),
                     [](const place_cost& a, const place_cost& b) { return a.time > b.time; });
    found_.places.resize(std::min(found_.places.size(), most_lines));
}

}  // namespace detail

namespace {

[[gnu::format(printf, 2, 3)]] void add(std::string& to, const char* format, ...)
{
    std::array<char, 256> line{};
    va_list values;
    va_start(values, format);
    std::vsnprintf(line.data(), line.size(), format, values);
    va_end(values);
    to += line.data();
}

void add_processor(std::string& to, const char* name, const processor_time& p, double all)
{
    const double percent = all > 0 ? 100 / all : 0;
    add(to, "  %-12s work %5.1f %%  memory %5.1f %%  spinning %5.1f %%  waking %5.1f %%  idle %5.1f %%\n", name,
        p.work.count() * percent, p.memory.count() * percent, p.spinning.count() * percent, p.waking.count() * percent,
        p.idle.count() * percent);
}

}  // namespace

processor_time simulation_result::total() const noexcept
{
    processor_time out;
    for (const processor_time& each : processors) {
        out.work += each.work;
        out.memory += each.memory;
        out.spinning += each.spinning;
        out.waking += each.waking;
        out.idle += each.idle;
    }
    return out;
}

std::string simulation_result::summary() const
{
    constexpr std::size_t few = 8;
    std::string out;
    if (!passed) out += "failed: " + failure + "\n";
    add(out, "%s, %llu processors: %.3f us\n", machine_name.c_str(), static_cast<unsigned long long>(processors.size()),
        time.count() / 1000);
    if (processors.size() <= few) {
        for (std::size_t i = 0; i < processors.size(); ++i)
            add_processor(out, ("processor " + std::to_string(i)).c_str(), processors[i], time.count());
    }
    const double all = time.count() * static_cast<double>(processors.size());
    add_processor(out, "all", total(), all);
    add(out,
        "  %llu operations on memory, %llu transfers of lines, %llu wake-ups, %llu context switches, %llu threads\n",
        static_cast<unsigned long long>(operations), static_cast<unsigned long long>(transfers),
        static_cast<unsigned long long>(wake_ups), static_cast<unsigned long long>(context_switches),
        static_cast<unsigned long long>(threads));
    const auto add_cost = [&](const char* kind, const std::string& name, nanoseconds took, std::uint64_t moved) {
        add(out, "  %s %-42s %10.3f us (%4.1f %%)  %9llu transfers\n", kind, name.c_str(), took.count() / 1000,
            all > 0 ? took.count() * 100 / all : 0, static_cast<unsigned long long>(moved));
    };
    for (std::size_t i = 0; i < std::min(few, lines.size()); ++i)
        add_cost("line ", lines[i].name, lines[i].time, lines[i].transfers);
    for (std::size_t i = 0; i < std::min(few, places.size()); ++i)
        add_cost("place", places[i].name, places[i].time, places[i].transfers);
    return out;
}

}  // namespace weft::model
