// examples/latency/graph_walk.hpp - random walks over a graph in compressed rows.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "measure.hpp"

namespace latency {

/// Where a walk of eight steps from a vertex ends. Two lines a step: where the edges of a vertex begin, and one of them.
struct graph_walk {
    static constexpr unsigned steps = 8;
    static constexpr std::size_t mean_degree = 8;

    huge_vector<std::uint32_t> offsets;  // edges of v: targets[offsets[v]] .. targets[offsets[v + 1] - 1]
    huge_vector<std::uint32_t> targets;
    std::vector<std::uint64_t> keys;
    mutable std::vector<std::uint64_t> out;

    graph_walk(std::size_t bytes, std::size_t lookups) : out(lookups)
    {
        const std::size_t vertices = bytes / (4 * (mean_degree + 1));
        offsets.resize(vertices + 1);
        std::size_t edges = 0;
        for (std::size_t v = 0; v < vertices; ++v) {
            offsets[v] = static_cast<std::uint32_t>(edges);
            edges += 1 + latency::mix(v + 1) % (2 * mean_degree - 1);
        }
        offsets[vertices] = static_cast<std::uint32_t>(edges);
        targets.resize(edges);
        for (std::size_t e = 0; e < edges; ++e) {
            targets[e] = static_cast<std::uint32_t>((latency::mix(e + 7) >> 16) % vertices);
        }
        keys = latency::random_keys(lookups, vertices);
    }

    /// Which edge a walk takes: by its beginning and its step, so that it is the same each time.
    [[nodiscard, gnu::always_inline]] static std::uint32_t choice(std::uint64_t key, unsigned step,
                                                                  std::uint32_t degree)
    {
        const std::uint64_t random = latency::mix(key * 16 + step + 1) >> 32;
        return static_cast<std::uint32_t>((random * degree) >> 32);
    }

    [[nodiscard]] std::uint64_t find(std::uint64_t key) const
    {
        std::size_t v = key;
        for (unsigned step = 0; step < steps; ++step) {
            const std::uint32_t first = offsets[v];
            v = targets[first + choice(key, step, offsets[v + 1] - first)];
        }
        return v;
    }

    [[nodiscard]] weft::lookup<std::uint64_t> lookup(std::uint64_t key) const
    {
        std::size_t v = key;
        for (unsigned step = 0; step < steps; ++step) {
            const std::uint32_t* const edges = co_await weft::prefetch(&offsets[v]);
            v = *co_await weft::prefetch(&targets[edges[0] + choice(key, step, edges[1] - edges[0])]);
        }
        co_return v;
    }

    struct state {
        const std::uint32_t* at;
        std::uint64_t key;
        std::size_t index;
        unsigned step;
        bool at_edge;
    };
    void start(state& s, std::size_t i) const
    {
        s = {&offsets[keys[i]], keys[i], i, 0, false};
        __builtin_prefetch(s.at);
    }
    bool step(state& s) const
    {
        if (s.at_edge) {
            const std::size_t v = *s.at;
            if (++s.step == steps) {
                out[s.index] = v;
                return true;
            }
            s.at = &offsets[v];
        } else {
            s.at = &targets[s.at[0] + choice(s.key, s.step, s.at[1] - s.at[0])];
        }
        s.at_edge = !s.at_edge;
        __builtin_prefetch(s.at);
        return false;
    }
};

}  // namespace latency
