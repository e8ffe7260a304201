// tests/seam/clock_test.cpp - deadlines never wrap, and ticks go forwards at the stated rate.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/detail/deadline.hpp>
#include <weft/seam/clock.hpp>
#include <weft/seam/ticks.hpp>

#include "test.hpp"

#include <chrono>
#include <limits>

using namespace std::chrono_literals;
using weft::detail::clock;
using weft::detail::deadline_after;

TEST_CASE("clock: a deadline is the given time from now, rounded up")
{
    const auto before = clock::now();
    const auto deadline = deadline_after(50ms);
    const auto after = clock::now();
    CHECK(deadline >= before + 50ms);
    CHECK(deadline <= after + 50ms);

    const auto begin = clock::now();
    CHECK(deadline_after(std::chrono::duration<double, std::nano>(0.25)) > begin);
}

TEST_CASE("clock: nothing and less than nothing is now")
{
    for (const auto limit : {0ms, -1ms, std::chrono::milliseconds::min()}) {
        const auto before = clock::now();
        const auto deadline = deadline_after(limit);
        CHECK(deadline >= before);
        CHECK(deadline <= clock::now());
    }
}

TEST_CASE("clock: a time beyond the clock is the end of time")
{
    CHECK(deadline_after(std::chrono::hours::max()) == clock::time_point::max());
    CHECK(deadline_after(clock::duration::max()) == clock::time_point::max());
    CHECK(deadline_after(std::chrono::duration<double>(std::numeric_limits<double>::infinity())) ==
          clock::time_point::max());
    CHECK(deadline_after(std::chrono::years(100)) < clock::time_point::max());
    CHECK(deadline_after(clock::time_point::max() - clock::now()) > clock::now() + 24h);
}

TEST_CASE("clock: a time of coarser or finer steps is rounded up, and held within the clock")
{
    using namespace std::chrono;
    using weft::detail::clock;
    using weft::detail::deadline_at;
    const auto at = [](auto since) { return time_point<steady_clock, decltype(since)>(since); };
    CHECK(deadline_at(clock::time_point(clock::duration(5))) == clock::time_point(clock::duration(5)));
    CHECK(deadline_at(clock::time_point::max()) == clock::time_point::max());
    CHECK(deadline_at(at(seconds(3))) == clock::time_point(seconds(3)));
    CHECK(deadline_at(at(duration<double>(0.5))) == clock::time_point(milliseconds(500)));
    CHECK(deadline_at(at(duration<long long, std::pico>(1))) == clock::time_point(clock::duration(1)));
    CHECK(deadline_at(time_point<steady_clock, seconds>::max()) == clock::time_point::max());
    CHECK(deadline_at(time_point<steady_clock, hours>::min()) == clock::time_point::min());
    CHECK(deadline_at(time_point<steady_clock, duration<double>>::max()) == clock::time_point::max());
}

TEST_CASE("clock: a time of another clock is as far away as on that clock")
{
    using namespace std::chrono;
    using weft::detail::clock;
    using weft::detail::deadline_at;
    const auto before = clock::now();
    const auto soon = deadline_at(system_clock::now() + 1h);
    CHECK(soon > before + 59min);
    CHECK(soon <= clock::now() + 1h);
    CHECK(deadline_at(time_point_cast<hours>(system_clock::now()) + 48h) > before + 46h);
    const auto over = deadline_at(system_clock::now() - 1h);
    CHECK(over <= clock::now());
    const auto long_over = deadline_at(system_clock::time_point::min());
    CHECK(long_over <= clock::now());
    const auto just_over = deadline_at(system_clock::now());
    CHECK(just_over <= clock::now());
    CHECK(deadline_at(time_point<system_clock, hours>::max()) == clock::time_point::max());
    CHECK(deadline_at(time_point<system_clock, duration<double>>::max()) == clock::time_point::max());
    CHECK(deadline_at(system_clock::time_point::max()) > before + 24h);
}

TEST_CASE("clock: ticks go forwards, at the rate that is told")
{
    const auto rate = weft::detail::ticks_per_microsecond();
    REQUIRE(rate >= 1);
    CHECK(weft::detail::ticks_per_microsecond() == rate);

    const auto first = weft::detail::ticks();
    const auto begin = clock::now();
    while (clock::now() - begin < 2ms) {}
    const auto passed = weft::detail::ticks() - first;
    CHECK(passed >= 1000 * rate);  // 2,000 microseconds, less what a rough rate may miss
}
