// examples/demos/tree_sum.cpp - unequal branches balance themselves: idle threads take the oldest and largest.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "tree_sum.hpp"

#include "demo.hpp"

int main(int argc, char** argv)
{
    const std::size_t n = demo::size_of(argc, argv, {"NODES", 1'000'000, 0, 100'000'000, 30'000'000});
    weft::rng random(1);
    const auto root = tree_sum::random_tree(static_cast<std::uint32_t>(n), random);
    const std::uint64_t one = demo::timed("serial", [&] { return tree_sum::sum_serial(root.get()); });
    const std::uint64_t many = demo::timed("weft", [&] { return tree_sum::sum_weft(root.get()); });
    return demo::verdict(one == many);
}
