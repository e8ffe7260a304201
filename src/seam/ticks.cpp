// src/seam/ticks.cpp - how fast the tick counter runs.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/seam/clock.hpp>
#include <weft/seam/ticks.hpp>

#include <algorithm>

namespace weft::detail {
namespace {

std::uint64_t measure() noexcept
{
#if defined(__aarch64__)
    std::uint64_t hertz;
    __asm__ __volatile__("mrs %0, cntfrq_el0" : "=r"(hertz));
    return std::max<std::uint64_t>(1, hertz / 1'000'000);
#else
    using std::chrono::microseconds;
    const auto begin = clock::now();
    const std::uint64_t first = ticks();
    auto now = begin;
    while (now - begin < microseconds(200)) now = clock::now();
    const std::uint64_t passed = ticks() - first;
    const auto micros = std::chrono::duration_cast<microseconds>(now - begin).count();
    return std::max<std::uint64_t>(1, passed / static_cast<std::uint64_t>(micros));
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
