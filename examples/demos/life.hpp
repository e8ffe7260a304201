// examples/demos/life.hpp - Conway's game of life: a row is a chunk, and chunks know their index.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/rng.hpp>
#include <weft/iter/par_chunks.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace life {

using cell = std::uint8_t;  // 1 lives, 0 does not

/// A square whose edges meet: what leaves on the left comes back on the right.
struct board {
    std::size_t side;
    std::vector<cell> cells;

    [[nodiscard]] const cell* row(std::size_t y) const { return cells.data() + y % side * side; }
};

/// One row of the next generation; it depends on three rows of this one.
inline void next_row(const board& now, std::size_t y, std::span<cell> out)
{
    const std::size_t side = now.side;
    const cell* const above = now.row(y + side - 1);
    const cell* const here = now.row(y);
    const cell* const below = now.row(y + 1);
    cell* const to = out.data();
    const auto set = [=](std::size_t left, std::size_t x, std::size_t right) {
        // As narrow as a cell, so that a vector holds as many as it can.
        const auto around = static_cast<cell>(above[left] + above[x] + above[right] + here[left] + here[right] +
                                              below[left] + below[x] + below[right]);
        to[x] = static_cast<cell>((around | here[x]) == 3);  // three neighbours, or two and alive
    };
    set(side - 1, 0, 1 % side);
    for (std::size_t x = 1; x + 1 < side; ++x) set(x - 1, x, x + 1);
    if (side > 1) set(side - 2, side - 1, 0);
}

inline void step_serial(const board& now, board& next)
{
    for (std::size_t y = 0; y < now.side; ++y) next_row(now, y, std::span(next.cells).subspan(y * now.side, now.side));
}

inline void step_weft(const board& now, board& next)
{
    weft::par_chunks(next.cells, now.side).enumerate().for_each([&](std::size_t y, std::span<cell> row) {
        next_row(now, y, row);
    });
}

inline board random_board(std::size_t side)
{
    weft::rng random(1);
    board b{side, std::vector<cell>(side * side)};
    for (cell& c : b.cells) c = static_cast<cell>(random.below(2));
    return b;
}

}  // namespace life
