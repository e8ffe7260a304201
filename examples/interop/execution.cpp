// examples/interop/execution.cpp - a program written for std::execution::par, moved to weft by replacing the namespace.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/interop/execution.hpp>

#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>
#include <vector>

namespace {

// Once: std::transform_reduce(std::execution::par, ...), std::sort(std::execution::par, ...), and so on.
double length(const std::vector<double>& v)
{
    return std::sqrt(weft::transform_reduce(weft::execution::par, v.begin(), v.end(), v.begin(), 0.0));
}

}  // namespace

int main()
{
    std::vector<double> v(1'000'000);
    std::iota(v.rbegin(), v.rend(), 0.0);
    weft::sort(weft::execution::par, v.begin(), v.end());
    weft::for_each(weft::execution::par, v.begin(), v.end(), [](double& x) { x = x < 999'000.0 ? 0.0 : 2.0; });
    const auto twos = weft::count(weft::execution::par_unseq, v.begin(), v.end(), 2.0);
    std::vector<double> so_far(v.size());
    weft::inclusive_scan(weft::execution::par, v.begin(), v.end(), so_far.begin());
    std::printf("%td twos, length %.3f, sum %.0f\n", twos, length(v), so_far.back());
    return twos == 1'000 && std::abs(length(v) - std::sqrt(4'000.0)) < 1e-9 && so_far.back() == 2'000.0 ? 0 : 1;
}
