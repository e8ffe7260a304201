// bench/compile/use_tbb.cpp - the same with oneTBB and the standard's parallel algorithms.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <tbb/parallel_for.h>

#include <cstddef>
#include <execution>
#include <functional>
#include <numeric>
#include <vector>

void twice(std::vector<int>& v);
long squares(const std::vector<int>& v);

void twice(std::vector<int>& v)
{
    tbb::parallel_for(std::size_t{0}, v.size(), [&](std::size_t i) { v[i] *= 2; });
}

long squares(const std::vector<int>& v)
{
    return std::transform_reduce(std::execution::par, v.begin(), v.end(), 0L, std::plus<>(),
                                 [](int x) { return long{x} * x; });
}
