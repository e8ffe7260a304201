// examples/observe/why_not_faster.cpp - a program with five faults, found one after the other by its report.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Run it with WEFT_TRACE=trace.json, and open the file in https://ui.perfetto.dev: each fault has a span of its own.
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

using std::chrono::microseconds;

/// Stands for work: keeps a processor busy.
void busy(microseconds time)
{
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {}
}

/// Runs a faulty part, and what to do instead; prints what the report says of each.
template <class Fault, class Cure>
bool compare(const char* name, const Fault& fault, const Cure& cure)
{
    const auto show = [&](const char* which, const auto& part) {
        const weft::trace_span span{name};
        const weft::measurement m = weft::measure(part);
        std::printf("%s, %s: %.1f ms, parallelism %.2f of %u\n  %s\n", name, which,
                    static_cast<double>(m.wall.count()) / 1e6, m.parallelism(), m.threads, m.advice().c_str());
        if (!m.regions.empty()) std::printf("  %s: %s\n", m.regions[0].place().c_str(), m.regions[0].advice.c_str());
        return !m.regions.empty();
    };
    const bool first = show("as it was", fault);
    return show("better", cure) && first;
}

int main()
{
    bool ok = true;
    std::vector<int> v(2000);
    std::iota(v.begin(), v.end(), 0);

    // 1. A loop too short to share, called again and again. Make the loop around it parallel.
    long sum = 0;
    ok &= compare(
        "short loops",
        [&] {
            for (int round = 0; round < 500; ++round) sum += weft::par_iter(v).sum();
        },
        [&] {
            sum += weft::par_range(0, 500).map([&](int) { return std::accumulate(v.begin(), v.end(), 0L); }).sum();
        });
    ok &= sum == 2 * 500 * (2000L * 1999 / 2);

    // 2. One item that takes as long as all others. Divide it.
    ok &= compare(
        "one dear item",
        [] { weft::par_range(0, 100).for_each([](int i) { busy(microseconds(i == 70 ? 10'000 : 100)); }); },
        [] { weft::par_range(0, 200).for_each([](int) { busy(microseconds(100)); }); });

    // 3. A part that only one thread does, between two loops. Do it in parallel, too.
    ok &= compare(
        "a serial part",
        [] {
            weft::par_range(0, 50).for_each([](int) { busy(microseconds(100)); });
            busy(microseconds(10'000));
        },
        [] { weft::par_range(0, 150).for_each([](int) { busy(microseconds(100)); }); });

    // 4. Tasks that wait with a thread in their hands. Wait less often, or in coroutines.
    std::mutex slow_device;
    ok &= compare(
        "blocking",
        [&] {
            weft::par_range(0, 40).with_max_len(1).for_each([&](int) {
                busy(microseconds(50));
                weft::blocking([&] {
                    const std::lock_guard hold(slow_device);
                    std::this_thread::sleep_for(microseconds(200));
                });
            });
        },
        [&] {
            weft::par_range(0, 40).with_max_len(1).for_each([](int) { busy(microseconds(50)); });
            const std::lock_guard hold(slow_device);
            std::this_thread::sleep_for(microseconds(200));  // all in one
        });

    // 5. Loops so far apart that the threads sleep in between, and each has to wake them. Put them together.
    ok &= compare(
        "wake-ups",
        [] {
            for (int round = 0; round < 20; ++round) {
                weft::par_range(0, 10).for_each([](int) { busy(microseconds(20)); });
                std::this_thread::sleep_for(microseconds(500));
            }
        },
        [] { weft::par_range(0, 200).for_each([](int) { busy(microseconds(20)); }); });
    return ok ? 0 : 1;
}
