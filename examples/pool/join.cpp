// examples/pool/join.cpp - divide and conquer: a merge sort that sorts both halves at the same time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/join.hpp>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <random>
#include <span>
#include <vector>

void merge_sort(std::span<int> v)
{
    if (v.size() <= 32) return std::sort(v.begin(), v.end());
    const std::span<int> left = v.first(v.size() / 2);
    const std::span<int> right = v.subspan(v.size() / 2);
    // Says that the halves *may* be sorted at the same time. If no other thread is free this costs a few nanoseconds
    // more than two calls.
    weft::join([&] { merge_sort(left); }, [&] { merge_sort(right); });
    std::inplace_merge(v.begin(), right.begin(), v.end());
}

int main()
{
    std::mt19937 random(1);
    std::vector<int> v(200'000);
    for (int& x : v) x = static_cast<int>(random());
    merge_sort(v);
    const bool sorted = std::is_sorted(v.begin(), v.end());

    // join returns what its functions return, in their order.
    const auto [smallest, sum, largest] = weft::join(
        [&] { return v.front(); }, [&] { return std::accumulate(v.begin(), v.end(), 0L); }, [&] { return v.back(); });
    std::printf("sorted: %s, from %d to %d, sum %ld\n", sorted ? "yes" : "no", smallest, largest, sum);
    return sorted ? 0 : 1;
}
