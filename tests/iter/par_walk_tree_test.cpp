// tests/iter/par_walk_tree_test.cpp - par_walk_tree: the nodes of a tree that becomes known only as it is walked.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/rng.hpp>
#include <weft/iter/par_walk_tree.hpp>
#include <weft/iter/sources.hpp>

#include "test.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

struct tree {
    int value;
    std::vector<tree> below;
};

/// A tree of n nodes of a random form: long chains, stars, and anything in between.
tree grow(std::size_t n, std::uint64_t seed)
{
    weft::rng random(seed);
    std::vector<std::vector<std::size_t>> below(n);
    const std::uint32_t form = random.below(4);
    for (std::size_t i = 1; i < n; ++i) {
        const auto all = static_cast<std::uint32_t>(i);
        const std::uint32_t parent = form == 0   ? random.below(all)
                                     : form == 1 ? all - 1 - random.below(std::min(all, 3u))
                                     : form == 2 ? random.below(std::min(all, 5u))
                                                 : (all - 1) / 2;
        below[parent].push_back(i);
    }
    std::vector<tree> nodes(n);
    for (std::size_t i = n; i-- > 0;) {
        nodes[i].value = static_cast<int>(i);
        for (std::size_t child : below[i]) nodes[i].below.push_back(std::move(nodes[child]));
    }
    return std::move(nodes.front());
}

}  // namespace

TEST_CASE("par_walk_tree: as the recursion, before and after the children, and in deep trees")
{
    const auto children = [](int n) {
        std::vector<int> below;
        if (n < 100) {
            for (int k = 1; k <= n % 3 + 1; ++k) below.push_back(3 * n + k);
        }
        return below;
    };
    std::vector<int> before;
    std::vector<int> after;
    const auto walk = [&](const auto& self, int n) -> void {
        before.push_back(n);
        for (int child : children(n)) self(self, child);
        after.push_back(n);
    };
    walk(walk, 1);
    CHECK(weft::par_walk_tree(1, children).to_vector() == before);
    CHECK(weft::par_walk_tree_prefix(1, children).to_vector() == before);
    CHECK(weft::par_walk_tree_postfix(1, children).to_vector() == after);
    const auto list = [](int n) { return n > 0 ? std::vector<int>{n - 1} : std::vector<int>(); };
    CHECK(weft::par_walk_tree(20'000, list).count() == 20'001);
}

TEST_CASE("par_walk_tree: trees of every form in the order of the recursion, before and after the children")
{
    const auto list = [](const tree* t) {
        return t->below | std::views::transform([](const tree& child) { return &child; });
    };
    const auto value = [](const tree* t) { return t->value; };
    for (std::uint64_t seed = 0; seed < test::scaled(60); ++seed) {
        const tree root = grow(1 + seed * seed * 3, seed);
        std::vector<int> before;
        std::vector<int> after;
        const std::function<void(const tree&)> walk = [&](const tree& t) {
            before.push_back(t.value);
            for (const tree& child : t.below) walk(child);
            after.push_back(t.value);
        };
        walk(root);
        CHECK(weft::par_walk_tree(&root, list).map(value).to_vector() == before);
        CHECK(weft::par_walk_tree_prefix(&root, list).map(value).to_vector() == before);
        CHECK(weft::par_walk_tree_postfix(&root, list).map(value).to_vector() == after);
    }
}

TEST_CASE("par_walk_tree: nodes that can only be moved, and children that fail")
{
    const auto halves = [](const std::unique_ptr<int>& n) {
        std::vector<std::unique_ptr<int>> below;
        if (*n > 1) {
            below.push_back(std::make_unique<int>(*n / 2));
            below.push_back(std::make_unique<int>(*n - *n / 2));
        }
        return below;
    };
    const auto leaves = weft::par_walk_tree_postfix(std::make_unique<int>(3000), halves)
                            .filter([](const std::unique_ptr<int>& n) { return *n == 1; })
                            .count();
    CHECK(leaves == 3000);
    std::atomic<int> calls{0};
    const auto fails = [&](const int& n) {
        if (++calls == 500) throw std::runtime_error("late");
        return n < 20 ? std::vector<int>(2, n + 1) : std::vector<int>();
    };
    CHECK_THROWS_AS(weft::par_walk_tree(0, fails), std::runtime_error);
    CHECK(calls < 5000);
}
