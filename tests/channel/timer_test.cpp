// tests/channel/timer_test.cpp - timers deliver the scheduled time, once, without drift.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/timer.hpp>

#include "test.hpp"

#include <chrono>
#include <string>

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

TEST_CASE("timer: at delivers its time, not before, once for all copies")
{
    const auto time = steady::now() + 5ms;
    const auto rx = weft::at(time);
    const auto copy = rx;
    CHECK(rx.try_recv().empty());
    CHECK(rx.empty());
    CHECK(rx.recv() == time);
    CHECK(steady::now() >= time);
    CHECK(copy.try_recv().empty());
    CHECK(copy.recv_for(1ms).timed_out());
    CHECK(rx.same_channel(copy));
}

TEST_CASE("timer: after fires no earlier than asked")
{
    const auto begin = steady::now();
    const auto rx = weft::after(3ms);
    const auto got = rx.recv();
    REQUIRE(got);
    CHECK(*got >= begin + 3ms);
    CHECK(steady::now() >= *got);
}

TEST_CASE("timer: a limit before the time runs out and takes nothing")
{
    const auto rx = weft::after(200ms);
    CHECK(rx.recv_for(1ms).timed_out());
    CHECK(rx.recv_for(10s));
}

TEST_CASE("timer: one that is due holds one message and is full")
{
    const auto rx = weft::after(0ms);
    CHECK(rx.len() == 1);
    CHECK(rx.full());
    CHECK(rx.capacity() == 1u);
    CHECK(rx.try_recv());
    CHECK(rx.len() == 0);
    CHECK_FALSE(rx.full());
}

TEST_CASE("timer: tick keeps its grid, even for a late reader")
{
    const auto rx = weft::tick(40ms);
    const auto first = rx.recv();
    REQUIRE(first);
    std::this_thread::sleep_for(140ms);  // time itself is what is being tested: miss some
    const auto late = rx.recv();
    REQUIRE(late);
    CHECK(*late == *first + 40ms);  // the one that was waiting
    for (int i = 0; i < 3; ++i) {
        const auto got = rx.recv();
        REQUIRE(got);
        CHECK((*got - *first) % 40ms == 0ns);
        CHECK(*got > *first + 140ms);
    }
}

TEST_CASE("timer: ticks are shared by copies, each taken once")
{
    const auto rx = weft::tick(1ms);
    std::atomic<int> taken{0};
    const auto begin = steady::now();
    test::run_threads(3, [&taken, &rx](std::size_t) {
        const auto mine = rx;
        for (int i = 0; i < 3; ++i) taken += mine.recv() ? 1 : 0;
    });
    CHECK(taken.load() == 9);
    CHECK(steady::now() - begin >= 9ms);
}

TEST_CASE("timer: a period of zero is always due")
{
    const auto rx = weft::tick(0ms);
    for (int i = 0; i < 10; ++i) CHECK(rx.try_recv());
}

TEST_CASE("timer: times beyond the clock never come")
{
    CHECK(weft::after(std::chrono::hours::max()).try_recv().empty());
    CHECK(weft::tick(std::chrono::hours::max()).recv_for(1ms).timed_out());
}

TEST_CASE("timer: never gives nothing and is one channel")
{
    const auto rx = weft::never<std::string>();
    CHECK(rx.try_recv().empty());
    CHECK(rx.recv_for(1ms).timed_out());
    CHECK(rx.len() == 0);
    CHECK(rx.capacity() == 0u);
    CHECK(rx.empty());
    CHECK(rx.full());
    CHECK(rx.same_channel(weft::never<std::string>()));
}
