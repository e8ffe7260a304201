// examples/latency/hash_probe.hpp - a hash table with chains.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "measure.hpp"

namespace latency {

/// The value of a key, or 0. One key in sixteen is not there; a chain has one node on average.
struct hash_probe {
    struct node {
        std::uint64_t key;
        std::uint64_t value;
        const node* next;
    };

    huge_vector<const node*> heads;
    huge_vector<node> nodes;
    std::vector<std::uint64_t> keys;
    mutable std::vector<std::uint64_t> out;
    int shift = 64;

    hash_probe(std::size_t bytes, std::size_t lookups) : out(lookups)
    {
        std::size_t buckets = 1;
        while (2 * buckets * (sizeof(node) + sizeof(node*)) <= bytes) buckets *= 2;
        for (std::size_t b = buckets; b > 1; b /= 2) --shift;
        heads.resize(buckets);
        nodes.resize(buckets);
        // A node is anywhere in memory, whatever its bucket: the key is a number, its bucket a hash of it.
        for (std::size_t i = 0; i < buckets; ++i) {
            const node*& head = heads[bucket(i)];
            nodes[i] = {i, i + 1, head};
            head = &nodes[i];
        }
        keys = latency::random_keys(lookups, buckets + buckets / 16);
    }

    [[nodiscard]] std::size_t bucket(std::uint64_t key) const
    {
        return static_cast<std::size_t>((latency::mix(key + 1) * 0x9e3779b97f4a7c15) >> shift);
    }

    [[nodiscard]] std::uint64_t find(std::uint64_t key) const
    {
        for (const node* n = heads[bucket(key)]; n != nullptr; n = n->next) {
            if (n->key == key) return n->value;
        }
        return 0;
    }

    [[nodiscard]] weft::lookup<std::uint64_t> lookup(std::uint64_t key) const
    {
        const node* const* const head = co_await weft::prefetch(&heads[bucket(key)]);
        for (const node* n = *head; n != nullptr; n = n->next) {
            co_await weft::prefetch(n);
            if (n->key == key) co_return n->value;
        }
        co_return 0;
    }

    struct state {
        const void* at;
        std::uint64_t key;
        std::size_t index;
        bool in_chain;
    };
    void start(state& s, std::size_t i) const
    {
        const node* const* const head = &heads[bucket(keys[i])];
        s = {head, keys[i], i, false};
        __builtin_prefetch(head);
    }
    bool step(state& s) const
    {
        const node* next;
        if (s.in_chain) {
            const node* const n = static_cast<const node*>(s.at);
            if (n->key == s.key) {
                out[s.index] = n->value;
                return true;
            }
            next = n->next;
        } else {
            next = *static_cast<const node* const*>(s.at);
            s.in_chain = true;
        }
        if (next == nullptr) {
            out[s.index] = 0;
            return true;
        }
        s.at = next;
        __builtin_prefetch(next);
        return false;
    }
};

}  // namespace latency
