// examples/latency/btree.hpp - a B+-tree whose nodes lie anywhere.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "measure.hpp"

namespace latency {

/// How many keys of the tree are at most a given one; keys are 1, 3, 5, ...
struct btree {
    static constexpr std::size_t fan_out = 16;

    /// Four lines: sixteen keys, and sixteen children or, in a leaf, values.
    struct alignas(64) node {
        std::uint64_t keys[fan_out];  // children[i] has what is at least keys[i]
        union {
            const node* children[fan_out];
            std::uint64_t values[fan_out];
        };

        /// The last slot whose key is at most `key`; the first one if there is none.
        [[nodiscard, gnu::always_inline]] std::size_t slot(std::uint64_t key) const
        {
            std::size_t n = 0;
            for (std::size_t i = 1; i < fan_out; ++i) n += keys[i] <= key ? 1 : 0;
            return n;
        }
    };

    huge_vector<node> nodes;
    const node* root = nullptr;
    unsigned inner_levels = 0;
    std::vector<std::uint64_t> keys;
    mutable std::vector<std::uint64_t> out;

    btree(std::size_t bytes, std::size_t lookups) : nodes(), out(lookups)
    {
        // A full tree of as many levels as fit, each node at a random place.
        const std::size_t most = bytes / sizeof(node);
        std::size_t leaves = most - most / fan_out - 1;
        if (leaves == 0) leaves = 1;
        std::size_t count = 0;
        for (std::size_t n = leaves;; n = (n + fan_out - 1) / fan_out) {
            count += n;
            if (n == 1) break;
        }
        nodes.resize(count);
        std::vector<std::uint32_t> place(count);
        for (std::size_t i = 0; i < count; ++i) place[i] = static_cast<std::uint32_t>(i);
        weft::rng random(4);
        for (std::size_t i = count - 1; i > 0; --i) {
            std::swap(place[i], place[random.below(static_cast<std::uint32_t>(i + 1))]);
        }

        std::size_t used = 0;
        std::vector<std::pair<std::uint64_t, const node*>> level;
        for (std::size_t l = 0; l < leaves; ++l) {
            node& n = nodes[place[used++]];
            for (std::size_t i = 0; i < fan_out; ++i) {
                n.keys[i] = 2 * (l * fan_out + i) + 1;
                n.values[i] = l * fan_out + i + 1;
            }
            level.emplace_back(n.keys[0], &n);
        }
        while (level.size() > 1) {
            std::vector<std::pair<std::uint64_t, const node*>> above;
            for (std::size_t at = 0; at < level.size(); at += fan_out) {
                node& n = nodes[place[used++]];
                for (std::size_t i = 0; i < fan_out; ++i) {
                    const bool there = at + i < level.size();
                    n.keys[i] = there ? level[at + i].first : ~std::uint64_t{0};
                    n.children[i] = there ? level[at + i].second : nullptr;
                }
                above.emplace_back(n.keys[0], &n);
            }
            level.swap(above);
            ++inner_levels;
        }
        root = level[0].second;
        keys = latency::random_keys(lookups, 2 * leaves * fan_out - 1);
        for (auto& k : keys) ++k;  // there is always one that is at most this
    }

    [[nodiscard]] std::uint64_t find(std::uint64_t key) const
    {
        const node* n = root;
        for (unsigned level = inner_levels; level != 0; --level) n = n->children[n->slot(key)];
        return n->values[n->slot(key)];
    }

    [[nodiscard]] weft::lookup<std::uint64_t> lookup(std::uint64_t key) const
    {
        const node* n = root;
        for (unsigned level = inner_levels; level != 0; --level) {
            n = co_await weft::prefetch(n->children[n->slot(key)], sizeof(node));
        }
        co_return n->values[n->slot(key)];
    }

    struct state {
        const node* at;
        std::uint64_t key;
        std::size_t index;
        unsigned level;
    };
    void descend(state& s) const
    {
        s.at = s.at->children[s.at->slot(s.key)];
        const char* const lines = reinterpret_cast<const char*>(s.at);
        for (std::size_t i = 0; i < sizeof(node); i += 64) __builtin_prefetch(lines + i);
        --s.level;
    }
    void start(state& s, std::size_t i) const
    {
        s = {root, keys[i], i, inner_levels};
        if (s.level != 0) descend(s);
    }
    bool step(state& s) const
    {
        if (s.level == 0) {
            out[s.index] = s.at->values[s.at->slot(s.key)];
            return true;
        }
        descend(s);
        return false;
    }
};

}  // namespace latency
