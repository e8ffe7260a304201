// examples/simd/dot.cpp - the dot product four ways: a plain loop, lanes by hand, kernels, and kernels on all cores.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_dot.hpp>
#include <weft/simd/reduce.hpp>
#include <weft/simd/target.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <span>
#include <vector>

namespace {

/// Adds in one order, which is slow: each addition waits for the one before.
float plain(std::span<const float> a, std::span<const float> b)
{
    float s = 0;
    for (std::size_t i = 0; i < a.size(); ++i) s += a[i] * b[i];
    return s;
}

/// Adds in 16 lanes, which a compiler can turn into vectors of whatever instructions it may use.
float lanes(std::span<const float> a, std::span<const float> b)
{
    float s[16] = {};
    std::size_t i = 0;
    for (; i + 16 <= a.size(); i += 16) {
        for (std::size_t k = 0; k < 16; ++k) s[k] += a[i + k] * b[i + k];
    }
    for (; i < a.size(); ++i) s[0] += a[i] * b[i];
    for (std::size_t k = 1; k < 16; ++k) s[0] += s[k];
    return s[0];
}

float kernels(std::span<const float> a, std::span<const float> b) { return weft::simd::dot(a, b); }

float on_all_cores(std::span<const float> a, std::span<const float> b) { return weft::par_dot(a, b); }

}  // namespace

int main()
{
    std::vector<float> a(1 << 20);
    std::vector<float> b(1 << 20);
    for (std::size_t i = 0; i < a.size(); ++i) {
        a[i] = static_cast<float>(i % 7);
        b[i] = static_cast<float>(i % 3) * 0.5f;
    }
    std::printf("kernels for %s\n", weft::simd::target().data());
    const float expected = on_all_cores(a, b);
    bool right = true;
    const auto measure = [&](const char* name, auto dot) {
        double best = 1e9;
        float result = 0;
        for (int i = 0; i < 20; ++i) {
            const auto begin = std::chrono::steady_clock::now();
            result = dot(a, b);
            best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        }
        right = right && std::abs(result - expected) <= 1e-3f * expected;
        std::printf("%-14s %10.1f  %6.1f GB/s\n", name, static_cast<double>(result),
                    static_cast<double>(2 * a.size() * sizeof(float)) * 1e-9 / best);
    };
    measure("plain loop", plain);
    measure("lanes", lanes);
    measure("kernels", kernels);
    measure("on all cores", on_all_cores);
    return right ? 0 : 1;
}
