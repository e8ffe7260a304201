// examples/demos/tree_sum.hpp - the sum over a tree whose branches are unequal: a join at every node.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/rng.hpp>
#include <weft/pool/join.hpp>

#include <cstdint>
#include <memory>

namespace tree_sum {

struct node {
    std::uint64_t value = 0;
    std::unique_ptr<node> left, right;
};

inline std::uint64_t sum_serial(const node* n)
{
    if (n == nullptr) return 0;
    return n->value + sum_serial(n->left.get()) + sum_serial(n->right.get());
}

/// Nobody knows how large a branch is before it is walked, so no cutoff can be right. None is needed: a join that
/// nobody takes costs little more than two calls.
inline std::uint64_t sum_weft(const node* n)
{
    if (n == nullptr) return 0;
    const auto [left, right] =
        weft::join([&] { return sum_weft(n->left.get()); }, [&] { return sum_weft(n->right.get()); });
    return n->value + left + right;
}

/// A tree of `size` nodes. Its left branches get between nothing and a quarter of the remaining nodes.
inline std::unique_ptr<node> random_tree(std::uint32_t size, weft::rng& random)
{
    if (size == 0) return nullptr;
    auto n = std::make_unique<node>();
    const std::uint32_t left = random.below(size / 4 + 1);
    n->value = random.below(1000);
    n->left = random_tree(left, random);
    n->right = random_tree(size - 1 - left, random);
    return n;
}

}  // namespace tree_sum
