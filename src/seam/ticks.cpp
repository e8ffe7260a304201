// src/seam/ticks.cpp - how fast the tick counter runs.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/seam/clock.hpp>
#include <weft/seam/ticks.hpp>

#include <algorithm>

namespace weft::detail {
namespace {

#if !defined(__aarch64__)
/// One moment by both.
struct moment {
    clock::time_point time;
    std::uint64_t ticks;
};

/// The thread may lose its processor between the two, so the clock is read before and after: the closest of some tries.
moment now() noexcept
{
    moment best{};
    auto closest = clock::duration::max();
    for (int tries = 0; tries < 16 && closest > std::chrono::microseconds(1); ++tries) {
        const auto before = clock::now();
        const std::uint64_t counted = ticks();
        const auto apart = clock::now() - before;
        if (apart < closest) best = {before + apart / 2, counted};
        closest = std::min(closest, apart);
    }
    return best;
}
#endif

std::uint64_t measure() noexcept
{
#if defined(__aarch64__)
    std::uint64_t hertz;
    __asm__ __volatile__("mrs %0, cntfrq_el0" : "=r"(hertz));
    return std::max<std::uint64_t>(1, hertz / 1'000'000);
#else
    const moment first = now();
    while (clock::now() - first.time < std::chrono::microseconds(200)) {}
    const moment last = now();
    const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(last.time - first.time).count();
    const auto passed = static_cast<double>(last.ticks - first.ticks);
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(passed * 1000 / static_cast<double>(nanos) + 0.5));
#endif
}

}  // namespace

#if !defined(__x86_64__) && !defined(__aarch64__)
std::uint64_t ticks() noexcept { return static_cast<std::uint64_t>(clock::now().time_since_epoch().count()); }
#endif

std::uint64_t ticks_per_microsecond() noexcept
{
    static const std::uint64_t rate = measure();
    return rate;
}

}  // namespace weft::detail
