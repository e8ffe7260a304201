// examples/nqueens/nqueens.cpp - counts the ways to place n queens: a recursion whose branches are a parallel chain.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>

namespace {

/// The columns and the two diagonals that are attacked in the next row, one bit per field.
struct board {
    std::uint32_t columns = 0;
    std::uint32_t left = 0;
    std::uint32_t right = 0;

    [[nodiscard]] bool is_free(int column) const { return (((columns | left | right) >> column) & 1U) == 0; }
    [[nodiscard]] board with(int column) const
    {
        const std::uint32_t queen = 1U << column;
        return {columns | queen, (left | queen) << 1U, (right | queen) >> 1U};
    }
};

long serial(board b, int row, int n)
{
    if (row == n) return 1;
    long ways = 0;
    for (int column = 0; column < n; ++column) {
        if (b.is_free(column)) ways += serial(b.with(column), row + 1, n);
    }
    return ways;
}

long parallel(board b, int row, int n)
{
    if (row == 4) return serial(b, row, n);
    return weft::par_range(0, n)
        .filter([&](int column) { return b.is_free(column); })
        .map([&](int column) { return parallel(b.with(column), row + 1, n); })
        .sum();
}

template <class F>
long timed(const char* name, F f)
{
    const auto begin = std::chrono::steady_clock::now();
    const long ways = f();
    const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - begin;
    std::printf("%-8s %ld ways, %.1f ms\n", name, ways, spent.count());
    return ways;
}

}  // namespace

int main()
{
    constexpr int n = 12;
    const long one = timed("serial", [] { return serial({}, 0, n); });
    const long many = timed("weft", [] { return parallel({}, 0, n); });
    return one == 14'200 && many == one ? 0 : 1;
}
