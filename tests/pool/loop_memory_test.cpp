// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/loop_memory.hpp>

#include "test.hpp"

#include <cstdint>
#include <limits>

using weft::detail::loop_memory;
using weft::detail::short_runs;
using weft::detail::steady_average;

TEST_CASE("steady_average: begins with the first sample, and follows a change")
{
    steady_average a;
    CHECK(a.get() == steady_average::unknown);
    a.add(10);
    CHECK(a.get() == 10);
    for (int i = 0; i < 50; ++i) a.add(30);
    CHECK(a.get() > 26);
    CHECK(a.get() <= 30);
    a.forget();
    CHECK(a.get() == steady_average::unknown);
}

TEST_CASE("steady_average: noise changes nothing, and one outlier little")
{
    steady_average a;
    a.add(100);
    for (int i = 0; i < 100; ++i) a.add(i % 2 == 0 ? 95.0f : 105.0f);
    CHECK(a.get() == 100);
    a.add(1e9f);
    CHECK(a.get() <= 125);
}

TEST_CASE("short_runs: the first run is by one thread, to compare with")
{
    short_runs runs;
    CHECK(runs.leave_alone(0));
    runs.ran_divided(100, 1, 5);  // there is nothing to compare it with
    CHECK(runs.leave_alone(6));
    runs.ran_alone(100, 1000);
    CHECK_FALSE(runs.leave_alone(7));
}

TEST_CASE("short_runs: a loop that gains goes on being divided")
{
    short_runs runs;
    runs.ran_alone(100, 1000);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        runs.ran_divided(100, 600, i);
        CHECK_FALSE(runs.leave_alone(i));
    }
    // The first ones may lose, since they have to wake somebody, and so may one now and then.
    short_runs slow_start;
    slow_start.ran_alone(100, 1000);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        slow_start.ran_divided(100, i < 4 || i % 50 == 0 ? 3000.0f : 600.0f, i);
        CHECK_FALSE(slow_start.leave_alone(i));
    }
}

TEST_CASE("short_runs: a loop that loses is left alone for a hundred times what that has cost")
{
    short_runs runs;
    runs.ran_alone(100, 1000);
    std::uint64_t now = 1'000'000;
    std::uint64_t cost = 0;
    for (int round = 0; round < 20; ++round) {
        while (!runs.leave_alone(now)) {
            runs.ran_divided(100, 1500, now);
            now += 1500;
            cost += 500;
        }
        const std::uint64_t paused_at = now;
        while (runs.leave_alone(now)) {
            runs.ran_alone(100, 1000);
            now += 1000;
        }
        CHECK(now - paused_at > 400'000);
    }
    CHECK(static_cast<double>(cost) / static_cast<double>(now - 1'000'000) < 0.012);
}

TEST_CASE("short_runs: a loop that begins to gain is divided again")
{
    short_runs runs;
    runs.ran_alone(100, 1000);
    std::uint64_t now = 0;
    while (!runs.leave_alone(now)) runs.ran_divided(100, 1500, now += 1500);
    while (runs.leave_alone(now)) runs.ran_alone(100, 1000), now += 1000;
    for (int i = 0; i < 1000; ++i) {
        runs.ran_divided(100, 600, now += 600);
        CHECK_FALSE(runs.leave_alone(now));
    }
}

TEST_CASE("loop_memory: runs of one magnitude are compared, and clear cases are not")
{
    loop_memory memory;
    CHECK(memory.runs_of(0) == nullptr);
    CHECK(memory.runs_of(1.9f) == nullptr);
    CHECK(memory.runs_of(256) == nullptr);
    CHECK(memory.runs_of(1e30f) == nullptr);
    CHECK(memory.runs_of(std::numeric_limits<float>::quiet_NaN()) == nullptr);
    CHECK(memory.runs_of(2) != nullptr);
    CHECK(memory.runs_of(2) == memory.runs_of(3.9f));
    CHECK(memory.runs_of(4) != memory.runs_of(3.9f));
    CHECK(memory.runs_of(255.9f) == memory.runs_of(128));
}

TEST_CASE("loop_memory: remembers what has changed by more than twice")
{
    loop_memory memory;
    CHECK(memory.ticks_per_unit() < 0);
    memory.remember(10);
    memory.remember(19);
    CHECK(memory.ticks_per_unit() == 10);
    memory.remember(21);
    CHECK(memory.ticks_per_unit() == 21);
    memory.remember(1);
    CHECK(memory.ticks_per_unit() == 1);
    CHECK(memory.stride() == 0);
    memory.set_stride(7);
    CHECK(memory.stride() == 7);
}
