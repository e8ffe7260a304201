// examples/demos/nqueens.hpp - the ways to place n queens: a recursion whose branches are a parallel chain.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/par_iter.hpp>

#include <cstdint>

namespace nqueens {

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

inline long serial(board b, int row, int n)
{
    if (row == n) return 1;
    long ways = 0;
    for (int column = 0; column < n; ++column) {
        if (b.is_free(column)) ways += serial(b.with(column), row + 1, n);
    }
    return ways;
}

inline long parallel(board b, int row, int n)
{
    if (row == 4 || row == n) return serial(b, row, n);
    return weft::par_range(0, n)
        .filter([&](int column) { return b.is_free(column); })
        .map([&](int column) { return parallel(b.with(column), row + 1, n); })
        .sum();
}

}  // namespace nqueens
