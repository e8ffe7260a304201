// tests/simulate/scaling.cpp - how the shipped pool scales on a simulated machine of two sockets; docs/scaling.md has the figures.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   weft_simulate_scaling [--lines] [PROCESSORS]...      --lines: the whole result of each program
#include <weft/model/simulate.hpp>
#include <weft/model/thread.hpp>

#include "on_machine.hpp"
#include "programs.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace model = weft::model;
using std::chrono::microseconds;
using std::chrono::milliseconds;

void programs::work(double nanoseconds) { model::work(model::nanoseconds(nanoseconds)); }

namespace {

bool prints_all = false;

void print(const char* name, std::size_t processors, double figure, const model::simulation_result& r)
{
    const double all = r.time.count() * static_cast<double>(processors) / 100;
    const model::processor_time t = r.total();
    std::printf("| %-24s | %4zu | %7.2f | %4.0f | %4.0f | %4.0f | %4.0f | %4.0f | %-34s %4.1f %% | %5.2f s |\n", name,
                processors, figure, t.work.count() / all, t.memory.count() / all, t.spinning.count() / all,
                t.waking.count() / all, t.idle.count() / all, r.lines.empty() ? "" : r.lines[0].name.c_str(),
                r.lines.empty() ? 0 : r.lines[0].time.count() / all, r.seconds);
    if (prints_all || !r.passed) std::printf("%s", r.summary().c_str());
    std::fflush(stdout);
}

void print_speed_up(const char* name, std::size_t processors, double work_alone, const std::function<void()>& program)
{
    const auto r = on_machine::in_pool(processors, program);
    print(name, processors, work_alone / r.time.count(), r);
}

/// The unbalanced tree once more: each node is a task of one scope, spawned by whoever has found it.
void spawn_node(weft::task_scope& s, std::uint64_t id, std::vector<weft::cache_padded<long>>& nodes)
{
    constexpr double chance = 0.1248;
    model::work(microseconds(1));
    ++*nodes[weft::current_thread_index().value_or(0)];
    if (static_cast<double>(programs::mixed(id) >> 11) * 0x1p-53 >= chance) return;
    for (std::uint64_t i = 1; i <= 8; ++i)
        s.spawn([&s, &nodes, child = programs::mixed(id * 8 + i)] { spawn_node(s, child, nodes); });
}

void print_scope(std::size_t processors)
{
    std::vector<weft::cache_padded<long>> nodes(processors);
    const auto r = on_machine::in_pool(processors, [&] {
        for (auto& each : nodes) *each = 0;
        weft::scope([&](weft::task_scope& s) {
            for (std::uint64_t i = 1; i <= 500; ++i) spawn_node(s, programs::mixed(i), nodes);
        });
    });
    long all = 0;
    for (const auto& each : nodes) all += *each;
    print("scope of tasks, 1 us", processors, static_cast<double>(all) * 1000 / r.time.count(), r);
}

/// After a rest: how many wake-ups' times until all threads are at work.
void print_rested(std::size_t processors)
{
    const on_machine::rested seen = on_machine::after_a_rest(processors);
    print("rested: wake-ups' times", processors, seen.wake_ups, seen.result);
}

/// One thread forks tiny things; the others find nothing that is worth it. How much longer it takes than alone.
void print_beside_idle(std::size_t processors)
{
    const auto program = [] {
        for (int i = 0; i < 200'000; ++i) weft::join([] { programs::work(20); }, [] { programs::work(20); });
    };
    const double alone = on_machine::in_pool(1, program).time.count();
    const auto r = on_machine::in_pool(processors, program);
    print("beside idle ones: loss, %", processors, (r.time.count() / alone - 1) * 100, r);
}

void print_callers(std::size_t processors)
{
    const auto r = model::simulate(on_machine::of(processors), [&] {
        weft::thread_pool pool({.num_threads = processors});
        const auto loop = [] { weft::par_range(0, 64).for_each([](int) { model::work(microseconds(10)); }); };
        pool.install(loop);
        std::vector<std::unique_ptr<model::thread>> callers;
        const model::nanoseconds begin = milliseconds(30);
        std::size_t left = processors;
        bool begun = false;
        for (std::size_t i = 0; i < processors; ++i) {
            callers.push_back(std::make_unique<model::thread>([&] {
                model::sleep_for(begin - model::virtual_time());
                if (!std::exchange(begun, true)) model::start_measuring();
                for (int k = 0; k < 4; ++k) pool.install(loop);
                if (--left == 0) model::stop_measuring();
            }));
        }
        callers.clear();
    });
    print("callers: part of ideal", processors, 4 * 64 * 10'000.0 / r.time.count(), r);
}

}  // namespace

int main(int argc, char** argv)
{
    std::vector<std::size_t> counts;
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--lines") {
            prints_all = true;
        } else {
            counts.push_back(std::strtoul(argv[i], nullptr, 10));
        }
    }
    if (counts.empty()) counts = {1, 16, 64, 128};
    std::printf(
        "| program                  | proc.| figure  | work | mem. | spin | wake | idle | the line that costs most"
        "                   | took    |\n|---|---:|---:|---:|---:|---:|---:|---:|---|---:|\n");
    for (const std::size_t n : counts) {
        print_speed_up("even loop, 10,000 x 1 us", n, 1e7, [] { programs::even_loop(10'000, 1000); });
        print_speed_up("even loop, 10 ms each", n, static_cast<double>(n) * 1e7,
                       [n] { programs::even_loop(static_cast<long>(n) * 10'000, 1000); });
    }
    for (const std::size_t n : counts) {
        long nodes = 0;
        const auto r = on_machine::in_pool(n, [&] { nodes = programs::binomial_tree(0, 2000); });
        print("unbalanced tree, 1 us", n, static_cast<double>(nodes) * 1000 / r.time.count(), r);
    }
    double joins_alone = 0;
    for (const std::size_t n : counts) {
        const auto r = on_machine::in_pool(n, [] { programs::join_tree(1'000'000, 20); });
        if (joins_alone == 0)
            joins_alone = n == 1 ? r.time.count()
                                 : on_machine::in_pool(1, [] { programs::join_tree(1'000'000, 20); }).time.count();
        print("join tree, 20 ns a leaf", n, joins_alone / r.time.count(), r);
    }
    for (const std::size_t n : counts) {
        if (n == 1) continue;
        print_rested(n);
        print_beside_idle(n);
        const auto inner = [] { weft::par_range(0, 64).for_each([](int) { model::work(microseconds(10)); }); };
        const auto r = on_machine::in_pool(n, [&] { weft::par_range(0, 64).for_each([&](int) { inner(); }); });
        print("64 x 64: part of ideal", n, 64 * 64 * 10'000.0 / static_cast<double>(n) / r.time.count(), r);
        print_callers(n);
    }
    for (const std::size_t n : counts) print_scope(n);
    return 0;
}
