// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/seam/ticks.hpp>

#include <weft/seam/clock.hpp>

#include "test.hpp"

#include <chrono>
#include <cstdint>
#include <thread>

using weft::detail::clock;
using weft::detail::ticks;
using weft::detail::ticks_per_microsecond;

namespace {

/// Some moment between `before` and `after`.
struct moment {
    clock::time_point before = clock::now();
    std::uint64_t counted = ticks();
    clock::time_point after = clock::now();
};

double micros(clock::duration d) { return std::chrono::duration<double, std::micro>(d).count(); }

}  // namespace

TEST_CASE("ticks: never back, and as fast as they are said to be")
{
    const auto rate = static_cast<double>(ticks_per_microsecond());
    CHECK(rate >= 1);
    CHECK(ticks_per_microsecond() == ticks_per_microsecond());
    for (int round = 0; round < 5; ++round) {
        const moment first;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        const moment last;
        REQUIRE(last.counted >= first.counted);
        const auto passed = static_cast<double>(last.counted - first.counted);
        CHECK(passed >= 0.95 * rate * micros(last.before - first.after));
        CHECK(passed <= 1.05 * rate * micros(last.after - first.before));
    }
}
