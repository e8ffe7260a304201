// examples/latency/hash_join.hpp - joins two tables by a key.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "measure.hpp"

#include <atomic>

namespace latency {

/// For each row of the outer table, the payload of the inner row with its key. The inner table is hashed into chains
/// first; both phases read at random. Inner keys are 0 .. n - 1 in random order.
struct hash_join {
    struct row {
        std::uint64_t key;
        std::uint64_t payload;
    };

    huge_vector<row> inner;
    huge_vector<std::uint64_t> keys;   // of the outer rows
    huge_vector<std::uint32_t> heads;  // 1 + the index of an inner row; 0: none
    huge_vector<std::uint32_t> next;   // the same, of the row behind
    mutable huge_vector<std::uint64_t> out;
    int shift = 64;

    explicit hash_join(std::size_t rows) : inner(rows), keys(rows), next(rows), out(rows)
    {
        std::size_t buckets = 1;
        while (buckets < rows) buckets *= 2;
        for (std::size_t b = buckets; b > 1; b /= 2) --shift;
        heads.resize(buckets);
        for (std::size_t i = 0; i < rows; ++i) inner[i] = {i, latency::mix(i)};
        weft::par_shuffle(inner, 1);
        for (std::size_t i = 0; i < rows; ++i) keys[i] = (latency::mix(i + 1) >> 16) % rows;
    }

    [[nodiscard, gnu::always_inline]] std::size_t bucket(std::uint64_t key) const
    {
        return static_cast<std::size_t>((latency::mix(key) * 0x9e3779b97f4a7c15) >> shift);
    }
    [[nodiscard]] std::size_t index_of(const row& r) const { return static_cast<std::size_t>(&r - inner.data()); }
    void clear() { weft::par_fill(heads, 0u); }

    // Building: row i becomes the first one of its chain. The shared form is for several threads.

    void insert(std::size_t i)
    {
        std::uint32_t& head = heads[bucket(inner[i].key)];
        next[i] = head;
        head = static_cast<std::uint32_t>(i + 1);
    }
    void insert_shared(std::size_t i)
    {
        std::uint32_t& head = heads[bucket(inner[i].key)];
        next[i] = std::atomic_ref(head).exchange(static_cast<std::uint32_t>(i + 1), std::memory_order_relaxed);
    }
    [[nodiscard]] weft::lookup<void> insert_later(std::size_t i)
    {
        std::uint32_t* const head = co_await weft::prefetch(&heads[bucket(inner[i].key)]);
        next[i] = *head;
        *head = static_cast<std::uint32_t>(i + 1);
    }
    [[nodiscard]] weft::lookup<void> insert_shared_later(std::size_t i)
    {
        std::uint32_t* const head = co_await weft::prefetch(&heads[bucket(inner[i].key)]);
        next[i] = std::atomic_ref(*head).exchange(static_cast<std::uint32_t>(i + 1), std::memory_order_relaxed);
    }

    /// Building by hand.
    struct builder {
        hash_join& join;

        struct state {
            std::uint32_t* head;
            std::size_t index;
        };
        void start(state& s, std::size_t i) const
        {
            s = {&join.heads[join.bucket(join.inner[i].key)], i};
            __builtin_prefetch(s.head);
        }
        bool step(state& s) const
        {
            join.next[s.index] = *s.head;
            *s.head = static_cast<std::uint32_t>(s.index + 1);
            return true;
        }
    };

    // Probing.

    [[nodiscard]] std::uint64_t find(std::uint64_t key) const
    {
        for (std::uint32_t at = heads[bucket(key)]; at != 0; at = next[at - 1]) {
            if (inner[at - 1].key == key) return inner[at - 1].payload;
        }
        return 0;
    }

    [[nodiscard]] weft::lookup<std::uint64_t> lookup(std::uint64_t key) const
    {
        std::uint32_t at = *co_await weft::prefetch(&heads[bucket(key)]);
        while (at != 0) {
            __builtin_prefetch(&next[at - 1]);
            const row* const r = co_await weft::prefetch(&inner[at - 1]);
            if (r->key == key) co_return r->payload;
            at = next[at - 1];
        }
        co_return 0;
    }

    struct state {
        const std::uint32_t* head;  // null: in a chain
        std::uint64_t key;
        std::size_t index;
        std::uint32_t at;
    };
    void start(state& s, std::size_t i) const
    {
        s = {&heads[bucket(keys[i])], keys[i], i, 0};
        __builtin_prefetch(s.head);
    }
    bool step(state& s) const
    {
        if (s.head != nullptr) {
            s.at = *s.head;
            s.head = nullptr;
        } else {
            const row& r = inner[s.at - 1];
            if (r.key == s.key) {
                out[s.index] = r.payload;
                return true;
            }
            s.at = next[s.at - 1];
        }
        if (s.at == 0) {
            out[s.index] = 0;
            return true;
        }
        __builtin_prefetch(&next[s.at - 1]);
        __builtin_prefetch(&inner[s.at - 1]);
        return false;
    }

    // The whole join, in each way.

    [[gnu::noinline]] void plain()
    {
        clear();
        for (std::size_t i = 0; i < inner.size(); ++i) insert(i);
        latency::plain(keys.size(), *this);
    }
    [[gnu::noinline]] void dependent()
    {
        clear();
        for (std::size_t i = 0; i < inner.size(); ++i) insert(i);
        latency::dependent(keys.size(), *this);
    }
    [[gnu::noinline]] void by_amac()
    {
        clear();
        latency::amac<16>(inner.size(), builder{*this});
        latency::amac<16>(keys.size(), *this);
    }
    [[gnu::noinline]] void by_groups()
    {
        clear();
        latency::group_prefetch<16>(inner.size(), builder{*this});
        latency::group_prefetch<16>(keys.size(), *this);
    }
    [[gnu::noinline]] void by_weft()
    {
        clear();
        weft::overlapped_for_each(inner, [this](const row& r) { return insert_later(index_of(r)); });
        latency::overlapped(keys.size(), *this);
    }
    [[gnu::noinline]] void on_all_threads_plain()
    {
        clear();
        weft::par_range(std::size_t{0}, inner.size()).for_each([this](std::size_t i) { insert_shared(i); });
        weft::par_transform(keys, out.begin(), [this](std::uint64_t k) { return find(k); });
    }
    [[gnu::noinline]] void on_all_threads()
    {
        clear();
        weft::par_overlapped_for_each(inner, [this](const row& r) { return insert_shared_later(index_of(r)); });
        latency::par_overlapped(keys.size(), *this);
    }
};

}  // namespace latency
