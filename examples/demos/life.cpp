// examples/demos/life.cpp - generations on a board: each row of the next one is written by whoever is free.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "life.hpp"

#include "demo.hpp"

#include <utility>

int main(int argc, char** argv)
{
    const std::size_t side = demo::size_of(argc, argv, {"SIDE", 500, 1, 50'000, 5'000});
    const auto generations = [&](auto step) {
        life::board now = life::random_board(side);
        life::board next = now;
        for (int i = 0; i < 50; ++i) {
            step(now, next);
            std::swap(now, next);
        }
        return now;
    };
    const life::board one = demo::timed("serial", [&] { return generations(life::step_serial); });
    const life::board many = demo::timed("weft", [&] { return generations(life::step_weft); });
    return demo::verdict(one.cells == many.cells);
}
