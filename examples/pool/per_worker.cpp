// examples/pool/per_worker.cpp - one value per worker instead of one that all fight for.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/pool/per_worker.hpp>

#include <array>
#include <cstdio>
#include <numeric>

using histogram = std::array<long, 16>;

int main()
{
    // A counter that all threads write to would be slower than one thread. Each worker gets its own when it first asks.
    weft::per_worker<histogram> counts{histogram{}};
    weft::par_range(0u, 1'000'000u).for_each([&](unsigned i) { ++counts.local()[i * 2654435761u >> 28]; });

    const histogram total = counts.combine([](histogram a, const histogram& b) {
        for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
        return a;
    });
    const long sum = std::accumulate(total.begin(), total.end(), 0L);
    std::printf("bin 0: %ld, all bins: %ld\n", total[0], sum);
    return sum == 1'000'000 ? 0 : 1;
}
