// examples/demos/nqueens.cpp - counts the ways to place n queens: chains nest in a recursion, as loops do.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "nqueens.hpp"

#include "demo.hpp"

int main(int argc, char** argv)
{
    const int n = static_cast<int>(demo::size_of(argc, argv, {"QUEENS", 10, 1, 20, 14}));
    const long one = demo::timed("serial", [&] { return nqueens::serial({}, 0, n); });
    const long many = demo::timed("weft", [&] { return nqueens::parallel({}, 0, n); });
    std::printf("%ld ways\n", many);
    return demo::verdict(many == one && (n != 10 || many == 724));
}
