// examples/latency/binary_search.hpp - searches in a sorted array that is larger than the caches.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "measure.hpp"

namespace latency {

/// How many elements of a sorted array are less than a key.
struct binary_search {
    huge_vector<std::uint64_t> sorted;
    std::vector<std::uint64_t> keys;
    mutable std::vector<std::uint64_t> out;

    binary_search(std::size_t bytes, std::size_t lookups) : sorted(), keys(), out(lookups)
    {
        // No power of two: the steps of all searches would then be in one set of the first cache.
        sorted.resize(bytes / 8 - bytes / 128 - 1);
        for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = 2 * i + 1;
        keys = latency::random_keys(lookups, 2 * sorted.size());
    }

    [[nodiscard]] std::uint64_t find(std::uint64_t key) const
    {
        const std::uint64_t* base = sorted.data();
        std::size_t left = sorted.size();
        while (left > 1) {
            const std::size_t half = left / 2;
            base = base[half - 1] < key ? base + half : base;
            left -= half;
        }
        return static_cast<std::uint64_t>(base - sorted.data()) + (*base < key ? 1 : 0);
    }

    [[nodiscard]] weft::lookup<std::uint64_t> lookup(std::uint64_t key) const
    {
        const std::uint64_t* base = sorted.data();
        std::size_t left = sorted.size();
        while (left > 1) {
            const std::size_t half = left / 2;
            co_await weft::prefetch(base + half - 1);
            // Whatever the compiler makes of `?:` in a coroutine, this is no branch, which would be mispredicted every other time.
            base += half & (std::size_t{0} - static_cast<std::size_t>(base[half - 1] < key));
            left -= half;
        }
        co_return static_cast<std::uint64_t>(base - sorted.data()) + (*base < key ? 1 : 0);
    }

    struct state {
        const std::uint64_t* base;
        std::size_t left;
        std::uint64_t key;
        std::size_t index;
    };
    void start(state& s, std::size_t i) const
    {
        s = {sorted.data(), sorted.size(), keys[i], i};
        __builtin_prefetch(s.base + s.left / 2 - 1);
    }
    bool step(state& s) const
    {
        const std::size_t half = s.left / 2;
        s.base += half & (std::size_t{0} - static_cast<std::size_t>(s.base[half - 1] < s.key));
        s.left -= half;
        if (s.left > 1) {
            __builtin_prefetch(s.base + s.left / 2 - 1);
            return false;
        }
        out[s.index] = static_cast<std::uint64_t>(s.base - sorted.data()) + (*s.base < s.key ? 1 : 0);
        return true;
    }
};

}  // namespace latency
