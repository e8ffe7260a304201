// examples/quicksort/quicksort.cpp - quicksort whose halves may run at once: join in place of two calls.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/rng.hpp>
#include <weft/pool/join.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <span>
#include <utility>
#include <vector>

namespace {

/// Moves what is less than the middle element to the front and returns the two halves.
std::pair<std::span<std::uint32_t>, std::span<std::uint32_t>> divide(std::span<std::uint32_t> v)
{
    const std::uint32_t pivot = v[v.size() / 2];
    const auto less = std::partition(v.begin(), v.end(), [pivot](std::uint32_t x) { return x < pivot; });
    const auto equal = std::partition(less, v.end(), [pivot](std::uint32_t x) { return x == pivot; });
    return {{v.begin(), less}, {equal, v.end()}};
}

void serial(std::span<std::uint32_t> v)
{
    if (v.size() < 32) return std::sort(v.begin(), v.end());
    const auto [left, right] = divide(v);
    serial(left);
    serial(right);
}

void parallel(std::span<std::uint32_t> v)
{
    if (v.size() < 32) return std::sort(v.begin(), v.end());
    const auto halves = divide(v);
    weft::join([&] { parallel(halves.first); }, [&] { parallel(halves.second); });
}

template <class F>
void timed(const char* name, F f)
{
    const auto begin = std::chrono::steady_clock::now();
    f();
    const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - begin;
    std::printf("%-8s %.1f ms\n", name, spent.count());
}

}  // namespace

int main()
{
    weft::rng random(1);
    std::vector<std::uint32_t> one(300'000);
    for (std::uint32_t& x : one) x = random.below(1U << 31U);
    std::vector<std::uint32_t> many = one;
    timed("serial", [&] { serial(one); });
    timed("weft", [&] { parallel(many); });
    return std::is_sorted(many.begin(), many.end()) && many == one ? 0 : 1;
}
