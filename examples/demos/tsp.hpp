// examples/demos/tsp.hpp - the shortest round trip by branch and bound: what one thread finds saves work for all.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/rng.hpp>
#include <weft/iter/par_iter.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace tsp {

/// Cities on a plane, and what the search needs to know about them.
struct cities {
    std::vector<std::vector<int>> distance;      // from, to
    std::vector<std::vector<std::size_t>> near;  // for each city the others, nearest first
    std::vector<int> shortest;                   // the shortest way out of each city

    [[nodiscard]] std::size_t count() const { return distance.size(); }
};

/// A partial trip from city 0.
struct trip {
    std::size_t here = 0;
    std::uint32_t visited = 1;
    int length = 0;
    int rest;  // no way through the remaining cities and back is shorter
};

/// Lowers `best` to `length` if that is less. Which thread comes first does not matter, only which value is least.
inline void lower(std::atomic<int>& best, int length)
{
    int known = best.load(std::memory_order_relaxed);
    while (length < known && !best.compare_exchange_weak(known, length, std::memory_order_relaxed)) {}
}

/// Tries every way to go on from `t`, except those that cannot beat the best. `each(n, f)` calls f(0) ... f(n - 1).
template <class Each>
void search(const cities& all, const trip& t, std::size_t been, std::atomic<int>& best, const Each& each)
{
    if (been == all.count()) return lower(best, t.length + all.distance[t.here][0]);
    const auto go_on = [&](std::size_t i) {
        const std::size_t next = all.near[t.here][i];
        const trip longer{next, t.visited | 1U << next, t.length + all.distance[t.here][next],
                          t.rest - all.shortest[t.here]};
        if ((t.visited >> next & 1U) != 0) return;
        if (longer.length + longer.rest >= best.load(std::memory_order_relaxed)) return;
        search(all, longer, been + 1, best, each);
    };
    if (been <= 4) {
        each(all.count() - 1, go_on);  // branches large enough to be worth sharing
    } else {
        for (std::size_t i = 0; i < all.count() - 1; ++i) go_on(i);
    }
}

template <class Each>
int shortest_trip(const cities& all, const Each& each)
{
    std::atomic<int> best{std::numeric_limits<int>::max()};
    search(all, trip{.rest = std::accumulate(all.shortest.begin(), all.shortest.end(), 0)}, 1, best, each);
    return best.load(std::memory_order_relaxed);
}

inline constexpr auto one_by_one = [](std::size_t n, const auto& f) {
    for (std::size_t i = 0; i < n; ++i) f(i);
};
/// A branch may take a nanosecond or a minute: with_max_len(1) lets others take even the last one.
inline constexpr auto at_once = [](std::size_t n, const auto& f) {
    weft::par_range(std::size_t{0}, n).with_max_len(1).for_each(f);
};

inline cities random_cities(std::size_t n)
{
    weft::rng random(7);
    std::vector<double> x(n), y(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = random.below(1000), y[i] = random.below(1000);
    cities all{std::vector(n, std::vector<int>(n)), std::vector(n, std::vector<std::size_t>()), std::vector<int>(n)};
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            all.distance[i][j] = static_cast<int>(std::hypot(x[i] - x[j], y[i] - y[j]));
            if (j != i) all.near[i].push_back(j);
        }
        std::sort(all.near[i].begin(), all.near[i].end(),
                  [&](std::size_t a, std::size_t b) { return all.distance[i][a] < all.distance[i][b]; });
        if (n > 1) all.shortest[i] = all.distance[i][all.near[i].front()];
    }
    return all;
}

}  // namespace tsp
