// examples/latency/list_walk.hpp - ten steps along a list whose nodes lie anywhere.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "measure.hpp"

namespace latency {

/// The node ten steps from a given one.
struct list_walk {
    static constexpr unsigned steps = 10;

    struct alignas(64) node {
        const node* next;
        std::uint64_t number;
    };

    huge_vector<node> nodes;
    std::vector<std::uint64_t> keys;
    mutable std::vector<std::uint64_t> out;

    list_walk(std::size_t bytes, std::size_t lookups) : nodes(bytes / sizeof(node)), out(lookups)
    {
        // One circle through all nodes: a permutation, after Sattolo.
        const std::size_t n = nodes.size();
        std::vector<std::uint32_t> order(n);
        for (std::size_t i = 0; i < n; ++i) order[i] = static_cast<std::uint32_t>(i);
        weft::rng random(3);
        for (std::size_t i = n - 1; i > 0; --i) {
            std::swap(order[i], order[random.below(static_cast<std::uint32_t>(i))]);
        }
        for (std::size_t i = 0; i < n; ++i) nodes[i] = {&nodes[order[i]], i};
        keys = latency::random_keys(lookups, n);
    }

    [[nodiscard]] std::uint64_t find(std::uint64_t key) const
    {
        const node* n = &nodes[key];
        for (unsigned i = 0; i < steps; ++i) n = n->next;
        return n->number;
    }

    [[nodiscard]] weft::lookup<std::uint64_t> lookup(std::uint64_t key) const
    {
        const node* n = co_await weft::prefetch(&nodes[key]);
        for (unsigned i = 0; i < steps; ++i) n = co_await weft::prefetch(n->next);
        co_return n->number;
    }

    struct state {
        const node* at;
        std::size_t index;
        unsigned left;
    };
    void start(state& s, std::size_t i) const
    {
        s = {&nodes[keys[i]], i, steps};
        __builtin_prefetch(s.at);
    }
    bool step(state& s) const
    {
        if (s.left == 0) {
            out[s.index] = s.at->number;
            return true;
        }
        s.at = s.at->next;
        __builtin_prefetch(s.at);
        --s.left;
        return false;
    }
};

}  // namespace latency
